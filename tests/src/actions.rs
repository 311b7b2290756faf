//! The interfaces of all actions.

use std::path::PathBuf;

use lockstep_runner::Action as _;
use lockstep_schemas::action::Interface;

/// Every action with the file of its `action.yml`, below the repository's root.
#[must_use]
pub fn all() -> Vec<(PathBuf, Interface)> {
    let of_programs = [
        lockstep_align_versions::Inputs::interface(),
        lockstep_await_delivery::Inputs::interface(),
        lockstep_github_release::Inputs::interface(),
        lockstep_hash_artifacts::Inputs::interface(),
        lockstep_homebrew::Inputs::interface(),
        lockstep_pack_artifacts::Inputs::interface(),
        lockstep_publish::Inputs::interface(),
        lockstep_report_blocker::Inputs::interface(),
        lockstep_resolve_build::Inputs::interface(),
        lockstep_smoke_test::Inputs::interface(),
        lockstep_verify_manifest::Inputs::interface(),
        lockstep_verify_provenance::Inputs::interface(),
    ];
    let in_folder = |interface: Interface| {
        (PathBuf::from("actions").join(&interface.program).join("action.yml"), interface)
    };
    let root = (PathBuf::from("action.yml"), lockstep_generator::cli::root_action());
    of_programs.into_iter().map(in_folder).chain([root]).collect()
}
