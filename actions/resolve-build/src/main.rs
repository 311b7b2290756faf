//! The program `resolve-build`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_resolve_build::Inputs>()
}
