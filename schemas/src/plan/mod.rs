//! The plan: the model fully resolved.
//!
//! It is pure data. `lockstep generate` renders workflows from it and writes it beside them as JSON;
//! the actions read that JSON, which is how they know what a release must contain without knowing
//! the generator. `{version}` is the one placeholder left in it: a plan is of every version.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::is_false;
use crate::model::{
    BuildMode, GateCheck, Project, Publishing, SchemaVersion, SourceRef, Stage, Tier, Toolchain,
    Waiver,
};
use crate::platform::{Cpu, Libc, Os, Platform, RunnerOs};
use crate::strings::{
    ArchiveSuffix, CommitSha, ContainerImage, GlibcVersion, Id, MacosVersion, PinVersion,
    RelativePath, Repository, RunnerLabel, TagPattern, TargetId, Text, Triple, WheelPlatforms,
};

mod artifacts;
mod channels;
mod file;
mod versions;

pub use artifacts::{
    ArchiveFile, ArchivePlan, ArtifactPlan, BinaryFile, BinaryPlan, CratePlan, NpmPackagePlan,
    Placement, PlatformPackageFile, PlatformPackagePlan, SdistPlan, WheelFile, WheelPlan,
};
pub use channels::{
    CargoBinstallPlan, ChannelPlan, Destination, FormulaPlan, GithubReleasePlan, HomebrewPlan,
    Login, NpmPlan, PypiPlan, RegistryPlan, TierPlan, ships_any,
};
pub use file::{PlannedFile, at_version};
pub use versions::{Locator, TrainPlan, VersionFilePlan, VersionPlan};

/// A model fully resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plan {
    /// The version of this format.
    pub schema: SchemaVersion,
    /// What is released.
    pub project: Project,
    /// How a release is tagged.
    pub tag: TagPattern,
    /// The files that carry the version.
    pub versions: VersionPlan,
    /// The other repositories that go into the build.
    pub sources: Vec<SourcePlan>,
    /// The toolchains of builds on a runner.
    pub toolchain: Toolchain,
    /// The build modes that every target ships.
    pub modes: Vec<BuildMode>,
    /// The platforms that are built.
    pub targets: Vec<TargetPlan>,
    /// What a release must contain.
    pub artifacts: Vec<ArtifactPlan>,
    /// Where it is shipped to.
    pub channels: Vec<ChannelPlan>,
    /// Ways to install that need no publishing of ours.
    pub documented: IndexMap<Id, Text>,
    /// The checks that a release must pass.
    pub gates: Vec<GatePlan>,
    /// Which of them may be let go, and by whom.
    pub waivers: Vec<Waiver>,
    /// Who approves a publication, and how delivery works.
    pub publishing: Publishing,
    /// Whether the bundle is attested.
    pub attestations: bool,
    /// The repositories of third-party actions, each with the commit that the workflows were
    /// rendered with. A rendered file that names another commit was bumped.
    pub pins: BTreeMap<Repository, Pin>,
}

impl Plan {
    /// A target.
    #[must_use]
    pub fn target(&self, id: &TargetId) -> Option<&TargetPlan> {
        self.targets.iter().find(|target| target.id == *id)
    }

    /// The channels that ship anything.
    pub fn shipping(&self) -> impl Iterator<Item = &ChannelPlan> + Clone {
        let is_built = |id: &str| self.targets.iter().any(|target| target.id.as_str() == id);
        self.channels
            .iter()
            .filter(move |channel| ships_any(channel.tier.iter().chain(&channel.tiers), is_built))
    }

    /// The text of a version's tag.
    #[must_use]
    pub fn tag_at(&self, version: &str) -> String {
        at_version(self.tag.as_str(), version)
    }

