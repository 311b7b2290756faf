//! What of an npm package several programs look at.

use serde_json::{Map, Value};

/// The scripts that npm runs when a package is installed
/// ([documentation](https://docs.npmjs.com/cli/v11/using-npm/scripts#life-cycle-operation-order)).
const INSTALL_SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];

/// The folder below which everything in a package stands.
pub(crate) const NPM_ROOT: &str = "package";

/// What of a package runs on every user's machine when it is installed: scripts, a native module that is built,
/// and packages that it brings along, which may have either.
pub fn runs_when_installed<'m>(
    package: &Map<String, Value>,
    members: impl Iterator<Item = &'m str>,
) -> Vec<String> {
    let scripts = package.get("scripts").and_then(Value::as_object);
    let has = |name: &&str| scripts.is_some_and(|scripts| scripts.contains_key(*name));
    let mut found: Vec<String> =
        INSTALL_SCRIPTS.into_iter().filter(has).map(|name| format!("script `{name}`")).collect();
    let bundled = ["bundleDependencies", "bundledDependencies"].into_iter();
    found.extend(bundled.filter(|key| package.contains_key(*key)).map(|key| format!("`{key}`")));
    let mut brought =
        members.filter(|name| *name == "binding.gyp" || name.starts_with("node_modules/"));
    found.extend(brought.next().map(|name| format!("file `{name}`")));
    found
}
