//! Cargo ([commands](https://doc.rust-lang.org/cargo/commands/index.html)).

use std::path::Path;
use std::process::Command;

use crate::process::run;
use lockstep_schemas::diagnostic::Diagnostic;

/// Packs a crate below `target/package`, without building it.
///
/// # Errors
///
/// Where cargo does not.
pub fn package(manifest: &Path, name: &str, target: &Path, locked: bool) -> Result<(), Diagnostic> {
    let mut command = Command::new("cargo");
    command.args(["package", "--no-verify", "--quiet", "--package", name, "--manifest-path"]);
    command.arg(manifest).arg("--target-dir").arg(target);
    if locked {
        command.arg("--locked");
    }
    run(&mut command, &format!("cargo does not package {name}")).map(drop)
}
