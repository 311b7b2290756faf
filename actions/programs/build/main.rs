//! What touches the bytes of a release, in one file: packing, hashing, verifying, aligning. No network.

use std::process::ExitCode;

use lockstep_runner::{Member, one_of};

fn main() -> ExitCode {
    let programs = [
        Member::of::<lockstep_align_versions::Inputs>(),
        Member::of::<lockstep_hash_artifacts::Inputs>(),
        Member::of::<lockstep_pack_artifacts::Inputs>(),
        Member::of::<lockstep_smoke_test::Inputs>(),
        Member::of::<lockstep_verify_manifest::Inputs>(),
    ];
    one_of("lockstep-build", env!("CARGO_PKG_VERSION"), &programs)
}
