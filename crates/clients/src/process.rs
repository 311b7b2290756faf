//! Running a client to its end.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};

/// The variable that programs get a token in. A client gets it by a variable of its own, where it needs it.
pub(crate) const TOKEN: &str = "LOCKSTEP_TOKEN";

/// Runs a client. That it did not end well is for the caller to tell.
pub(crate) fn output(command: &mut Command) -> Result<Output, Diagnostic> {
    command.env_remove(TOKEN);
    if !["npm", "npm.cmd", "uv"].iter().any(|client| command.get_program() == *client) {
        // Who else could show the run's identity to somebody needs it for nothing.
        for name in ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] {
            command.env_remove(name);
        }
    }
    command.output().map_err(|error| {
        Diagnostic::new(
            Rule::ClientMissing,
            format!("{} does not start: {error}", name(command.get_program())),
        )
        .with_remedy("install it on the machine or in the container that runs this")
    })
}

/// Runs a client and returns what it printed; `failed` is what is wrong where it does not end well, such as
/// `npm does not pack`.
pub(crate) fn run(command: &mut Command, failed: &str) -> Result<String, Diagnostic> {
    let output = output(command)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Diagnostic::new(Rule::ClientFailed, format!("{failed}:\n{}", complained(&output))))
}

/// What a client printed of what went wrong.
pub(crate) fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// A client as people call it.
pub(crate) fn name(program: &OsStr) -> String {
    Path::new(program).file_stem().unwrap_or_default().display().to_string()
}

/// What a program calls its own version: the first line that it prints of it.
///
/// # Errors
///
/// Where it does not start, fails, or prints nothing.
pub fn version_of(program: &str) -> Result<String, Diagnostic> {
    let problem = |what: String| {
        Diagnostic::new(Rule::ClientMissing, format!("`{program} --version` {what}"))
    };
    let output = Command::new(program).arg("--version").env_remove(TOKEN).output();
    let output = output.map_err(|error| problem(format!("does not start: {error}")))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().next().unwrap_or_default().trim();
    if !output.status.success() || line.is_empty() {
        return Err(problem(format!("ended with {} and said `{line}`", output.status)));
    }
    Ok(line.to_owned())
}
