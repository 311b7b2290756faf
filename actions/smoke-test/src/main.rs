//! The program `smoke-test`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_toolkit::main::<lockstep_smoke_test::Inputs>()
}
