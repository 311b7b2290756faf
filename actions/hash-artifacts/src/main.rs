//! The program `hash-artifacts`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_hash_artifacts::Inputs>()
}
