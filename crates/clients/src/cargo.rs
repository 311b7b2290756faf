//! Cargo ([commands](https://doc.rust-lang.org/cargo/commands/index.html)).

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use serde_json::Value;

use crate::process::{complained, output, run};

/// What cargo is asked for besides
/// ([documentation](https://doc.rust-lang.org/cargo/commands/cargo-package.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Package {
    /// The lockfile stays as it is.
    Locked,
    /// What is packed need not be committed: a snapshot's version is not.
    Uncommitted,
}

impl Package {
    fn flag(self) -> &'static str {
        match self {
            Self::Locked => "--locked",
            Self::Uncommitted => "--allow-dirty",
        }
    }
}

/// Packs crates of a workspace below `target/package`, without building them. A crate is packed together with those of the
/// workspace that it depends on, as long as no registry has them
/// ([packing several](https://doc.rust-lang.org/cargo/commands/cargo-package.html#package-selection)).
///
/// # Errors
///
/// Where cargo does not.
pub fn package(
    within: &Path,
    manifest: &Path,
    names: &[&str],
    target: &Path,
    options: &[Package],
) -> Result<(), Diagnostic> {
    let mut command = cargo(within, manifest, "package")?;
    command.args(["--no-verify", "--quiet", "--target-dir"]).arg(target);
    for name in names {
        command.args(["--package", name]);
    }
    command.args(options.iter().map(|option| option.flag()));
    let names = names.join(", ");
    run(&mut command, &format!("cargo does not package {names}")).map(drop)
}

/// A crate of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it needs of other crates, by their names in the registry.
    pub needs: BTreeSet<String>,
}

/// The crates of the workspace that a manifest is of
/// ([documentation](https://doc.rust-lang.org/cargo/commands/cargo-metadata.html)).
///
/// # Errors
///
/// Where cargo does not say.
pub fn members(within: &Path, manifest: &Path) -> Result<Vec<Member>, Diagnostic> {
    let mut command = cargo(within, manifest, "metadata")?;
    command.args(["--no-deps", "--format-version", "1"]);
    let said = run(&mut command, "cargo does not say which crates there are")?;
    let said: Value = serde_json::from_str(&said).map_err(|error| {
        Diagnostic::new(Rule::ClientFailed, format!("cargo does not answer with JSON: {error}"))
    })?;
    let name = |of: &Value| of["name"].as_str().map(str::to_owned);
    let packages = said["packages"].as_array().into_iter().flatten();
    let member = |package: &Value| {
        let needs = package["dependencies"].as_array().into_iter().flatten();
        // What tests alone need cargo leaves out where no version of it is asked for.
        let is_needed = |need: &&Value| need["kind"] != "dev" || need["req"] != "*";
        let needs = needs.filter(is_needed).filter_map(name).collect();
        Some(Member { name: name(package)?, needs })
    };
    Ok(packages.filter_map(member).collect())
}

/// A crate, and those of its workspace that it needs, and they need, as far as they are among some names. They are packed together.
#[must_use]
pub fn together(members: &[Member], name: &str, among: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = vec![name.to_owned()];
    while let Some(next) = open.pop() {
        let member = members.iter().find(|member| member.name == next);
        let is_known = found.contains(&next) || !among.contains(&next.as_str());
        if let Some(member) = member.filter(|_| !is_known) {
            open.extend(member.needs.iter().cloned());
            found.push(next);
        }
    }
    found
}

/// cargo in a folder, whose `.cargo/config.toml`, and those of the folders above, it heeds.
fn cargo(within: &Path, manifest: &Path, what: &str) -> Result<Command, Diagnostic> {
    let manifest = std::path::absolute(manifest).map_err(|error| {
        Diagnostic::new(Rule::FileUnreadable, format!("{}: {error}", manifest.shown()))
    })?;
    let mut command = Command::new("cargo");
    command.arg(what).arg("--manifest-path").arg(manifest).current_dir(within);
    Ok(command)
}

/// How a crate is published.
#[derive(Clone, Copy)]
pub struct Publishing<'a> {
    /// The crate's manifest.
    pub manifest: &'a Path,
    /// Its name.
    pub name: &'a str,
    /// The registry, by the name that cargo knows it by; without one crates.io.
    pub registry: Option<&'a str>,
    /// The token; without one what cargo is configured for.
    pub token: Option<&'a str>,
    /// Where cargo works.
    pub target: &'a Path,
    /// Whether all is done but the upload.
    pub dry_run: bool,
}

