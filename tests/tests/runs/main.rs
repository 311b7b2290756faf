//! Rendered workflows, run under act.

mod abacus;
mod attempts;
mod failures;
mod gates;
mod publishing;
mod registries;
mod snapshots;
mod tool;
mod trusted;
mod xsnap;
