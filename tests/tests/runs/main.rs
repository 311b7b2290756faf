//! Rendered workflows, run under act.

mod abacus;
mod attempts;
mod examples;
mod failures;
mod gates;
mod own_release;
mod publishing;
mod registries;
mod snapshots;
mod tool;
mod trusted;
mod xsnap;
