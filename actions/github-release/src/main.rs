//! The program `github-release`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_github_release::Inputs>()
}
