//! The project, its version files, and which Lockstep it uses.

use lockstep_schemas::model::{BuildMode, Model};

use super::{Path, Violations};
use crate::plan::{self, version_fields};

pub(super) fn check(model: &Model, violations: &mut Violations) {
    lockstep(model, violations);
    versions(model, violations);
    modes(&model.modes, violations);
}

fn lockstep(model: &Model, violations: &mut Violations) {
    let at = Path::of("lockstep");
    let is_own = plan::is_lockstep_itself(&model.project);
    match (&model.lockstep.commit, is_own) {
        (None, false) => violations.add(
            at,
            "`lockstep.commit` is missing",
            "name the commit of Lockstep's release that the workflows run: `lockstep: { commit: …, version: v0.1.0 }`",
        ),
        (Some(_), true) => violations.add(
            at.key_itself("commit"),
            "Lockstep's own workflows use the actions beside them",
            "take `commit` out",
        ),
        _ => {}
    }
    if model.lockstep.version.is_some() && model.lockstep.commit.is_none() {
        violations.add(
            Path::of("lockstep").key_itself("version"),
            "a `version` without its `commit` pins nothing",
            "add the commit, or take the version out",
        );
    }
    if !model.lockstep.setup.is_empty() && model.lockstep.programs.is_none() {
        violations.add(
            Path::of("lockstep").key_itself("setup"),
            "steps that fill no folder: `programs` is missing",
            "name the folder that they fill with Lockstep's programs",
        );
    }
}

fn versions(model: &Model, violations: &mut Violations) {
    let at = Path::of("versions").key("files");
    if model.versions.files.is_empty() {
        violations.add(
            Path::of("versions").key_itself("files"),
            "no file carries the version",
            "name at least one, such as Cargo.toml or package.json",
        );
    }
    for (index, file) in model.versions.files.iter().enumerate() {
        if version_fields(file).is_none() {
            violations.add(
                at.index(index),
                format!("which field of `{file}` carries the version is not known"),
                format!("the files known by name are `{}`", plan::VERSION_FILES.join("`, `")),
            );
        }
    }
    violations.repeated(&model.versions.files, &at);
}

fn modes(modes: &[BuildMode], violations: &mut Violations) {
    if modes.is_empty() {
        violations.add(Path::of("modes"), "nothing is built in no mode", "write [release]");
    }
    let names: Vec<&str> = modes.iter().map(|mode| mode.id()).collect();
    violations.repeated(&names, &Path::of("modes"));
}
