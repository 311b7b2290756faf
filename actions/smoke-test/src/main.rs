//! The program `smoke-test`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_smoke_test::Inputs>()
}
