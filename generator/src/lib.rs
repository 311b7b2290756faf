//! The generator: `lockstep.yaml` → [`load`] → [`plan`] → [`render`] → [`sync`].
//!
//! All but the last are pure functions; [`sync`] alone touches the project's files.

pub mod cli;
pub mod load;
pub mod plan;
pub mod problem;
pub mod render;
pub mod sync;
