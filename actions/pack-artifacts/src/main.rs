//! The program `pack-artifacts`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_pack_artifacts::Inputs>()
}
