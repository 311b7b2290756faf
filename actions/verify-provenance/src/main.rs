//! The program `verify-provenance`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_verify_provenance::Inputs>()
}
