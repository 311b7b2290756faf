//! What a release must contain.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ArchiveFormat, ArtifactKind, BuildMode, Smoke};
use crate::placeholder::{Placeholder, expand};
use crate::strings::{
    CrateName, Id, NpmName, PythonName, RelativePath, TargetId, Version, WheelPlatform,
};

/// What a release must contain of one artifact: the files of its kind, and what its kind alone has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ArtifactPlan {
    /// A `.tar.gz`, `.tar.xz` or `.zip` with a fixed layout.
    Archive(ArchivePlan),
    /// An npm package with one target's binaries, for each target.
    NpmPlatformPackage(PlatformPackagePlan),
    /// An npm package for every platform.
    NpmPackage(NpmPackagePlan),
    /// Python wheels that the build makes.
    Wheel(WheelPlan),
    /// A Python source distribution that the build makes.
    Sdist(SdistPlan),
    /// A crate.
    Crate(CratePlan),
    /// Files as they are built.
    Binary(BinaryPlan),
}

/// Archives: one for each target, or one for the release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArchivePlan {
    /// The artifact's id.
    pub id: Id,
    /// How it is packed.
    pub format: ArchiveFormat,
    /// Whether a `.sha256` file is shipped beside each.
    pub sidecar: bool,
    /// The check that its bytes run.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// The archives.
    pub files: Vec<ArchiveFile>,
}

/// One archive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArchiveFile {
    /// The target that it is of; none for one of the whole release.
    #[serde(default)]
    pub target: Option<TargetId>,
    /// Its name.
    pub name: String,
    /// What is in it, and nothing else.
    pub members: Vec<Placement>,
    /// Where the release's manifest stands in it. The manifest then cannot list it.
    #[serde(default)]
    pub manifest: Option<String>,
}

/// npm packages with one target's binaries each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlatformPackagePlan {
    /// The artifact's id.
    pub id: Id,
    /// The check that its bytes run.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// The packages.
    pub files: Vec<PlatformPackageFile>,
}

/// The npm package of one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlatformPackageFile {
    /// The target.
    pub target: TargetId,
    /// The package's name.
    pub package: String,
    /// The file's name.
    pub name: String,
    /// A folder to start the package from.
    #[serde(default)]
    pub template: Option<String>,
    /// What is put into it.
    pub members: Vec<Placement>,
}

/// An npm package for every platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NpmPackagePlan {
    /// The artifact's id.
    pub id: Id,
    /// The package's name.
    pub package: NpmName,
    /// The file's name.
    pub name: String,
    /// The folder of its `package.json`.
    pub directory: RelativePath,
    /// The artifact of platform packages that it lists as optional dependencies.
    #[serde(default)]
    pub platform_packages: Option<Id>,
    /// The check that its bytes run.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// What is put into it beside its own files.
    pub members: Vec<Placement>,
}

/// Python wheels that the build makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WheelPlan {
    /// The artifact's id.
    pub id: Id,
    /// The project's name.
    pub package: PythonName,
    /// The check that its bytes run.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// The wheels.
    pub files: Vec<WheelFile>,
}

/// A wheel of one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WheelFile {
    /// The target.
    pub target: TargetId,
    /// Its name, with `*` where the build decides.
    pub name: String,
    /// The platforms that its name says it is for
    /// ([specification](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/)).
    pub platforms: BTreeSet<WheelPlatform>,
    /// Where the build leaves it.
    pub path: String,
    /// What must be in it.
    pub required: Vec<String>,
}

/// A Python source distribution that the build makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SdistPlan {
    /// The artifact's id.
    pub id: Id,
    /// The project's name.
    pub package: PythonName,
    /// The target whose build makes it.
    pub target: TargetId,
    /// The file's name.
    pub name: String,
    /// Where the build leaves it.
    pub path: String,
    /// What must be in it.
    pub required: Vec<String>,
}

/// A crate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CratePlan {
    /// The artifact's id.
    pub id: Id,
    /// The crate's name.
    pub package: CrateName,
    /// The file's name.
    pub name: String,
    /// The folder of its `Cargo.toml`.
    pub directory: RelativePath,
    /// Whether `cargo package` holds to `Cargo.lock`.
    pub locked: bool,
}

/// Files as they are built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BinaryPlan {
    /// The artifact's id.
    pub id: Id,
    /// Whether a `.sha256` file is shipped beside each.
    pub sidecar: bool,
    /// The check that its bytes run.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// The files.
    pub files: Vec<BinaryFile>,
}

/// A file as it is built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BinaryFile {
    /// The target.
    pub target: TargetId,
    /// Its name as it is shipped.
    pub name: String,
    /// Where the build leaves it.
    pub path: String,
}

/// A built file's place in an archive or package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Placement {
    /// The built file.
    pub from: String,
    /// Its place.
    pub to: String,
    /// The target that it is of, in an artifact of the whole release.
    #[serde(default)]
    pub target: Option<TargetId>,
    /// The build mode that it is of.
    #[serde(default)]
    pub mode: Option<BuildMode>,
}

