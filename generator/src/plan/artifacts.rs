//! Artifacts: which files a release must contain, and what must be in them.

use indexmap::IndexMap;
use lockstep_schemas::model::{
    Archive, ArchiveFormat, Artifact, Binary, BuildMode, CratePackage, Model, NpmPackage,
    NpmPlatformPackage, Scope, Sdist, Wheel,
};
use lockstep_schemas::placeholder::{Part, Placeholder, parts};
use lockstep_schemas::plan::{
    ArchiveFile, ArchivePlan, ArtifactPlan, BinaryFile, BinaryPlan, CratePlan, NpmPackagePlan,
    Placement, PlatformPackageFile, PlatformPackagePlan, SdistPlan, TargetPlan, WheelFile,
    WheelPlan,
};
use lockstep_schemas::strings::{GlobPattern, Id, PythonTag, TargetId, WheelPlatforms};

use super::{channels, targets};

/// The artifacts of a model, resolved. What a channel promises for no target yet is left out, be it a file or a
/// part of one.
pub(super) fn resolve(model: &Model) -> Vec<ArtifactPlan> {
    let planned = model.artifacts.iter().map(|(id, artifact)| {
        let shipped = |target: &TargetId| is_shipped(model, id, target);
        artifact_of(model, id, artifact, &shipped)
    });
    planned.collect()
}

/// Whether some channel ships an artifact's file of a target, or would.
fn is_shipped(model: &Model, id: &Id, target: &TargetId) -> bool {
    let channels = model.channels.all();
    let mut of_it = channels.iter().filter(|common| common.artifacts.contains(id));
    of_it.any(|common| channels::packs(model, common, target))
}

/// An artifact with every file that it could have, before tiers take some out.
#[must_use]
pub fn whole_artifact(model: &Model, id: &Id, artifact: &Artifact) -> ArtifactPlan {
    artifact_of(model, id, artifact, &|_| true)
}

/// An artifact with what it has of the targets that it is shipped for.
fn artifact_of(
    model: &Model,
    id: &Id,
    artifact: &Artifact,
    shipped: &dyn Fn(&TargetId) -> bool,
) -> ArtifactPlan {
    let wanted = |target: &TargetPlan| {
        let named = artifact.targets().is_none_or(|targets| targets.contains(&target.id));
        named && shipped(&target.id)
    };
    let targets: Vec<TargetPlan> = model
        .targets
        .iter()
        .filter_map(|(id, target)| targets::resolve(model, id, target))
        .filter(wanted)
        .collect();
    let of = Of { id, targets: &targets, modes: &model.modes };
    match artifact {
        Artifact::Archive(archive) => ArtifactPlan::Archive(of.archive(archive)),
        Artifact::NpmPlatformPackage(package) => {
            ArtifactPlan::NpmPlatformPackage(of.platform_package(package))
        }
        Artifact::NpmPackage(package) => ArtifactPlan::NpmPackage(of.npm_package(model, package)),
        Artifact::Wheel(wheel) => ArtifactPlan::Wheel(of.wheels(model, wheel)),
        Artifact::Sdist(sdist) => ArtifactPlan::Sdist(of.sdist(model, sdist)),
        Artifact::Crate(package) => ArtifactPlan::Crate(of.crate_package(package)),
        Artifact::Binary(binary) => ArtifactPlan::Binary(of.binary(binary)),
    }
}

/// What an artifact is planned of: its id, the targets that it is for, and the build modes.
struct Of<'a> {
    id: &'a Id,
    targets: &'a [TargetPlan],
    modes: &'a [BuildMode],
}

