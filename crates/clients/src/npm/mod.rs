//! npm ([commands](https://docs.npmjs.com/cli/v11/commands)).

mod publishing;
mod staging;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
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
        Diagnostic::new(Rule::FileUnwritable, format!("{}: {error}", into.display()))
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

/// Where a package is below a `node_modules`, as npm and pnpm lay packages out: each of the folders once.
#[must_use]
pub fn places(modules: &Path, package: &str) -> Vec<PathBuf> {
    let mut places = Vec::new();
    let mut open = vec![modules.to_owned()];
    while let Some(modules) = open.pop() {
        let place = modules.join(package);
        if place.join("package.json").is_file() {
            let place = std::fs::canonicalize(&place).unwrap_or(place);
            if !places.contains(&place) {
                places.push(place);
            }
        }
        for folder in folders(&modules) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let below = match name.as_str() {
                // pnpm's packages stand side by side, each with what it needs.
                ".pnpm" => folders(&folder),
                scope if scope.starts_with('@') => folders(&folder),
                hidden if hidden.starts_with('.') => Vec::new(),
                _ => vec![folder],
            };
            let nested = below.into_iter().map(|package| package.join("node_modules"));
            open.extend(nested.filter(|nested| nested.is_dir()));
        }
    }
    places.sort();
    places
}

/// The folders in a folder, without links: a link leads to what stands elsewhere.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn packages_are_found_where_clients_put_them() {
        let folder = tempfile::tempdir().unwrap();
        let modules = folder.path().canonicalize().unwrap();
        assert_eq!(places(&modules, "@a/b"), [""; 0].map(PathBuf::from));
        let all = [
            "@a/b",
            ".pnpm/@a+b@1.0.0/node_modules/@a/b",
            "c/node_modules/@a/b",
            "@d/e/node_modules/@a/b",
        ];
        for place in all {
            fs::create_dir_all(modules.join(place)).unwrap();
            fs::write(modules.join(place).join("package.json"), "{}").unwrap();
        }
        fs::create_dir_all(modules.join("f/node_modules/@a/b")).unwrap();
        let mut wanted = all.map(|place| modules.join(place)).to_vec();
        wanted.sort();
        assert_eq!(places(&modules, "@a/b"), wanted);
    }
}
