//! What a listed version file leads to, by the rules of the ecosystem that it is of.

mod cargo;
mod npm;
mod reader;
mod uv;

pub(crate) use reader::{Reader, Task};