impl Of<'_> {
    fn each_target<F>(&self, file: impl Fn(&TargetPlan) -> F) -> Vec<F> {
        self.targets.iter().map(file).collect()
    }

    fn archive(&self, archive: &Archive) -> ArchivePlan {
        // One that nothing is said of the rules refuse.
        let format = archive.format.of_others().unwrap_or(ArchiveFormat::TarGz);
        let file = |target: Option<&TargetPlan>, members| {
            let name = targets::expand(archive.name.as_str(), target, None);
            let own = target.and_then(|target| archive.format.of(&target.id)).unwrap_or(format);
            ArchiveFile {
                target: target.map(|target| target.id.clone()),
                name: format!("{name}{}", own.extension()),
                format: (own != format).then_some(own),
                members,
                manifest: archive.manifest.as_ref().map(ToString::to_string),
            }
        };
        let files = match archive.scope {
            Scope::Release => vec![file(None, self.members(&archive.files, None))],
            Scope::Target => self.each_target(|target| {
                file(Some(target), members_of(&archive.files, target, self.modes))
            }),
        };
        ArchivePlan {
            id: self.id.clone(),
            format,
            sidecar: archive.sidecar,
            smoke: archive.smoke.clone(),
            files,
        }
    }

    fn platform_package(&self, package: &NpmPlatformPackage) -> PlatformPackagePlan {
        let file = |target: &TargetPlan| {
            let name = targets::expand(package.package.as_str(), Some(target), None);
            let template = package.template.as_ref();
            PlatformPackageFile {
                target: target.id.clone(),
                name: tarball(&name),
                package: name,
                template: template.map(|path| targets::expand(path.as_str(), Some(target), None)),
                members: members_of(&package.files, target, self.modes),
            }
        };
        let files = self.each_target(file);
        PlatformPackagePlan { id: self.id.clone(), smoke: package.smoke.clone(), files }
    }

    fn npm_package(&self, model: &Model, package: &NpmPackage) -> NpmPackagePlan {
        let built_on = package.built_on.as_ref().and_then(|id| target_of(model, id));
        NpmPackagePlan {
            id: self.id.clone(),
            package: package.package.clone(),
            name: tarball(package.package.as_str()),
            directory: package.directory.clone(),
            platform_packages: package.platform_packages.clone(),
            smoke: package.smoke.clone(),
            members: self.members(&package.native_files, built_on.as_ref()),
        }
    }

    fn wheels(&self, model: &Model, wheel: &Wheel) -> WheelPlan {
        let built_on = wheel.built_on.as_ref().and_then(|id| target_of(model, id));
        let files = if let Some(target) = &built_on {
            wheels_of(wheel, target, "any")
        } else {
            let of = |target: &TargetPlan| {
                let platforms = target.wheel.as_ref().map_or("", WheelPlatforms::as_str);
                wheels_of(wheel, target, platforms)
            };
            self.targets.iter().flat_map(of).collect()
        };
        WheelPlan {
            id: self.id.clone(),
            package: wheel.package.clone(),
            smoke: wheel.smoke.clone(),
            files,
        }
    }

    /// It is of no target, whatever target's build makes it.
    fn sdist(&self, model: &Model, sdist: &Sdist) -> SdistPlan {
        let built_on = target_of(model, &sdist.built_on);
        SdistPlan {
            id: self.id.clone(),
            package: sdist.package.clone(),
            target: sdist.built_on.clone(),
            name: format!("{}-{{version}}.tar.gz", normalized(sdist.package.as_str())),
            path: sdist.path.to_string(),
            required: required(&sdist.members, built_on.as_ref()),
        }
    }

    fn crate_package(&self, package: &CratePackage) -> CratePlan {
        CratePlan {
            id: self.id.clone(),
            package: package.package.clone(),
            name: format!("{}-{{version}}.crate", package.package),
            directory: package.directory.clone(),
            locked: package.locked,
        }
    }

    fn binary(&self, binary: &Binary) -> BinaryPlan {
        let files = |target: &TargetPlan| {
            let file = |mode| BinaryFile {
                target: target.id.clone(),
                name: targets::expand(binary.name.as_str(), Some(target), mode),
                path: targets::expand(binary.path.as_str(), Some(target), mode),
            };
            modes_of(binary.path.as_str(), self.modes).into_iter().map(file).collect::<Vec<_>>()
        };
        BinaryPlan {
            id: self.id.clone(),
            sidecar: binary.sidecar,
            smoke: binary.smoke.clone(),
            files: self.targets.iter().flat_map(files).collect(),
        }
    }

    /// The members of an artifact of the whole release: one of each target where the built file, or its place, differs
    /// from target to target; of the others each is the checkout's, or of the target whose build makes it.
    fn members(
        &self,
        files: &IndexMap<GlobPattern, GlobPattern>,
        built_on: Option<&TargetPlan>,
    ) -> Vec<Placement> {
        let mut members = Vec::new();
        for (from, to) in files {
            if has_target(from.as_str()) || has_target(to.as_str()) {
                let of = |target| each_mode(from, to, Some(target), self.modes);
                members.extend(self.targets.iter().flat_map(of));
            } else {
                members.extend(each_mode(from, to, built_on, self.modes));
            }
        }
        members
    }
}

