//! What goes over a network: `lockstep` is offline, and starts another program for it, which stands beside it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;

use super::output::Output;

/// The program.
const PROGRAM: &str = "lockstep-online";

/// Starts it with a command's arguments, and ends as it does.
pub fn run(command: &str, arguments: &[OsString], output: Output) -> ExitCode {
    let here = std::env::current_exe().ok();
    let beside = here.and_then(|here| Some(here.parent()?.join(PROGRAM)));
    let program = beside.unwrap_or_else(|| PathBuf::from(PROGRAM));
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    let mut online = Command::new(&program);
    online.arg(command).args(arguments).args(output.flags());
    match online.status() {
        // A signal that ended it is no status of its own.
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2).into(),
        Err(error) => {
            let message = format!("{} does not start: {error}", program.shown());
            let problem = Diagnostic::new(Rule::ClientMissing, message).with_remedy(format!(
                "`lockstep {command}` works over a network, which this program does: install both from the same release"
            ));
            output.end(Err(problem.into()))
        }
    }
}