    /// Every file that a release must contain.
    pub fn files(&self) -> impl Iterator<Item = PlannedFile<'_>> {
        self.artifacts.iter().flat_map(ArtifactPlan::files)
    }

    /// The files that one target's build packs; without a target, those that are packed with every
    /// target at hand.
    pub fn packed_by(&self, target: Option<&TargetId>) -> impl Iterator<Item = PlannedFile<'_>> {
        self.files().filter(move |file| file.target() == target)
    }

    /// The npm platform packages that a target ships. Of several, the first is the one that consumers read of.
    pub fn platform_packages(
        &self,
        target: &TargetId,
    ) -> impl Iterator<Item = &PlatformPackageFile> {
        self.packed_by(Some(target)).filter_map(|file| match file {
            PlannedFile::NpmPlatformPackage(_, package) => Some(package),
            PlannedFile::Archive(..)
            | PlannedFile::NpmPackage(_)
            | PlannedFile::Wheel(..)
            | PlannedFile::Sdist(_)
            | PlannedFile::Crate(_)
            | PlannedFile::Binary(..) => None,
        })
    }

    /// The files that a channel ships: of its artifacts, those of targets that it promises to ship to.
    pub fn shipped_by(&self, channel: &ChannelPlan) -> impl Iterator<Item = PlannedFile<'_>> {
        self.files().filter(|file| {
            channel.artifacts.contains(file.artifact()) && channel.ships_to(file.users())
        })
    }

    /// Whether some channel promises a file as `official`: to the users of its target, or, where it is of none, to anybody.
    #[must_use]
    pub fn is_official(&self, file: PlannedFile<'_>) -> bool {
        let mut channels =
            self.channels.iter().filter(|channel| channel.artifacts.contains(file.artifact()));
        channels.any(|channel| {
            if let Some(target) = file.users() {
                return channel.promise(Some(target)) == Tier::Official;
            }
            let mut promises = channel.tiers.iter().chain(&channel.tier);
            promises.any(|promise| promise.tier == Tier::Official)
        })
    }

    /// Whether a failure of a file's own check is told and recorded, and stops nothing.
    #[must_use]
    pub fn is_advisory(&self, file: PlannedFile<'_>) -> bool {
        file.smoke().is_some_and(|smoke| smoke.advisory) && !self.is_official(file)
    }

    /// The crates.
    pub fn crates(&self) -> impl Iterator<Item = &CratePlan> {
        self.files().filter_map(
            |file| {
                if let PlannedFile::Crate(plan) = file { Some(plan) } else { None }
            },
        )
    }

    /// The platform packages of one artifact.
    pub fn packages_of(&self, artifact: &Id) -> impl Iterator<Item = PlannedFile<'_>> {
        self.files().filter(move |file| file.artifact() == artifact)
    }

    /// The build mode, where there is one: then nothing need say which.
    #[must_use]
    pub fn only_mode(&self) -> Option<BuildMode> {
        match self.modes.as_slice() {
            [mode] => Some(*mode),
            _ => None,
        }
    }

    /// The toolchains of a target. Those that are set up elsewhere are the image's in a container, and its digest says which.
    #[must_use]
    pub fn toolchain_of(&self, target: &TargetPlan) -> Toolchain {
        if target.container.is_none() {
            return self.toolchain.clone();
        }
        Toolchain { other: self.toolchain.other.clone(), ..Toolchain::default() }
    }

    /// What artifacts of the whole release take from one target's build.
    pub fn release_members(&self, target: &TargetId) -> impl Iterator<Item = &Placement> {
        let release = self.packed_by(None).flat_map(PlannedFile::members);
        release.filter(move |member| member.target.as_ref() == Some(target))
    }
}

/// A commit of an action's repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pin {
    /// The commit.
    pub commit: CommitSha,
    /// The tag of that commit, where it is known.
    #[serde(default)]
    pub version: Option<PinVersion>,
    /// Whether the model names it. Where the model's changed, it wins over a bump of the old one.
    pub from_model: bool,
}

/// Another repository that goes into the build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourcePlan {
    /// Its name in the manifest.
    pub name: Id,
    /// The repository.
    pub repository: Repository,
    /// What is taken from it.
    #[serde(rename = "ref")]
    pub git_ref: SourceRef,
    /// Where the build finds it.
    pub path: RelativePath,
    /// Whether its submodules come with it.
    pub submodules: bool,
}

/// One platform that is built, with everything that follows from its triple.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetPlan {
    /// Its id.
    pub id: TargetId,
    /// The Rust triple.
    pub triple: Triple,
    /// The operating system.
    pub os: Os,
    /// The processor.
    pub cpu: Cpu,
    /// The C library, on Linux.
    #[serde(default)]
    pub libc: Option<Libc>,
    /// Whether its binaries are linked statically, and so serve users of every C library.
    #[serde(default, rename = "static", skip_serializing_if = "is_false")]
    pub is_static: bool,
    /// Whether it is built a second time elsewhere, and must have the same bytes.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reproducible: bool,
    /// The runner that builds and smoke-tests it.
    pub runner: RunnerLabel,
    /// The system of that runner, where it is built for another system or processor.
    #[serde(default)]
    pub cross_built_on: Option<RunnerOs>,
    /// What runs its programs there.
    #[serde(default)]
    pub emulator: Option<Text>,
    /// The image that the build runs in.
    #[serde(default)]
    pub container: Option<ContainerImage>,
    /// The oldest glibc that its binaries run on.
    #[serde(default)]
    pub glibc: Option<GlibcVersion>,
    /// The oldest macOS that its binaries run on.
    #[serde(default)]
    pub macos: Option<MacosVersion>,
    /// Its npm platform.
    pub npm: String,
    /// How archives name it.
    pub suffix: ArchiveSuffix,
    /// The platform tags of its wheels; none where wheels have none for it.
    #[serde(default)]
    pub wheel: Option<WheelPlatforms>,
}

impl TargetPlan {
    /// The system of the runner that builds it. A system that no runner has is cross-built, which a rule asks for.
    #[must_use]
    pub fn built_on(&self) -> RunnerOs {
        self.cross_built_on.or(self.os.runner()).unwrap_or(RunnerOs::Linux)
    }

    /// The C library that its users must have.
    #[must_use]
    pub fn asked_libc(&self) -> Option<Libc> {
        self.libc.filter(|_| !self.is_static)
    }

    /// What its triple says.
    #[must_use]
    pub fn platform(&self) -> Platform {
        Platform { os: self.os, cpu: self.cpu, libc: self.libc }
    }
}

/// A gate, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GatePlan {
    /// Its id.
    pub id: Id,
    /// What it is for.
    #[serde(default)]
    pub description: Option<Text>,
    /// The stages that wait for it.
    pub before: Vec<Stage>,
    /// What is checked.
    pub check: GateCheck,
}

impl GatePlan {
    /// Whether a stage waits for it.
    #[must_use]
    pub fn is_before(&self, stage: Stage) -> bool {
        self.before.contains(&stage)
    }
}
