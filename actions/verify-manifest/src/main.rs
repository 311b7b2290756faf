//! The program `verify-manifest`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_verify_manifest::Inputs>()
}
