//! Real registries on this machine, each behind a proxy that can be told to fail.

mod cargo;
mod npm;
mod process;
mod proxy;
mod pypi;
mod yanks;

pub use cargo::Cargo;
pub use npm::Npm;
pub use proxy::{Fault, Proxy, Rules};
pub use pypi::Pypi;
