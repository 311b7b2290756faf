//! The program `publish`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_publish::Inputs>()
}
