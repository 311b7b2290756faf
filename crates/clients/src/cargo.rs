//! Cargo ([commands](https://doc.rust-lang.org/cargo/commands/index.html)).

use std::path::Path;
use std::process::Command;

use lockstep_files::Problem;

use crate::process::run;

/// Packs a crate below `target/package`, without building it.
///
/// # Errors
///
/// Where cargo does not.
pub fn package(manifest: &Path, name: &str, target: &Path, locked: bool) -> Result<(), Problem> {
    let mut command = Command::new("cargo");
    command.args(["package", "--no-verify", "--quiet", "--package", name, "--manifest-path"]);
    command.arg(manifest).arg("--target-dir").arg(target);
    if locked {
        command.arg("--locked");
    }
    run(&mut command, &format!("cargo does not package {name}")).map(drop)
}
