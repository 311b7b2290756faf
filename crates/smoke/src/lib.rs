//! The check of something that was installed: a script of the model, run where that is. Before a release it is what was packed, and
//! after it what users get.

mod host;
mod script;

pub use host::Host;
pub use script::{Installed, Script, prints};
