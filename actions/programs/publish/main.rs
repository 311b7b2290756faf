//! What publishes a release and asks how it went, in one file.

use std::process::ExitCode;

use lockstep_runner::{Member, one_of};

fn main() -> ExitCode {
    let programs = [
        Member::of::<lockstep_await_delivery::Inputs>(),
        Member::of::<lockstep_github_release::Inputs>(),
        Member::of::<lockstep_homebrew::Inputs>(),
        Member::of::<lockstep_publish::Inputs>(),
        Member::of::<lockstep_report_blocker::Inputs>(),
        Member::of::<lockstep_resolve_build::Inputs>(),
        Member::of::<lockstep_verify_provenance::Inputs>(),
    ];
    one_of("lockstep-publish", env!("CARGO_PKG_VERSION"), &programs)
}
