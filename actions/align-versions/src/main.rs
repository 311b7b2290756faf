//! The program `align-versions`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_toolkit::main::<lockstep_align_versions::Inputs>()
}
