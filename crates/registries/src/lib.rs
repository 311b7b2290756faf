//! What registries have of a package. They are read over HTTP from the address that the ecosystem's own client is configured
//! for: asked of a client, a release of a dozen packages would start it three dozen times.

mod at_once;
pub mod crates;
mod identity;
pub mod npm;
mod patience;
pub mod pypi;
mod web;

pub use at_once::{as_they_come, at_once};
pub use patience::Patience;
pub use web::{Answer, Question, Web, shown};
