//! npm and pnpm, in an empty project.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::NpmClient;
use lockstep_schemas::paths::Shown as _;

use super::Log;
use crate::npm::{npm, registries, scope};

/// The pnpm that installs where the machine has none: npm fetches it.
const PNPM: &str = "pnpm@11.28.11";

/// Installs packages, each `name@version`, by a client in a folder that is empty, and returns where packages are.
///
/// # Errors
///
/// Where the client does not.
pub fn install(
    client: NpmClient,
    packages: &[String],
    folder: &Path,
    log: &Log,
) -> Result<PathBuf, Diagnostic> {
    let project = folder.join("project");
    // pnpm reads none of npm's variables, and is to ask whom npm asks.
    let scopes: BTreeSet<&str> = packages.iter().filter_map(|package| scope(package)).collect();
    let (any, own) = registries(folder, scopes)?;
    let own = own.iter().map(|(scope, address)| format!("{scope}:registry={address}\n"));
    let config = format!("registry={any}\n{}", own.collect::<String>());
    let begun = fs::create_dir(&project)
        .and_then(|()| fs::write(project.join("package.json"), "{ \"private\": true }\n"))
        .and_then(|()| fs::write(project.join(".npmrc"), config));
    begun.map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("{}: {error}", project.shown()))
    })?;
    let mut command = match client {
        NpmClient::Npm => {
            let mut npm = npm();
            npm.args(["install", "--no-audit", "--no-fund"]);
            npm
        }
        NpmClient::Pnpm => {
            let mut pnpm = pnpm();
            // What is new is what is asked for, and a project above would be another one.
            pnpm.args(["add", "--ignore-workspace", "--config.minimum-release-age=0"]);
            // Whose install scripts do not run it says, and that is no failure of what was installed.
            pnpm.arg("--config.strict-dep-builds=false");
            pnpm.arg("--store-dir").arg(folder.join("store"));
            pnpm
        }
    };
    command.args(packages).current_dir(&project);
    command.env("npm_config_cache", folder.join("cache")).env("CI", "true");
    let failed = match client {
        NpmClient::Npm => "npm does not install it",
        NpmClient::Pnpm => "pnpm does not install it",
    };
    log.run(&mut command, failed)?;
    Ok(project.join("node_modules"))
}

/// pnpm, or npm that fetches it and runs it.
fn pnpm() -> Command {
    let name = if cfg!(windows) { "pnpm.cmd" } else { "pnpm" };
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder.join(name).is_file()) {
        return Command::new(name);
    }
    let mut npm = npm();
    npm.args(["exec", "--yes", &format!("--package={PNPM}"), "--", "pnpm"]);
    npm
}
