//! What a listed version file leads to, by the rules of the ecosystem that it is of.

mod cargo;
mod npm;
mod python;
mod reader;
mod task;

pub(crate) use reader::Reader;
pub(crate) use task::{Origin, Task};
