//! Rendered workflows, run under act.

mod abacus;
mod attempts;
mod failures;
mod tool;
mod xsnap;
