//! cargo, with a home of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use serde_json::Value;

use super::Log;
use crate::cargo::{default_registry, home};
use crate::process::run;

/// What cargo fetched of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// A project that depends on it.
    pub project: PathBuf,
    /// The SHA-256 of its file, which cargo has compared with that of the index.
    pub checksum: Option<String>,
    /// Whether it has programs, which `cargo install` installs.
    pub has_programs: bool,
}

/// Fetches a crate, and what it depends on, into a folder that is empty but for others that were fetched there.
///
/// # Errors
///
/// Where cargo does not.
pub fn fetch(name: &str, version: &str, folder: &Path, log: &Log) -> Result<Fetched, Diagnostic> {
    let unwritable = |error: std::io::Error| {
        Diagnostic::new(Rule::FileUnwritable, format!("{}: {error}", folder.shown()))
    };
    configure(folder).map_err(unwritable)?;
    let project = folder.join("project");
    fs::create_dir_all(project.join("src")).map_err(unwritable)?;
    fs::write(project.join("src/lib.rs"), "").map_err(unwritable)?;
    let registry = default_registry()?.map(|name| format!(", registry = \"{name}\""));
    let dependency = format!(
        "[package]\nname = \"delivered-to\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\n{name} = {{ version = \"={version}\"{} }}\n\n[workspace]\n",
        registry.unwrap_or_default()
    );
    fs::write(project.join("Cargo.toml"), dependency).map_err(unwritable)?;
    let mut command = cargo(folder);
    command.args(["fetch", "--color", "never"]).current_dir(&project);
    log.run(&mut command, "cargo does not fetch it")?;
    let has_programs = match source(folder, name, version) {
        Some(source) => has_programs(&source, folder)?,
        None => false,
    };
    let lock = fs::read_to_string(project.join("Cargo.lock")).map_err(unwritable)?;
    Ok(Fetched { project, checksum: checksum(&lock, name, version), has_programs })
}

/// Where cargo unpacked a crate that it fetched.
fn source(folder: &Path, name: &str, version: &str) -> Option<PathBuf> {
    let of_registries = fs::read_dir(folder.join("home/registry/src")).ok()?;
    let mut places = of_registries
        .flatten()
        .map(|registry| registry.path().join(format!("{name}-{version}/Cargo.toml")));
    places.find(|place| place.is_file())
}

/// Whether a crate has programs.
fn has_programs(manifest: &Path, folder: &Path) -> Result<bool, Diagnostic> {
    let mut metadata = cargo(folder);
    metadata.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    metadata.arg("--manifest-path").arg(manifest).current_dir(folder);
    let said = run(&mut metadata, "cargo does not say what is in it")?;
    let said: Value = serde_json::from_str(&said).unwrap_or_default();
    let packages = said["packages"].as_array().into_iter().flatten();
    let targets = packages.filter_map(|package| package["targets"].as_array()).flatten();
    let mut kinds = targets.filter_map(|target| target["kind"].as_array()).flatten();
    Ok(kinds.any(|kind| kind == "bin"))
}

/// Installs the programs of a crate that was fetched there, and returns where they are.
///
/// # Errors
///
/// Where cargo does not.
pub fn install(name: &str, version: &str, folder: &Path, log: &Log) -> Result<PathBuf, Diagnostic> {
    let root = folder.join("root");
    let mut command = cargo(folder);
    command.args(["install", name, "--version", &format!("={version}"), "--locked"]);
    command.args(["--color", "never", "--root"]).arg(&root).current_dir(folder);
    log.run(&mut command, "cargo does not install it")?;
    Ok(root.join("bin"))
}

/// Compiles a crate that was fetched there, which has no programs.
///
/// # Errors
///
/// Where cargo does not.
pub fn check(project: &Path, folder: &Path, log: &Log) -> Result<(), Diagnostic> {
    let mut command = cargo(folder);
    command.args(["check", "--locked", "--color", "never"]).current_dir(project);
    log.run(&mut command, "cargo does not compile it")
}

/// cargo's home is empty but for what it is configured for: no crate is there before it is fetched.
fn configure(folder: &Path) -> std::io::Result<()> {
    let own = folder.join("home");
    fs::create_dir_all(&own)?;
    let config = home().map(|home| home.join("config.toml")).filter(|config| config.is_file());
    config.map_or(Ok(()), |config| fs::copy(config, own.join("config.toml")).map(drop))
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.env("CARGO_HOME", folder.join("home"));
    // What needs a newer compiler than the one that is pinned nobody with that one gets.
    command.env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "fallback");
    command.env("CARGO_TARGET_DIR", folder.join("target"));
    command
}

/// The checksum of a package in a lockfile
/// ([format](https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html)).
fn checksum(lock: &str, name: &str, version: &str) -> Option<String> {
    let lock: toml_edit::DocumentMut = lock.parse().ok()?;
    let packages = lock.get("package")?.as_array_of_tables()?;
    let is = |package: &toml_edit::Table, key: &str, text: &str| {
        package.get(key).and_then(toml_edit::Item::as_str) == Some(text)
    };
    // A crate can depend on an earlier version of itself.
    let mut of_it =
        packages.iter().filter(|one| is(one, "name", name) && is(one, "version", version));
    of_it.find_map(|package| Some(package.get("checksum")?.as_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lockfile_says_what_was_fetched() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.9.0\"\nchecksum = \"def\"\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"abc\"\n\n[[package]]\nname = \"b\"\nversion = \"0.0.0\"\n";
        assert_eq!(checksum(lock, "a", "1.0.0").as_deref(), Some("abc"));
        assert_eq!(checksum(lock, "a", "0.9.0").as_deref(), Some("def"));
        assert_eq!(checksum(lock, "b", "0.0.0"), None);
        assert_eq!(checksum("[", "a", "1.0.0"), None);
    }
}
