//! What of npm several programs know.

use std::process::Command;

/// The scripts that npm runs when a package is installed
/// ([documentation](https://docs.npmjs.com/cli/v11/using-npm/scripts#life-cycle-operation-order)).
pub const INSTALL_SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];

/// The folder below which everything in a package stands.
pub(crate) const NPM_ROOT: &str = "package";

/// npm itself.
#[must_use]
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}
