//! The program `pack-artifacts`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_toolkit::main::<lockstep_pack_artifacts::Inputs>()
}
