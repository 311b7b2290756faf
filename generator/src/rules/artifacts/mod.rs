//! Artifacts: that their targets exist, their names tell them apart, and their placeholders have a
//! value where they stand.

mod patterns;

use std::collections::HashMap;

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::manifest;
use lockstep_schemas::model::{Archive, Artifact, Model, Scope, Wheel};
use lockstep_schemas::placeholder::{Part, parts};
use lockstep_schemas::plan::{PlannedFile, TargetPlan};
use lockstep_schemas::platform::{Cpu, Os};
use lockstep_schemas::strings::{Id, PythonTag, TargetId};

use crate::plan;
use crate::violation::{Path, Violations};

pub(super) fn check(model: &Model, violations: &mut Violations) {
    if model.artifacts.is_empty() {
        let message = "`artifacts` is empty, so nothing would be shipped";
        violations.add(Rule::NothingShipped, Path::of("artifacts"), message, "say what is shipped");
    }
    for (id, artifact) in &model.artifacts {
        let at = Path::of("artifacts").key(id);
        targets(model, artifact, &at, violations);
        references(model, artifact, &at, violations);
        patterns::check(model, artifact, &at, violations);
        if let Artifact::Archive(archive) = artifact {
            archive_of_release(model, archive, &at, violations);
        }
        if let Artifact::Wheel(wheel) = artifact {
            wheels(model, wheel, &at, violations);
        }
        if let Artifact::NpmPlatformPackage(_) = artifact {
            of_npm(model, artifact, &at, violations);
        }
        if let Artifact::Crate(_) = artifact
            && model.toolchain.rust.is_none()
        {
            violations.add(
                Rule::ToolchainMissing,
                at.clone(),
                "a crate is packaged twice, when it is built and when it is published, and no Rust is pinned for both",
                "pin it: `toolchain: { rust: 1.95.0 }`",
            );
        }
    }
    names(model, violations);
}

fn targets(model: &Model, artifact: &Artifact, at: &Path, violations: &mut Violations) {
    let known = || model.targets.keys().map(TargetId::as_str);
    if let Some(targets) = artifact.targets() {
        let at = at.key("targets");
        for (index, target) in targets.iter().enumerate() {
            if !model.targets.contains_key(target) {
                violations.unknown(at.index(index), "target", target.as_str(), known());
            }
        }
        violations.repeated(targets, &at);
    }
    let built_on = match artifact {
        Artifact::Sdist(sdist) => Some(&sdist.built_on),
        Artifact::Wheel(wheel) => wheel.built_on.as_ref(),
        Artifact::NpmPackage(package) => package.built_on.as_ref(),
        Artifact::Archive(_)
        | Artifact::NpmPlatformPackage(_)
        | Artifact::Crate(_)
        | Artifact::Binary(_) => None,
    };
    if let Some(built_on) = built_on.filter(|target| !model.targets.contains_key(*target)) {
        violations.unknown(at.key("built-on"), "target", built_on.as_str(), known());
    }
    let none = artifact.targets().map_or(model.targets.is_empty(), <[_]>::is_empty);
    if artifact.scope() == Scope::Target && none {
        // A run that publishes nothing must not be green.
        let message = format!("`{}` without a target: nothing would be shipped", artifact.kind());
        violations.add(Rule::NothingShipped, at.key("targets"), message, "name its targets");
    }
}

fn references(model: &Model, artifact: &Artifact, at: &Path, violations: &mut Violations) {
    let Artifact::NpmPackage(package) = artifact else {
        return;
    };
    let Some(id) = &package.platform_packages else {
        return;
    };
    let is_platform = |artifact: &Artifact| matches!(artifact, Artifact::NpmPlatformPackage(_));
    if !model.artifacts.get(id).is_some_and(is_platform) {
        let known = model.artifacts.iter().filter(|(_, artifact)| is_platform(artifact));
        let known = known.map(|(id, _)| id.as_str());
        let at = at.key("platform-packages");
        violations.unknown(at, "npm-platform-package", id.as_str(), known);
    }
}

