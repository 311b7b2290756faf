//! Clients as users run them, to install what was published: each in folders of its own, so that nothing that an earlier run left
//! stands in for what a registry serves. What they say is kept in a log, and their time is limited.

pub mod binstall;
pub mod brew;
pub mod cargo;
mod log;
pub mod node;
pub mod python;

pub use log::{Ended, Log};
