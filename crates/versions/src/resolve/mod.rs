//! What a listed version file leads to, by the rules of the ecosystem that it is of.

mod cargo;
mod npm;
mod python;
mod reader;

pub(crate) use reader::{Origin, Reader, Task};
