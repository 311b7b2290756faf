//! What of an npm package several programs look at.

use std::collections::BTreeSet;
use std::path::Path;

use lockstep_archives::Format;
use lockstep_files::json;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use serde_json::{Map, Value};

use crate::member::text_of;

/// The scripts that npm runs when a package is installed
/// ([documentation](https://docs.npmjs.com/cli/v11/using-npm/scripts#life-cycle-operation-order)).
const INSTALL_SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];

/// The folder below which everything in a package stands.
pub(crate) const NPM_ROOT: &str = "package";

/// The largest `package.json` that is read, in bytes.
const LARGEST: u64 = 256 * 1024;

/// The names of the packages that npm installs along with the one in a tarball.
///
/// # Errors
///
/// Where it cannot be read.
pub fn depends_on(tarball: &Path) -> Result<BTreeSet<String>, Diagnostic> {
    let place = format!("{NPM_ROOT}/package.json");
    let text = text_of(Format::TarGz, tarball, LARGEST, |name| name == place)?;
    let package: Map<String, Value> = json::of_json(&text).map_err(|error| {
        Diagnostic::new(Rule::PackageClaim, format!("is not valid: {error}"))
            .in_file(tarball.shown())
            .in_member("package.json")
    })?;
    let kinds = ["dependencies", "optionalDependencies", "peerDependencies"];
    let listed = kinds.into_iter().filter_map(|kind| package.get(kind)?.as_object());
    // `"core": "npm:@someone/core@1.2.3"` is another package's.
    let name = |(key, value): (&String, &Value)| {
        let alias = value.as_str().and_then(|value| value.strip_prefix("npm:"));
        alias.map_or_else(
            || key.clone(),
            |alias| {
                let end =
                    alias.get(1..).and_then(|rest| rest.find('@')).map_or(alias.len(), |at| at + 1);
                alias[..end].to_owned()
            },
        )
    };
    Ok(listed.flat_map(|listed| listed.iter().map(name)).collect())
}

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
