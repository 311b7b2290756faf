//! Real registries on this machine, each behind a proxy that can be told to fail.

mod npm;
mod process;
mod proxy;

pub use npm::{Npm, TOKEN_OF_NOBODY};
pub use proxy::{Fault, Proxy, Rules};
