//! Artifacts: which files a release must contain, and what must be in them.

use indexmap::IndexMap;
use lockstep_schemas::model::{
    Archive, Artifact, Binary, BuildMode, Model, NpmPackage, NpmPlatformPackage, Scope, Sdist,
    Wheel,
};
use lockstep_schemas::placeholder::{Part, Placeholder, parts};
use lockstep_schemas::plan::{ArtifactFile, ArtifactPlan, Placement, TargetPlan};
use lockstep_schemas::strings::{GlobPattern, Id, TargetId};

use super::{channels, targets};

/// The artifacts of a model, resolved.
pub(super) fn resolve(model: &Model) -> Vec<ArtifactPlan> {
    model.artifacts.iter().map(|(id, artifact)| resolve_one(model, id, artifact)).collect()
}

fn resolve_one(model: &Model, id: &Id, artifact: &Artifact) -> ArtifactPlan {
    let (format, sidecar, directory, platform_packages, locked) = match artifact {
        Artifact::Archive(archive) => (Some(archive.format), archive.sidecar, None, None, None),
        Artifact::Binary(binary) => (None, binary.sidecar, None, None, None),
        Artifact::NpmPackage(package) => {
            let directory = Some(package.directory.clone());
            (None, false, directory, package.platform_packages.clone(), None)
        }
        Artifact::Crate(package) => {
            (None, false, Some(package.directory.clone()), None, Some(package.locked))
        }
        _ => (None, false, None, None, None),
    };
    // What a channel promises for no target yet is left out, be it a file or a part of one.
    let shipped =
        |target: Option<&TargetId>| target.is_none_or(|target| is_shipped(model, id, target));
    let mut files = artifact_files(model, artifact);
    match artifact.scope() {
        Scope::Target => files.retain(|file| shipped(file.target.as_ref())),
        Scope::Release => files.iter_mut().for_each(|file| {
            file.members.retain(|member| shipped(member.target.as_ref()));
        }),
    }
    ArtifactPlan {
        id: id.clone(),
        kind: artifact.kind(),
        scope: artifact.scope(),
        format,
        directory,
        platform_packages,
        locked,
        sidecar,
        smoke: artifact.smoke().cloned(),
        files,
    }
}

/// Whether some channel ships an artifact's file of a target.
fn is_shipped(model: &Model, id: &Id, target: &TargetId) -> bool {
    let channels = model.channels.all();
    channels.iter().any(|common| common.artifacts.contains(id) && channels::ships(common, target))
}

/// Every file of an artifact, before tiers take some out.
#[must_use]
pub fn artifact_files(model: &Model, artifact: &Artifact) -> Vec<ArtifactFile> {
    let wanted = |target: &&TargetPlan| {
        artifact.targets().is_none_or(|targets| targets.contains(&target.id))
    };
    let all: Vec<TargetPlan> = model.targets.iter().filter_map(targets::resolve).collect();
    let targets: Vec<&TargetPlan> = all.iter().filter(wanted).collect();
    let each_target = |file: &dyn Fn(&TargetPlan) -> Vec<ArtifactFile>| {
        targets.iter().flat_map(|target| file(target)).collect::<Vec<_>>()
    };
    match artifact {
        Artifact::Archive(archive) if archive.scope == Scope::Release => {
            let members = members(&archive.files, &targets, &model.modes);
            vec![archive_file(archive, None, members)]
        }
        Artifact::Archive(archive) => each_target(&|target| {
            let members = members_of(&archive.files, target, &model.modes);
            vec![archive_file(archive, Some(target), members)]
        }),
        Artifact::NpmPlatformPackage(package) => {
            each_target(&|target| vec![platform_package(package, target, &model.modes)])
        }
        Artifact::NpmPackage(package) => {
            let members = members(&package.native_files, &targets, &model.modes);
            vec![npm_package(package, members)]
        }
        Artifact::Wheel(wheel) => each_target(&|target| vec![wheel_file(wheel, target)]),
        Artifact::Sdist(sdist) => {
            let target = all.iter().find(|target| target.id == sdist.built_on);
            target.map(|target| sdist_file(sdist, target)).into_iter().collect()
        }
        Artifact::Crate(package) => vec![ArtifactFile {
            package: Some(package.package.to_string()),
            ..named(format!("{}-{{version}}.crate", package.package))
        }],
        Artifact::Binary(binary) => each_target(&|target| binaries(binary, target, &model.modes)),
    }
}

fn named(name: String) -> ArtifactFile {
    ArtifactFile {
        target: None,
        name,
        package: None,
        path: None,
        template: None,
        members: Vec::new(),
        manifest: None,
    }
}

fn archive_file(
    archive: &Archive,
    target: Option<&TargetPlan>,
    members: Vec<Placement>,
) -> ArtifactFile {
    let name = targets::expand(archive.name.as_str(), target, None);
    ArtifactFile {
        target: target.map(|target| target.id.clone()),
        members,
        manifest: archive.manifest.as_ref().map(ToString::to_string),
        ..named(format!("{name}{}", archive.format.extension()))
    }
}

