//! cargo-binstall ([flags](https://github.com/cargo-bins/cargo-binstall#usage)).

use std::path::{Path, PathBuf};
use std::process::Command;

use lockstep_schemas::diagnostic::Diagnostic;

use super::Log;
use crate::cargo::default_registry;

/// Installs the programs of a crate from the archives of its release for a target, and from nowhere else, and returns where they are.
///
/// # Errors
///
/// Where cargo-binstall does not.
pub fn install(
    name: &str,
    version: &str,
    triple: Option<&str>,
    folder: &Path,
    log: &Log,
) -> Result<PathBuf, Diagnostic> {
    let root = folder.join("root");
    let mut command = Command::new("cargo-binstall");
    command.args(["--no-confirm", "--disable-telemetry", "--strategies", "crate-meta-data"]);
    command.args(["--root"]).arg(&root).current_dir(folder);
    // Of several archives that this machine could run, those of the target are meant.
    command.args(triple.iter().flat_map(|triple| ["--targets", *triple]));
    if let Some(registry) = default_registry()? {
        command.args(["--registry", &registry]);
    }
    command.arg(format!("{name}@={version}"));
    log.run(&mut command, "cargo-binstall does not install it")?;
    Ok(root.join("bin"))
}
