//! GitHub's command line ([manual](https://cli.github.com/manual/)).

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::{Repository, Tag};

use crate::process::complained;

/// The token that asks a host: of the environment, or the one that `gh` keeps
/// ([precedence](https://cli.github.com/manual/gh_help_environment)).
#[must_use]
pub fn login(host: &str) -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let is_githubs = host == "github.com" || host.ends_with(".ghe.com");
    // A run's own token is of the server that it runs on.
    let is_run = variable("GITHUB_ACTIONS").is_some_and(|is| is == "true");
    let [first, second] = if is_githubs || is_run {
        ["GH_TOKEN", "GITHUB_TOKEN"]
    } else {
        ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"]
    };
    variable(first).or_else(|| variable(second)).or_else(|| kept(host))
}

/// The token that it keeps for a host; none where it is not there, or nobody is logged in.
fn kept(host: &str) -> Option<String> {
    static KEPT: OnceLock<Mutex<HashMap<String, Option<String>>>> = OnceLock::new();
    let kept = KEPT.get_or_init(Mutex::default);
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let ask = || {
        let mut gh = Command::new("gh");
        let said = gh.args(["auth", "token", "--hostname", host]).output().ok()?;
        let token = String::from_utf8(said.stdout).ok()?.trim().to_owned();
        (said.status.success() && !token.is_empty()).then_some(token)
    };
    kept.entry(host.to_owned()).or_insert_with(ask).clone()
}

/// What an attestation must say.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    /// The host of the repository.
    pub host: &'a str,
    /// The repository, `owner/name`.
    pub repository: &'a str,
    /// The workflow's file in it.
    pub workflow: &'a str,
    /// The ref that it ran.
    pub git_ref: &'a str,
    /// The commit that it ran.
    pub commit: &'a str,
}

/// Whether it is there, knows attestations, and somebody is logged in.
#[must_use]
pub fn can_verify(host: &str) -> bool {
    let ends_well = |arguments: &[&str]| {
        let ended = Command::new("gh").args(arguments).output();
        ended.is_ok_and(|ended| ended.status.success())
    };
    ends_well(&["attestation", "verify", "--help"])
        && ends_well(&["auth", "status", "--hostname", host])
}

/// Asks it whether a bundle of attestations proves where a file comes from
/// ([manual](https://cli.github.com/manual/gh_attestation_verify)).
///
/// # Errors
///
/// What it says where it does not find so.
pub fn verify(
    file: &Path,
    bundle: &Path,
    claims: Claims<'_>,
    trusted_root: Option<&Path>,
) -> Result<(), String> {
    let Claims { host, repository, workflow, git_ref, commit } = claims;
    let mut gh = Command::new("gh");
    gh.env("GH_HOST", host).args(["attestation", "verify"]).arg(file).arg("--bundle").arg(bundle);
    gh.args(["--repo", repository, "--source-ref", git_ref, "--source-digest", commit]);
    gh.args(["--signer-workflow", &format!("{repository}/{workflow}")]);
    gh.args(["--deny-self-hosted-runners", "--format", "json"]);
    if let Some(root) = trusted_root {
        gh.arg("--custom-trusted-root").arg(root);
    }
    let ended = gh.output().map_err(|error| error.to_string())?;
    if ended.status.success() { Ok(()) } else { Err(complained(&ended)) }
}

/// Downloads what a run uploaded, by a pattern of names, each into a folder of its name below another
/// ([manual](https://cli.github.com/manual/gh_run_download)).
///
/// # Errors
///
/// Where it is not there, or does not.
pub fn download_run(
    repository: &Repository,
    run: u64,
    pattern: &str,
    into: &Path,
) -> Result<(), Diagnostic> {
    let mut gh = Command::new("gh");
    gh.args(["run", "download", &run.to_string(), "--repo", repository.as_str()]);
    gh.args(["--pattern", pattern, "--dir"]).arg(into);
    downloaded(&mut gh, &format!("run {run}"))
}

/// Downloads assets of a release into a folder ([manual](https://cli.github.com/manual/gh_release_download)).
///
/// # Errors
///
/// Where it is not there, or does not.
pub fn download_release(
    repository: &Repository,
    tag: &Tag,
    names: &[String],
    into: &Path,
) -> Result<(), Diagnostic> {
    let mut gh = Command::new("gh");
    gh.args(["release", "download", tag.as_str(), "--repo", repository.as_str(), "--dir"]);
    gh.arg(into).args(names.iter().flat_map(|name| ["--pattern", name.as_str()]));
    downloaded(&mut gh, &format!("the release {tag}"))
}

fn downloaded(gh: &mut Command, what: &str) -> Result<(), Diagnostic> {
    let ended = gh.output().map_err(|error| {
        Diagnostic::new(Rule::ClientMissing, format!("gh does not start: {error}"))
            .with_remedy("install GitHub's command line, or download it yourself and name the file")
    })?;
    if ended.status.success() {
        return Ok(());
    }
    let message = format!("gh does not download {what}: {}", complained(&ended));
    Err(Diagnostic::new(Rule::ClientFailed, message)
        .with_remedy("look whether it is there, and whether gh is logged in: gh auth status"))
}
