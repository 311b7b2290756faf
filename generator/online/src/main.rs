//! The program `lockstep-online`, which `lockstep` starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_online::Online>()
}
