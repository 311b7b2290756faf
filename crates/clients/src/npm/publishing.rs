//! What npm does with a registry.

use std::path::Path;
use std::process::Command;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use serde_json::Value;

use lockstep_schemas::strings::StageId;

use super::npm;
use crate::process::{TOKEN, complained, output, run};

/// How npm asks a registry: where it is, and with which token.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    /// The folder that npm runs in. What stands in a checkout's `.npmrc` says where a token goes, so it is another.
    pub within: &'a Path,
    /// The registry's address.
    pub registry: &'a str,
    /// The token; without one npm's own configuration, or the identity of the run.
    pub token: Option<&'a str>,
}

/// Its token is not among what is shown.
impl std::fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("registry", &self.registry).finish_non_exhaustive()
    }
}

/// How a package is published.
#[derive(Debug, Clone, Copy)]
pub struct Publishing<'a> {
    /// The package.
    pub package: &'a str,
    /// Its tarball.
    pub tarball: &'a Path,
    /// The dist-tag that leads to it ([documentation](https://docs.npmjs.com/cli/v11/commands/npm-dist-tag)).
    pub tag: &'a str,
    /// Who may see it, as npm calls that.
    pub access: &'a str,
    /// Whether it is staged, and public when somebody approved it.
    pub staged: bool,
    /// Whether all is done but the upload.
    pub dry_run: bool,
}

/// That npm did not publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its code for why, such as `E403`; none where it has none.
    pub code: Option<String>,
    /// What it said, for people.
    pub said: String,
}

/// The scope of a package's name, with its `@`.
#[must_use]
pub fn scope(package: &str) -> Option<&str> {
    package.split_once('/').map(|(scope, _)| scope).filter(|scope| scope.starts_with('@'))
}

/// The registries that npm is configured for: the one for packages of any scope, and those of some scopes that have their
/// own.
///
/// # Errors
///
/// Where npm does not say.
pub fn registries<'s>(
    within: &Path,
    scopes: impl IntoIterator<Item = &'s str>,
) -> Result<(String, Vec<(String, String)>), Diagnostic> {
    let keys: Vec<String> = scopes.into_iter().map(|scope| format!("{scope}:registry")).collect();
    let mut command = npm();
    // Of more than one key it says which is which.
    command.args(["config", "get", "registry", "access"]).args(&keys).current_dir(within);
    let said = run(&mut command, "npm does not say which registry it is configured for")?;
    let value = |key: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.filter(|value| *value != "undefined" && *value != "null").map(str::to_owned)
    };
    let registry = value("registry").ok_or_else(|| {
        Diagnostic::new(Rule::ClientFailed, format!("npm does not name its registry:\n{said}"))
    })?;
    let own = keys.iter().filter_map(|key| Some((key.split(':').next()?.to_owned(), value(key)?)));
    Ok((registry, own.collect()))
}

/// What npm calls its own version.
///
/// # Errors
///
/// Where it does not start, or fails.
pub fn version() -> Result<String, Diagnostic> {
    let said = run(npm().arg("--version"), "npm does not say its version")?;
    Ok(said.trim().to_owned())
}

/// Who the registry says that a token is of; none where it does not take it.
///
/// # Errors
///
/// Where npm does not start.
pub fn whoami(access: Access<'_>) -> Result<Result<String, Refusal>, Diagnostic> {
    let mut command = with_access(access);
    let output = output(command.args(["whoami", "--json"]))?;
    if output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        return Ok(Ok(said.trim().trim_matches('"').to_owned()));
    }
    Ok(Err(refusal(&output)))
}

