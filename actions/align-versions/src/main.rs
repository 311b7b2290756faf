//! The program `align-versions`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_align_versions::Inputs>()
}