/// A text of the plan with the version in its place.
#[must_use]
pub fn at_version(text: &str, version: &str) -> String {
    expand(text, |placeholder| (placeholder == Placeholder::Version).then(|| version.to_owned()))
}

impl ArtifactPlan {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &Id {
        match self {
            Self::Archive(ArchivePlan { id, .. })
            | Self::NpmPlatformPackage(PlatformPackagePlan { id, .. })
            | Self::NpmPackage(NpmPackagePlan { id, .. })
            | Self::Wheel(WheelPlan { id, .. })
            | Self::Sdist(SdistPlan { id, .. })
            | Self::Crate(CratePlan { id, .. })
            | Self::Binary(BinaryPlan { id, .. }) => id,
        }
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ArtifactKind {
        match self {
            Self::Archive(_) => ArtifactKind::Archive,
            Self::NpmPlatformPackage(_) => ArtifactKind::NpmPlatformPackage,
            Self::NpmPackage(_) => ArtifactKind::NpmPackage,
            Self::Wheel(_) => ArtifactKind::Wheel,
            Self::Sdist(_) => ArtifactKind::Sdist,
            Self::Crate(_) => ArtifactKind::Crate,
            Self::Binary(_) => ArtifactKind::Binary,
        }
    }

    /// Its files, in the order of the model's targets.
    #[must_use]
    pub fn files(&self) -> Vec<PlannedFile<'_>> {
        match self {
            Self::Archive(plan) => each(&plan.files, |file| PlannedFile::Archive(plan, file)),
            Self::NpmPlatformPackage(plan) => {
                each(&plan.files, |file| PlannedFile::NpmPlatformPackage(plan, file))
            }
            Self::NpmPackage(plan) => vec![PlannedFile::NpmPackage(plan)],
            Self::Wheel(plan) => each(&plan.files, |file| PlannedFile::Wheel(plan, file)),
            Self::Sdist(plan) => vec![PlannedFile::Sdist(plan)],
            Self::Crate(plan) => vec![PlannedFile::Crate(plan)],
            Self::Binary(plan) => each(&plan.files, |file| PlannedFile::Binary(plan, file)),
        }
    }
}

fn each<'a, F>(files: &'a [F], planned: impl Fn(&'a F) -> PlannedFile<'a>) -> Vec<PlannedFile<'a>> {
    files.iter().map(planned).collect()
}

