//! uv ([commands](https://docs.astral.sh/uv/reference/cli/)).

use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;

use crate::process::{TOKEN, complained, output, run};

/// How uv shows an index who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Identity<'a> {
    /// By a token.
    Token(&'a str),
    /// By the identity of the run.
    Run,
    /// By what uv is configured for.
    Own,
}

/// No token is shown.
impl fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token",
            Self::Run => "Run",
            Self::Own => "Own",
        })
    }
}

/// Where packages are installed from, as uv is configured for it.
///
/// # Errors
///
/// Where uv does not say.
pub fn index(within: &Path) -> Result<String, Diagnostic> {
    let mut command = Command::new("uv");
    command.current_dir(within);
    command.args(["pip", "compile", "--quiet", "--no-header", "--emit-index-url", "-"]);
    // Of no requirements it says the index alone, and asks nobody.
    let said = with_input(&mut command, "")?;
    let address = said.lines().find_map(|line| line.strip_prefix("--index-url "));
    address.map(|address| address.trim().to_owned()).ok_or_else(|| {
        Diagnostic::new(Rule::ClientFailed, format!("uv does not name its index:\n{said}"))
            .with_remedy("name the index in the model, `index` of the channel")
    })
}

fn with_input(command: &mut Command, input: &str) -> Result<String, Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::new(Rule::ClientMissing, format!("uv does not start: {error}"))
            .with_remedy("install it on the machine that runs this")
    };
    command.env_remove(TOKEN);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // Whether uv reads it, its answer says.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let message =
        format!("uv does not say which index it is configured for:\n{}", complained(&output));
    Err(Diagnostic::new(Rule::ClientFailed, message))
}

/// What uv calls its own version: `uv 0.13.9`.
///
/// # Errors
///
/// Where it does not start, or fails.
pub fn version() -> Result<String, Diagnostic> {
    let said = run(Command::new("uv").args(["--version"]), "uv does not say its version")?;
    Ok(said.split(" (").next().unwrap_or_default().trim().to_owned())
}

/// Publishes a wheel or a source distribution from a folder, whose own configuration says where a token goes; or does all of that but the upload. Where uv does not, its words.
///
/// # Errors
///
/// Where uv does not start.
pub fn publish(
    within: &Path,
    file: &Path,
    identity: Identity<'_>,
    address: Option<&str>,
    dry_run: bool,
) -> Result<Result<(), String>, Diagnostic> {
    let mut command = Command::new("uv");
    command.args(["publish", "--no-progress", "--color", "never", "--trusted-publishing"]);
    command.arg(if identity == Identity::Run { "always" } else { "never" });
    command.args(dry_run.then_some("--dry-run"));
    if let Identity::Token(token) = identity {
        // What stands on a command line others can read.
        command.env("UV_PUBLISH_TOKEN", token);
    }
    if let Some(address) = address {
        command.env("UV_PUBLISH_URL", address);
    }
    // Whoever calls it decides when a file is sent again.
    command.env("UV_HTTP_RETRIES", "0").current_dir(within);
    let file = std::path::absolute(file).map_err(|error| {
        Diagnostic::new(Rule::FileUnreadable, format!("{}: {error}", file.shown()))
    })?;
    let output = output(command.arg("--").arg(file).stdin(Stdio::null()))?;
    if output.status.success() {
        return Ok(Ok(()));
    }
    let said = complained(&output);
    // What it was about to do is no reason.
    let begins = said.find("error: ").map_or(0, |at| at + "error: ".len());
    Ok(Err(said[begins..].to_owned()))
}