/// Its token is not among what is shown.
impl fmt::Debug for Publishing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publishing").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Publishes a crate, without building it: build scripts would run beside the token. Where cargo does not, its words.
///
/// It is to run outside of the checkout: what a checkout's `.cargo/config.toml` names, such as a credential provider or a wrapper of
/// rustc, is a program of the project's, and none of those runs where there is a token.
///
/// # Errors
///
/// Where cargo does not start.
pub fn publish(
    publishing: Publishing<'_>,
    options: &[Package],
) -> Result<Result<(), String>, Diagnostic> {
    let Publishing { manifest, name, registry, token, target, dry_run } = publishing;
    let mut command = cargo(target, manifest, "publish")?;
    command
        .args(["--no-verify", "--color", "never", "--package", name, "--target-dir"])
        .arg(target);
    command.args(options.iter().map(|option| option.flag()));
    command.args(registry.iter().flat_map(|registry| ["--registry", *registry]));
    command.args(dry_run.then_some("--dry-run"));
    if let Some(token) = token {
        // What stands on a command line others can read.
        command.env(token_variable(registry), token);
    }
    let output = output(&mut command)?;
    if output.status.success() {
        return Ok(Ok(()));
    }
    Ok(Err(reason(&output)))
}

/// Why cargo failed. What it was about to do is no reason.
fn reason(output: &Output) -> String {
    let said = complained(output);
    let begins = said.find("error: ").map_or(0, |at| at + "error: ".len());
    said[begins..].to_owned()
}

/// Takes a version of a crate back, by whatever login cargo is configured for
/// ([documentation](https://doc.rust-lang.org/cargo/commands/cargo-yank.html)).
///
/// # Errors
///
/// Where cargo does not.
pub fn yank(
    within: &Path,
    name: &str,
    version: &str,
    registry: Option<&str>,
) -> Result<(), Diagnostic> {
    let mut command = Command::new("cargo");
    command.args(["yank", "--color", "never", "--version", version]).current_dir(within);
    command.args(registry.iter().flat_map(|registry| ["--registry", *registry]));
    let output = output(command.arg("--").arg(name))?;
    if output.status.success() {
        return Ok(());
    }
    let message = format!("cargo does not yank {name} {version}: {}", reason(&output));
    Err(Diagnostic::new(Rule::ClientFailed, message)
        .with_remedy("log in as an owner of the crate: cargo login"))
}

/// The environment variable of a registry's token
/// ([documentation](https://doc.rust-lang.org/cargo/reference/config.html#registriesnametoken)).
fn token_variable(registry: Option<&str>) -> String {
    registry.map_or_else(
        || "CARGO_REGISTRY_TOKEN".to_owned(),
        |name| format!("CARGO_REGISTRIES_{}_TOKEN", name.to_uppercase().replace('-', "_")),
    )
}

/// What cargo calls its own version: `1.95.0`.
///
/// # Errors
///
/// Where it does not start, or fails.
pub fn version(within: &Path) -> Result<String, Diagnostic> {
    let mut command = Command::new("cargo");
    let said = run(command.arg("--version").current_dir(within), "cargo does not say its version")?;
    Ok(said.split(' ').nth(1).unwrap_or_default().to_owned())
}

/// The registry that cargo publishes to where none is named
/// ([documentation](https://doc.rust-lang.org/cargo/reference/config.html#registrydefault)); none for crates.io.
///
/// # Errors
///
/// Where cargo's configuration cannot be read.
pub fn default_registry() -> Result<Option<String>, Diagnostic> {
    let config = home().map(|home| home.join("config.toml")).filter(|config| config.is_file());
    let variable = std::env::var("CARGO_REGISTRY_DEFAULT").ok().filter(|value| !value.is_empty());
    let named = match (variable, config) {
        (Some(name), _) => Some(name),
        (None, Some(config)) => default_of(&config)?,
        (None, None) => None,
    };
    Ok(named.filter(|name| name != "crates-io"))
}

/// cargo's home ([documentation](https://doc.rust-lang.org/cargo/guide/cargo-home.html)).
pub(crate) fn home() -> Option<PathBuf> {
    let own = std::env::var_os("CARGO_HOME").filter(|home| !home.is_empty());
    own.map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

fn default_of(config: &Path) -> Result<Option<String>, Diagnostic> {
    let unreadable = |why: String| {
        Diagnostic::new(Rule::FileUnreadable, format!("cargo's configuration: {why}"))
            .in_file(config.shown())
    };
    let text = std::fs::read_to_string(config).map_err(|error| unreadable(error.to_string()))?;
    let config: toml_edit::DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| unreadable(error.to_string()))?;
    let named = config.get("registry").and_then(|registry| registry.get("default")?.as_str());
    Ok(named.map(str::to_owned))
}
