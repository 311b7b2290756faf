//! The program `report-blocker`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_runner::main::<lockstep_report_blocker::Inputs>()
}
