//! Cargo ([commands](https://doc.rust-lang.org/cargo/commands/index.html)).

use std::path::Path;
use std::process::Command;

use crate::process::run;
use lockstep_schemas::diagnostic::Diagnostic;

/// What cargo is asked for besides
/// ([documentation](https://doc.rust-lang.org/cargo/commands/cargo-package.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Package {
    /// The lockfile stays as it is.
    Locked,
    /// What is packed need not be committed: a snapshot's version is not.
    Uncommitted,
}

/// Packs a crate below `target/package`, without building it.
///
/// # Errors
///
/// Where cargo does not.
pub fn package(
    manifest: &Path,
    name: &str,
    target: &Path,
    options: &[Package],
) -> Result<(), Diagnostic> {
    let mut command = Command::new("cargo");
    command.args(["package", "--no-verify", "--quiet", "--package", name, "--manifest-path"]);
    command.arg(manifest).arg("--target-dir").arg(target);
    command.args(options.iter().map(|option| match option {
        Package::Locked => "--locked",
        Package::Uncommitted => "--allow-dirty",
    }));
    run(&mut command, &format!("cargo does not package {name}")).map(drop)
}
