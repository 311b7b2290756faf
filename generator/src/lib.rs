//! The generator: `lockstep.yaml` → [`load`] → [`rules`] → [`plan`] → [`workflows`] → [`proof`] → [`render`] → [`sync`].
//!
//! All but the last are pure functions; [`sync`] alone touches the project's files.

pub mod cli;
pub mod load;
pub mod plan;
pub mod problems;
pub mod proof;
pub mod render;
pub mod rules;
mod suggest;
pub mod sync;
pub mod violation;
pub mod workflows;