/// The name that `npm pack` gives: the scope's `@` and `/` become nothing and `-`
/// ([documentation](https://docs.npmjs.com/cli/v11/commands/npm-pack)).
fn tarball(package: &str) -> String {
    format!("{}-{{version}}.tgz", package.trim_start_matches('@').replace('/', "-"))
}

fn platform_package(
    package: &NpmPlatformPackage,
    target: &TargetPlan,
    modes: &[BuildMode],
) -> ArtifactFile {
    let name = targets::expand(package.package.as_str(), Some(target), None);
    let template = package.template.as_ref();
    ArtifactFile {
        target: Some(target.id.clone()),
        template: template.map(|path| targets::expand(path.as_str(), Some(target), None)),
        members: members_of(&package.files, target, modes),
        package: Some(name.clone()),
        ..named(tarball(&name))
    }
}

fn npm_package(package: &NpmPackage, members: Vec<Placement>) -> ArtifactFile {
    let name = package.package.to_string();
    ArtifactFile { members, package: Some(name.clone()), ..named(tarball(&name)) }
}

fn wheel_file(wheel: &Wheel, target: &TargetPlan) -> ArtifactFile {
    let path = targets::expand(wheel.path.as_str(), Some(target), None);
    ArtifactFile {
        target: Some(target.id.clone()),
        package: Some(wheel.package.to_string()),
        members: required(&wheel.members, target),
        path: Some(path),
        ..named(format!(
            "{}-{{version}}-*-{}.whl",
            normalized(wheel.package.as_str()),
            target.wheel
        ))
    }
}

fn sdist_file(sdist: &Sdist, target: &TargetPlan) -> ArtifactFile {
    ArtifactFile {
        target: Some(target.id.clone()),
        package: Some(sdist.package.to_string()),
        members: required(&sdist.members, target),
        path: Some(sdist.path.to_string()),
        ..named(format!("{}-{{version}}.tar.gz", normalized(sdist.package.as_str())))
    }
}

/// A Python project's name as file names have it
/// ([specification](https://packaging.python.org/en/latest/specifications/binary-distribution-format/#escaping-and-unicode)).
fn normalized(name: &str) -> String {
    let mut normal = String::new();
    for c in name.to_lowercase().chars() {
        let c = if matches!(c, '-' | '.') { '_' } else { c };
        if !(c == '_' && normal.ends_with('_')) {
            normal.push(c);
        }
    }
    normal
}

fn binaries(binary: &Binary, target: &TargetPlan, modes: &[BuildMode]) -> Vec<ArtifactFile> {
    let each_mode = |mode| ArtifactFile {
        target: Some(target.id.clone()),
        path: Some(targets::expand(binary.path.as_str(), Some(target), mode)),
        ..named(targets::expand(binary.name.as_str(), Some(target), mode))
    };
    if has_mode(binary.path.as_str()) {
        modes.iter().map(|mode| each_mode(Some(*mode))).collect()
    } else {
        vec![each_mode(None)]
    }
}

/// Members that a package of the build's own must have.
fn required(patterns: &[GlobPattern], target: &TargetPlan) -> Vec<Placement> {
    let member = |pattern: &GlobPattern| Placement {
        from: None,
        to: targets::expand(pattern.as_str(), Some(target), None),
        target: None,
        mode: None,
    };
    patterns.iter().map(member).collect()
}

/// The members of an artifact of one target.
fn members_of(
    files: &IndexMap<GlobPattern, GlobPattern>,
    target: &TargetPlan,
    modes: &[BuildMode],
) -> Vec<Placement> {
    files.iter().flat_map(|(from, to)| each_mode(from, to, Some(target), modes)).collect()
}

/// The members of an artifact of the whole release: one of each target where the built file differs
/// from target to target.
fn members(
    files: &IndexMap<GlobPattern, GlobPattern>,
    targets: &[&TargetPlan],
    modes: &[BuildMode],
) -> Vec<Placement> {
    let mut members = Vec::new();
    for (from, to) in files {
        if has_target(from.as_str()) {
            members
                .extend(targets.iter().flat_map(|target| each_mode(from, to, Some(target), modes)));
        } else {
            members.extend(each_mode(from, to, None, modes));
        }
    }
    members
}

fn each_mode(
    from: &GlobPattern,
    to: &GlobPattern,
    target: Option<&TargetPlan>,
    modes: &[BuildMode],
) -> Vec<Placement> {
    let member = |mode| Placement {
        from: Some(targets::expand(from.as_str(), target, mode)),
        to: targets::expand(to.as_str(), target, mode),
        target: target.map(|target| target.id.clone()),
        mode,
    };
    if has_mode(from.as_str()) {
        modes.iter().map(|mode| member(Some(*mode))).collect()
    } else {
        vec![member(None)]
    }
}

fn has_mode(pattern: &str) -> bool {
    parts(pattern).contains(&Part::Placeholder(Placeholder::Mode))
}

fn has_target(pattern: &str) -> bool {
    let of_target = |part: &Part<'_>| matches!(part, Part::Placeholder(p) if p.is_of_target());
    parts(pattern).iter().any(of_target)
}