/// Publishes a tarball, byte for byte, without running scripts; of one that is staged, what npm calls it.
///
/// # Errors
///
/// Where npm does not start.
pub fn publish(
    access: Access<'_>,
    publishing: Publishing<'_>,
) -> Result<Result<Option<StageId>, Refusal>, Diagnostic> {
    let Publishing { package, tarball, tag, access: seen_by, staged, dry_run } = publishing;
    let mut command = with_access(access);
    command.args(staged.then_some("stage"));
    command.args(["publish", "--json", "--ignore-scripts", "--tag", tag, "--access", seen_by]);
    // A package's own `publishConfig` yields to flags: it goes where it is looked for.
    let registry = access.registry;
    command.arg(format!("--registry={registry}"));
    command.args(scope(package).map(|scope| format!("--{scope}:registry={registry}")));
    command.args(dry_run.then_some("--dry-run"));
    // What begins with neither a dot nor a slash could be a package's name.
    let tarball = std::path::absolute(tarball).map_err(|error| {
        Diagnostic::new(Rule::FileUnreadable, format!("{}: {error}", tarball.shown()))
    })?;
    let output = output(command.arg(tarball))?;
    if !output.status.success() {
        return Ok(Err(refusal(&output)));
    }
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    Ok(Ok(answer[package]["stageId"].as_str().and_then(|id| id.parse().ok())))
}

/// Tells whoever installs a version not to, and why.
///
/// # Errors
///
/// Where npm does not.
pub fn deprecate(
    access: Access<'_>,
    package: &str,
    version: &str,
    why: &str,
) -> Result<(), Diagnostic> {
    let mut command = with_access(access);
    command.args(["deprecate", "--", &format!("{package}@{version}"), why]);
    by_hand(&mut command, "npm does not deprecate it")
}

/// Leads a dist-tag of a package to a version.
///
/// # Errors
///
/// Where npm does not.
pub fn tag(access: Access<'_>, package: &str, version: &str, tag: &str) -> Result<(), Diagnostic> {
    let mut command = with_access(access);
    command.args(["dist-tag", "add", "--", &format!("{package}@{version}"), tag]);
    by_hand(&mut command, "npm does not move the dist-tag")
}

/// Runs npm for somebody who sits there: it can ask for a second factor.
fn by_hand(command: &mut Command, failed: &str) -> Result<(), Diagnostic> {
    let status = command.env_remove(TOKEN).stdout(std::io::stderr()).status().map_err(|error| {
        Diagnostic::new(Rule::ClientMissing, format!("npm does not start: {error}"))
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Diagnostic::new(Rule::ClientFailed, format!("{failed}: it ended with {status}"))
        .with_remedy("npm said above why: log in as somebody who may write the package, `npm login`; run this in a terminal where npm asks for a second factor"))
}

/// npm with a token in its environment: what stands on a command line others can read. It asks once, and whoever calls it
/// decides what comes then. Nobody needs to know here whether there is a newer npm.
pub(super) fn with_access(access: Access<'_>) -> Command {
    let mut command = npm();
    command.current_dir(access.within);
    command.env("npm_config_fetch_retries", "0").env("npm_config_registry", access.registry);
    command.env("npm_config_update_notifier", "false");
    if let Some(token) = access.token {
        let rest = access.registry.split_once(':').map_or(access.registry, |(_, rest)| rest);
        let rest = rest.trim_end_matches('/');
        command.env(format!("npm_config_{rest}/:_authToken"), token);
    }
    command
}

/// What npm says as JSON of what went wrong.
pub(super) fn refusal(output: &std::process::Output) -> Refusal {
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let text = |key: &str| answer["error"][key].as_str().filter(|text| !text.is_empty());
    let said = text("summary").map_or_else(|| complained(output), str::to_owned);
    Refusal { code: text("code").map(str::to_owned), said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes() {
        assert_eq!(scope("@someone/tool"), Some("@someone"));
        assert_eq!(scope("tool"), None);
    }

    #[test]
    fn no_token_is_shown_or_stands_on_a_command_line() {
        let within = Path::new(".");
        let token = Some("npm_secret");
        let access = Access { within, registry: "https://host.example/npm/", token };
        assert!(!format!("{access:?}").contains("npm_secret"));
        let command = with_access(access);
        let key = "npm_config_//host.example/npm/:_authToken";
        let mut env = command.get_envs();
        assert!(env.any(|(name, value)| name == key && value.is_some_and(|it| it == "npm_secret")));
        assert!(command.get_args().next().is_none());
    }
}