/// That it is said once which Pythons a wheel is for, and that its targets have tags.
fn wheels(model: &Model, wheel: &Wheel, at: &Path, violations: &mut Violations) {
    violations.repeated(&wheel.pythons, &at.key("pythons"));
    if wheel.abi3.is_some() && !wheel.pythons.is_empty() {
        violations.add(
            Rule::WheelTag,
            at.key_itself("abi3"),
            "`abi3` and `pythons` together: a wheel of the stable interface serves every later Python",
            "keep one of them; wheels for Pythons that have no such interface are an artifact of their own, of the same package",
        );
    }
    let is_stable =
        |python: &&PythonTag| python.as_str().starts_with("cp3") && !python.as_str().ends_with('t');
    if let Some(oldest) = wheel.abi3.as_ref().filter(|python| !is_stable(python)) {
        violations.add(
            Rule::WheelTag,
            at.key("abi3"),
            format!("`{oldest}` has no stable interface"),
            "write the oldest CPython that it serves, such as `cp39`",
        );
    }
    if wheel.built_on.is_some() && wheel.targets.is_some() {
        violations.add(
            Rule::WheelTag,
            at.key_itself("targets"),
            "`targets` beside `built-on`: a wheel that one target makes is for every platform",
            "keep one of them",
        );
    }
    if wheel.built_on.is_some() {
        return;
    }
    let without =
        targets_of(model, wheel.targets.as_deref()).filter(|target| target.wheel.is_none());
    for target in without {
        violations.add(
            Rule::WheelTag,
            at.clone(),
            format!("wheels have no platform tag for target `{}` that follows from its triple", target.id),
            format!("write it there, `targets: {{ {}: {{ wheel: … }} }}`, or leave the target out of `targets`", target.id),
        );
    }
}

/// That npm can tell the targets of platform packages apart.
fn of_npm(model: &Model, artifact: &Artifact, at: &Path, violations: &mut Violations) {
    // A package of WebAssembly names a processor, and no system.
    let has_name = |target: &TargetPlan| {
        target.os == Os::Wasm || (target.os.npm().is_some() && target.cpu != Cpu::Other)
    };
    for target in targets_of(model, artifact.targets()).filter(|target| !has_name(target)) {
        let message = format!("npm has no name for the platform of target `{}`", target.id);
        violations.add(
            Rule::UnknownPlatform,
            at.key("targets"),
            message,
            "leave it out of `targets`, or ship it by another artifact",
        );
    }
}

/// The targets of the model, or those that are named.
fn targets_of(model: &Model, named: Option<&[TargetId]>) -> impl Iterator<Item = TargetPlan> {
    let is_named = move |id: &TargetId| named.is_none_or(|named| named.contains(id));
    let targets = model.targets.iter().filter(move |(id, _)| is_named(id));
    targets.filter_map(|(id, target)| plan::target(model, id, target))
}

fn archive_of_release(model: &Model, archive: &Archive, at: &Path, violations: &mut Violations) {
    if archive.format.of_others().is_none() {
        let named =
            |target: &&TargetId| archive.targets.as_ref().is_none_or(|own| own.contains(target));
        let mut targets = model.targets.keys().filter(named);
        let left = targets.find(|target| archive.format.of(target).is_none());
        let of_release = archive.scope == Scope::Release;
        if let Some(message) =
            left.map(|target| format!("`format` says nothing for target `{target}`")).or_else(
                || of_release.then(|| "`format` says nothing for the whole release".to_owned()),
            )
        {
            let remedy = "add what the others are: `default: tar.gz`";
            violations.add(Rule::WrongForm, at.key("format"), message, remedy);
        }
    }
    if archive.scope == Scope::Target && archive.manifest.is_some() {
        violations.add(
            Rule::ManifestOfTarget,
            at.key_itself("manifest"),
            "an archive of one target cannot carry the manifest, which is of the whole release",
            "take it out, or write `scope: release`",
        );
    }
}

/// No two files of a release have the same name, and none that of a bundle's own file.
fn names(model: &Model, violations: &mut Violations) {
    let mut taken: HashMap<String, &Id> = HashMap::new();
    for (id, artifact) in &model.artifacts {
        let key = match artifact {
            Artifact::Archive(_) | Artifact::Binary(_) => "name",
            Artifact::NpmPlatformPackage(_) | Artifact::NpmPackage(_) | Artifact::Crate(_) => {
                "package"
            }
            // The name of a wheel or an sdist is the build's own, and stands in its path.
            Artifact::Wheel(_) | Artifact::Sdist(_) => continue,
        };
        let planned = plan::whole_artifact(model, id, artifact);
        let mut clashes = 0;
        for name in planned.files().into_iter().map(PlannedFile::name) {
            // A name with an unknown placeholder is told by itself.
            if parts(name).iter().any(|part| matches!(part, Part::Unknown(_))) {
                continue;
            }
            // Some file systems do not tell cases apart.
            if manifest::names::ALL.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                let message = format!("`{name}` is the name of a file that every bundle has");
                violations.add(
                    Rule::FileNameTaken,
                    Path::of("artifacts").key(id).key(key),
                    message,
                    "give it another name",
                );
            }
            if let Some(other) = taken.insert(name.to_owned(), id)
                && clashes == 0
            {
                clashes += 1;
                let message = if other == id {
                    format!("two targets would ship the same file `{name}`")
                } else {
                    format!("`{other}` also ships a file `{name}`")
                };
                let remedy = if other == id {
                    "put `{target}` or another fact of the target into the name"
                } else {
                    "give one of them another name"
                };
                violations.add(
                    Rule::FileNameTaken,
                    Path::of("artifacts").key(id).key(key),
                    message,
                    remedy,
                );
            }
        }
    }
}