/// One file that a release must contain, with its artifact.
#[derive(Debug, Clone, Copy)]
pub enum PlannedFile<'a> {
    /// An archive.
    Archive(&'a ArchivePlan, &'a ArchiveFile),
    /// The npm package of a target.
    NpmPlatformPackage(&'a PlatformPackagePlan, &'a PlatformPackageFile),
    /// An npm package for every platform.
    NpmPackage(&'a NpmPackagePlan),
    /// A wheel.
    Wheel(&'a WheelPlan, &'a WheelFile),
    /// A source distribution.
    Sdist(&'a SdistPlan),
    /// A crate.
    Crate(&'a CratePlan),
    /// A file as it is built.
    Binary(&'a BinaryPlan, &'a BinaryFile),
}

impl<'a> PlannedFile<'a> {
    /// The artifact's id.
    #[must_use]
    pub fn artifact(self) -> &'a Id {
        match self {
            Self::Archive(plan, _) => &plan.id,
            Self::NpmPlatformPackage(plan, _) => &plan.id,
            Self::NpmPackage(plan) => &plan.id,
            Self::Wheel(plan, _) => &plan.id,
            Self::Sdist(plan) => &plan.id,
            Self::Crate(plan) => &plan.id,
            Self::Binary(plan, _) => &plan.id,
        }
    }

    /// The artifact's kind.
    #[must_use]
    pub fn kind(self) -> ArtifactKind {
        match self {
            Self::Archive(..) => ArtifactKind::Archive,
            Self::NpmPlatformPackage(..) => ArtifactKind::NpmPlatformPackage,
            Self::NpmPackage(_) => ArtifactKind::NpmPackage,
            Self::Wheel(..) => ArtifactKind::Wheel,
            Self::Sdist(_) => ArtifactKind::Sdist,
            Self::Crate(_) => ArtifactKind::Crate,
            Self::Binary(..) => ArtifactKind::Binary,
        }
    }

    /// Its name, with `{version}`, and `*` where the build decides.
    #[must_use]
    pub fn name(self) -> &'a str {
        match self {
            Self::Archive(_, file) => &file.name,
            Self::NpmPlatformPackage(_, file) => &file.name,
            Self::NpmPackage(plan) => &plan.name,
            Self::Wheel(_, file) => &file.name,
            Self::Sdist(plan) => &plan.name,
            Self::Crate(plan) => &plan.name,
            Self::Binary(_, file) => &file.name,
        }
    }

    /// The target that it is of, or whose build makes it.
    #[must_use]
    pub fn target(self) -> Option<&'a TargetId> {
        match self {
            Self::Archive(_, file) => file.target.as_ref(),
            Self::NpmPlatformPackage(_, file) => Some(&file.target),
            Self::Wheel(_, file) => Some(&file.target),
            Self::Sdist(plan) => Some(&plan.target),
            Self::Binary(_, file) => Some(&file.target),
            Self::NpmPackage(_) | Self::Crate(_) => None,
        }
    }

    /// The package's name, where it is one.
    #[must_use]
    pub fn package(self) -> Option<&'a str> {
        match self {
            Self::NpmPlatformPackage(_, file) => Some(&file.package),
            Self::NpmPackage(plan) => Some(plan.package.as_str()),
            Self::Wheel(plan, _) => Some(plan.package.as_str()),
            Self::Sdist(plan) => Some(plan.package.as_str()),
            Self::Crate(plan) => Some(plan.package.as_str()),
            Self::Archive(..) | Self::Binary(..) => None,
        }
    }

    /// What Lockstep puts into it.
    #[must_use]
    pub fn members(self) -> &'a [Placement] {
        match self {
            Self::Archive(_, file) => &file.members,
            Self::NpmPlatformPackage(_, file) => &file.members,
            Self::NpmPackage(plan) => &plan.members,
            Self::Wheel(..) | Self::Sdist(_) | Self::Crate(_) | Self::Binary(..) => &[],
        }
    }

    /// What must be in it, where the build packs it.
    #[must_use]
    pub fn required(self) -> &'a [String] {
        match self {
            Self::Wheel(_, file) => &file.required,
            Self::Sdist(plan) => &plan.required,
            Self::Archive(..)
            | Self::NpmPlatformPackage(..)
            | Self::NpmPackage(_)
            | Self::Crate(_)
            | Self::Binary(..) => &[],
        }
    }

    /// Where the build leaves it, where it is shipped as the build made it.
    #[must_use]
    pub fn path(self) -> Option<&'a str> {
        match self {
            Self::Wheel(_, file) => Some(&file.path),
            Self::Sdist(plan) => Some(&plan.path),
            Self::Binary(_, file) => Some(&file.path),
            Self::Archive(..)
            | Self::NpmPlatformPackage(..)
            | Self::NpmPackage(_)
            | Self::Crate(_) => None,
        }
    }

    /// Where the release's manifest stands in it.
    #[must_use]
    pub fn manifest(self) -> Option<&'a str> {
        match self {
            Self::Archive(_, file) => file.manifest.as_deref(),
            Self::NpmPlatformPackage(..)
            | Self::NpmPackage(_)
            | Self::Wheel(..)
            | Self::Sdist(_)
            | Self::Crate(_)
            | Self::Binary(..) => None,
        }
    }

    /// The check that its bytes run.
    #[must_use]
    pub fn smoke(self) -> Option<&'a Smoke> {
        match self {
            Self::Archive(plan, _) => plan.smoke.as_ref(),
            Self::NpmPlatformPackage(plan, _) => plan.smoke.as_ref(),
            Self::NpmPackage(plan) => plan.smoke.as_ref(),
            Self::Wheel(plan, _) => plan.smoke.as_ref(),
            Self::Binary(plan, _) => plan.smoke.as_ref(),
            Self::Sdist(_) | Self::Crate(_) => None,
        }
    }

    /// Whether a `.sha256` file is shipped beside it.
    #[must_use]
    pub fn has_sidecar(self) -> bool {
        match self {
            Self::Archive(plan, _) => plan.sidecar,
            Self::Binary(plan, _) => plan.sidecar,
            Self::NpmPlatformPackage(..)
            | Self::NpmPackage(_)
            | Self::Wheel(..)
            | Self::Sdist(_)
            | Self::Crate(_) => false,
        }
    }

    /// Whether it is installed before it is uploaded: what is run, and what its client may refuse.
    #[must_use]
    pub fn is_installed(self) -> bool {
        match self {
            Self::NpmPlatformPackage(..) | Self::NpmPackage(_) | Self::Wheel(..) => true,
            Self::Archive(..) | Self::Sdist(_) | Self::Crate(_) | Self::Binary(..) => {
                self.smoke().is_some()
            }
        }
    }

    /// Its name at a version; a wheel's keeps its `*`.
    ///
    /// # Errors
    ///
    /// Where the version has no counterpart in the ecosystem of the artifact, in words.
    pub fn name_at(self, version: &Version) -> Result<String, String> {
        Ok(at_version(self.name(), &self.version_words(version)?))
    }

    /// A version in the words of the artifact's ecosystem.
    ///
    /// # Errors
    ///
    /// Where it has no counterpart there, in words.
    pub fn version_words(self, version: &Version) -> Result<String, String> {
        match self {
            Self::Wheel(..) | Self::Sdist(_) => version.python().ok_or_else(|| {
                format!(
                    "{version} has no counterpart in Python, so `{}` has no name",
                    self.artifact()
                )
            }),
            Self::Archive(..)
            | Self::NpmPlatformPackage(..)
            | Self::NpmPackage(_)
            | Self::Crate(_)
            | Self::Binary(..) => Ok(version.to_string()),
        }
    }
}
