//! Rendered workflows, run under act.

mod abacus;
mod failures;
mod tool;
mod xsnap;
