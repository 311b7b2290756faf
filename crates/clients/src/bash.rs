//! bash, as GitHub runs a script with it.

use std::path::PathBuf;
use std::process::Command;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::Script;

/// A script as GitHub runs one
/// ([`shell: bash`](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell)).
///
/// # Errors
///
/// Where no bash is there.
pub fn script(script: &Script) -> Result<Command, Diagnostic> {
    let mut command = Command::new(bash()?);
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c"]).arg(script.as_str());
    Ok(command)
}

/// What is wrong where it does not start.
#[must_use]
pub fn not_started(error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Rule::ClientMissing, format!("bash does not start: {error}"))
}

/// The program `bash`. On Windows a name alone finds the launcher of the Linux subsystem, which stands in
/// the system's folder and runs nothing on a hosted runner.
fn bash() -> Result<PathBuf, Diagnostic> {
    if !cfg!(windows) {
        return Ok(PathBuf::from("bash"));
    }
    let in_lower_case = |path: &std::path::Path| path.to_string_lossy().to_lowercase();
    let system = std::env::var_os("SystemRoot").map(|system| in_lower_case(system.as_ref()));
    // Windows writes its own folders in any case, and has an alias of that launcher in one of the user's.
    let is_of_windows = |folder: &PathBuf| {
        let folder = in_lower_case(folder);
        let is_below = system.as_ref().is_some_and(|system| folder.starts_with(system.as_str()));
        is_below || folder.trim_end_matches('\\').ends_with("windowsapps")
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|folder| !is_of_windows(folder))
        .map(|folder| folder.join("bash.exe"))
        .find(|file| file.is_file())
        .ok_or_else(|| {
            Diagnostic::new(Rule::ClientMissing, "no bash is on the path")
                .with_remedy("install Git for Windows")
        })
}
