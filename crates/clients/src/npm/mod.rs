//! npm ([commands](https://docs.npmjs.com/cli/v11/commands)).

mod publishing;
mod staging;

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use serde_json::Value;

use crate::process::run;
pub use publishing::{
    Access, Publishing, Refusal, deprecate, publish, registries, scope, tag, version, whoami,
};
pub use staging::{Staged, download, integrity, staged};

/// A package that npm packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The tarball's name.
    pub name: String,
    /// The files in it, by their places below the package's folder.
    pub files: Vec<String>,
}

/// A platform that a package is installed for, in npm's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// The operating system.
    pub os: &'static str,
    /// The processor.
    pub cpu: &'static str,
    /// The C library, where there are several.
    pub libc: Option<&'static str>,
}

pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Packs the package in a folder, without running its scripts.
///
/// # Errors
///
/// Where npm does not, or does not say as JSON what it did.
pub fn pack(folder: &Path, into: &Path) -> Result<Packed, Diagnostic> {
    let into = std::path::absolute(into).map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("{}: {error}", into.shown()))
    })?;
    let mut command = npm();
    command.args(["pack", "--json", "--ignore-scripts", "--pack-destination"]);
    let answer = run(command.arg(&into).current_dir(folder), "npm does not pack")?;
    let answer: Value = serde_json::from_str(&answer).map_err(|error| {
        Diagnostic::new(Rule::ClientFailed, format!("npm does not answer with JSON: {error}"))
    })?;
    let packed = &answer[0];
    let files = packed["files"].as_array().into_iter().flatten();
    let files = files.filter_map(|file| file["path"].as_str()).map(str::to_owned);
    Ok(Packed {
        name: packed["filename"].as_str().unwrap_or_default().to_owned(),
        files: files.collect(),
    })
}

/// Installs packages into the project in a folder, or where none are named what its `package.json` asks for; as on
/// another platform where one is named.
///
/// # Errors
///
/// Where npm does not.
pub fn install<P: AsRef<OsStr>>(
    folder: &Path,
    packages: impl IntoIterator<Item = P>,
    platform: Option<Platform>,
) -> Result<(), Diagnostic> {
    let mut command = npm();
    command.args(["install", "--no-audit", "--no-fund", "--prefer-offline"]);
    command.args(packages).current_dir(folder);
    if let Some(Platform { os, cpu, libc }) = platform {
        command.arg(format!("--os={os}")).arg(format!("--cpu={cpu}"));
        command.args(libc.map(|libc| format!("--libc={libc}")));
    }
    run(&mut command, "npm does not install it").map(drop)
}
