//! The project, how it is built, and which Lockstep it uses.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::{ArtifactKind, BuildMode, Model, Toolchain};
use lockstep_schemas::strings::{RustVersion, ToolVersion};

use crate::plan;
use crate::violation::{Path, Violations};

pub(super) fn check(model: &Model, violations: &mut Violations) {
    lockstep(model, violations);
    modes(&model.modes, violations);
    toolchain(model, violations);
}

fn lockstep(model: &Model, violations: &mut Violations) {
    let at = Path::of("lockstep");
    let is_own = plan::is_lockstep_itself(&model.project);
    match (&model.lockstep.commit, is_own) {
        (None, false) => violations.add(Rule::LockstepPin,
            at,
            "`lockstep.commit` is missing",
            "name the commit of Lockstep's release that the workflows run: `lockstep: { commit: …, version: v0.1.0 }`",
        ),
        (Some(_), true) => violations.add(Rule::LockstepPin,
            at.key_itself("commit"),
            "Lockstep's own workflows use the actions beside them",
            "take `commit` out",
        ),
        (Some(commit), false) if commit.as_str().bytes().all(|digit| digit == b'0') => violations.add(
            Rule::LockstepUnreleased,
            at.key("commit"),
            "is no commit: nothing that the workflows use would be found",
            format!(
                "name the commit of a release, and the release as `version`: `git ls-remote https://github.com/{} 'refs/tags/v*'` lists them",
                plan::own_repository()
            ),
        ),
        (Some(_), false) | (None, true) => {}
    }
    if model.lockstep.version.is_some() && model.lockstep.commit.is_none() {
        violations.add(
            Rule::LockstepPin,
            Path::of("lockstep").key_itself("version"),
            "`version` without `commit` pins nothing",
            "add the commit, or take the version out",
        );
    }
    if !model.lockstep.setup.is_empty() && model.lockstep.programs.is_none() {
        violations.add(
            Rule::LockstepPin,
            Path::of("lockstep").key_itself("setup"),
            "`setup` has steps, and `programs` does not name the folder that they fill",
            "name the folder that they fill with Lockstep's programs",
        );
    }
}

fn modes(modes: &[BuildMode], violations: &mut Violations) {
    if modes.is_empty() {
        violations.add(
            Rule::NoMode,
            Path::of("modes"),
            "`modes` is empty, so nothing would be built",
            "write `modes: [release]`",
        );
    }
    let names: Vec<&str> = modes.iter().map(|mode| mode.id()).collect();
    violations.repeated(&names, &Path::of("modes"));
}

/// A part of a version means different releases on different runner images, and targets that were built by
/// different ones are not merged: better said here than after all of them are built.
fn toolchain(model: &Model, violations: &mut Violations) {
    let on_runners = model.targets.values().filter(|target| target.container.is_none()).count();
    // A crate is packaged by two jobs, whichever targets there are.
    let packaged_twice =
        model.artifacts.values().any(|artifact| artifact.kind() == ArtifactKind::Crate);
    let Toolchain { rust, node, python, other: _ } = &model.toolchain;
    let versions = [
        ("rust", rust.as_ref().map(RustVersion::as_str)),
        ("node", node.as_ref().map(ToolVersion::as_str)),
        ("python", python.as_ref().map(ToolVersion::as_str)),
    ];
    for (name, version) in versions {
        if on_runners < 2 && !(name == "rust" && packaged_twice) {
            continue;
        }
        if let Some(version) = version.filter(|version| !is_exact(version)) {
            violations.add(Rule::ToolchainNotExact,
                Path::of("toolchain").key(name),
                format!("`{version}` can be another {name} on each runner image, and all targets must be built by the same one"),
                "name one release, with all three numbers",
            );
        }
    }
}

fn is_exact(version: &str) -> bool {
    version.split('-').next().is_some_and(|numbers| numbers.split('.').count() == 3)
}
