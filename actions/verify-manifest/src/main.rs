//! The program `verify-manifest`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_toolkit::main::<lockstep_verify_manifest::Inputs>()
}
