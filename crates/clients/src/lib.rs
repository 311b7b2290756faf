//! The ecosystems' own clients, as processes. What is asked of a registry or a repository is asked through them, so
//! whatever they are configured for is what is asked.

pub mod bash;
pub mod cargo;
pub mod gh;
pub mod git;
pub mod npm;
mod process;
pub mod python;
pub mod users;
pub mod uv;

pub use process::version_of;