/// The target that an artifact names as the one that builds it.
fn target_of(model: &Model, id: &TargetId) -> Option<TargetPlan> {
    let (id, target) = model.targets.get_key_value(id)?;
    targets::resolve(model, id, target)
}

/// The name that `npm pack` gives: the scope's `@` and `/` become nothing and `-`
/// ([documentation](https://docs.npmjs.com/cli/v11/commands/npm-pack)).
fn tarball(package: &str) -> String {
    format!("{}-{{version}}.tgz", package.trim_start_matches('@').replace('/', "-"))
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

/// The wheels of a target: one for each Python.
fn wheels_of(wheel: &Wheel, target: &TargetPlan, platforms: &str) -> Vec<WheelFile> {
    let project = normalized(wheel.package.as_str());
    let file = |python: Option<&PythonTag>, abi3: bool| {
        let pythons = python.map_or("*".to_owned(), |python| pythons(python.as_str(), abi3));
        WheelFile {
            target: target.id.clone(),
            name: format!("{project}-{{version}}-{pythons}-{platforms}.whl"),
            python: python.cloned(),
            abi3,
            platforms: platforms.split('.').filter_map(|tag| tag.parse().ok()).collect(),
            path: targets::expand(wheel.path.as_str(), Some(target), None),
            required: required(&wheel.members, Some(target)),
        }
    };
    match (&wheel.abi3, wheel.pythons.as_slice()) {
        (Some(oldest), _) => vec![file(Some(oldest), true)],
        (None, []) => vec![file(None, false)],
        (None, pythons) => pythons.iter().map(|python| file(Some(python), false)).collect(),
    }
}

/// The tags of a Python and its interface in a wheel's name, with `*` where the build decides.
fn pythons(python: &str, abi3: bool) -> String {
    match python.strip_suffix('t') {
        _ if abi3 => format!("{python}-abi3"),
        Some(interpreter) => format!("{interpreter}-{python}"),
        None if python.starts_with("cp") => format!("{python}-{python}"),
        None if python.starts_with("py") => format!("{python}-none"),
        None => format!("{python}-*"),
    }
}

/// Members that a package of the build's own must have.
fn required(patterns: &[GlobPattern], target: Option<&TargetPlan>) -> Vec<String> {
    patterns.iter().map(|pattern| targets::expand(pattern.as_str(), target, None)).collect()
}

/// The members of an artifact of one target.
fn members_of(
    files: &IndexMap<GlobPattern, GlobPattern>,
    target: &TargetPlan,
    modes: &[BuildMode],
) -> Vec<Placement> {
    files.iter().flat_map(|(from, to)| each_mode(from, to, Some(target), modes)).collect()
}

fn each_mode(
    from: &GlobPattern,
    to: &GlobPattern,
    target: Option<&TargetPlan>,
    modes: &[BuildMode],
) -> Vec<Placement> {
    let member = |mode| Placement {
        from: targets::expand(from.as_str(), target, mode),
        to: targets::expand(&placed(from.as_str(), to.as_str()), target, mode),
        target: target.map(|target| target.id.clone()),
        mode,
    };
    modes_of(from.as_str(), modes).into_iter().map(member).collect()
}

/// A place, which in a folder has the built file's own name.
#[must_use]
pub fn placed(from: &str, to: &str) -> String {
    match to.strip_suffix('/') {
        Some(folder) => {
            let name = from.rsplit('/').next().unwrap_or(from);
            if folder == "." { name.to_owned() } else { format!("{folder}/{name}") }
        }
        None => to.to_owned(),
    }
}

/// The build modes that a pattern stands for; one that does not say stands for none.
fn modes_of(pattern: &str, modes: &[BuildMode]) -> Vec<Option<BuildMode>> {
    if parts(pattern).contains(&Part::Placeholder(Placeholder::Mode)) {
        modes.iter().copied().map(Some).collect()
    } else {
        vec![None]
    }
}

fn has_target(pattern: &str) -> bool {
    let of_target = |part: &Part<'_>| match part {
        Part::Placeholder(placeholder) => placeholder.is_of_target(),
        Part::Text(_) | Part::Unknown(_) => false,
    };
    parts(pattern).iter().any(of_target)
}
