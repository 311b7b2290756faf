//! What a release must contain.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PlannedFile;
use crate::is_false;
use crate::model::{ArchiveFormat, ArtifactKind, BuildMode, Smoke};
use crate::strings::{
    CrateName, Id, NpmName, PythonName, PythonTag, RelativePath, TargetId, WheelPlatform,
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
    /// How it is packed, unless a file of it says otherwise.
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
    /// How it is packed, where that is another way than the others are.
    #[serde(default)]
    pub format: Option<ArchiveFormat>,
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

/// A wheel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WheelFile {
    /// The target that it is of, or whose build makes it where it is for every platform.
    pub target: TargetId,
    /// Its name for people, with `*` where the build decides. What a file is called may say more.
    pub name: String,
    /// The Python that it is for; what the build made it for, where there is none.
    #[serde(default)]
    pub python: Option<PythonTag>,
    /// Whether it is for every later Python, too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub abi3: bool,
    /// The platforms that its name must say it is for
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

impl ArchivePlan {
    /// How one of its archives is packed.
    #[must_use]
    pub fn format_of(&self, file: &ArchiveFile) -> ArchiveFormat {
        file.format.unwrap_or(self.format)
    }
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
