//! What of npm packages several programs know.

/// The scripts that npm runs when a package is installed
/// ([documentation](https://docs.npmjs.com/cli/v11/using-npm/scripts#life-cycle-operation-order)).
pub const INSTALL_SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];
