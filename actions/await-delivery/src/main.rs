//! The program `await-delivery`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_await_delivery::Inputs>()
}
