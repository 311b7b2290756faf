//! The program `homebrew`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_homebrew::Inputs>()
}
