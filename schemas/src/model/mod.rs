//! The release model: what a maintainer writes in `lockstep.yaml`.
//!
//! Unknown keys are refused everywhere: a misspelt key that is silently ignored is how a release
//! ships without its attestations. What a single type cannot say (that an artifact named by a
//! channel exists, that a combination makes sense) the generator's rules check.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod archives;
mod artifacts;
mod build;
mod channels;
mod gates;
mod snapshots;
mod targets;
mod tiers;
mod versions;

pub use archives::{Archive, ArchiveFormat, ArchiveFormats};
pub use artifacts::{
    Artifact, ArtifactKind, Binary, CratePackage, NpmPackage, NpmPlatformPackage, Scope, Sdist,
    Smoke, Wheel,
};
pub use build::{Build, BuildRuns, ExtraSteps, Shell, Step, Toolchain};
pub use channels::{
    Auth, CargoBinstall, ChannelKind, Channels, Common, CratesIo, FormulaContents, FormulaUpdate,
    GithubRelease, Homebrew, Npm, NpmAccess, NpmClient, NpmPublish, Pypi, PypiClient, PypiIndex,
    SumsAsset,
};
pub use gates::{
    Gate, GateCheck, Measure, PerformanceLimits, ResultsFormat, Stage, Stages, Waiver,
};
pub use snapshots::{PullRequestSnapshots, PushSnapshots, ScheduledSnapshots, Snapshots};
pub use targets::{BuildMode, JobMinutes, OwnRunner, Source, SourceRef, Target};
pub use tiers::{Tier, TierDetail, TierEntry, Way};
pub use versions::{DescribedFile, Train, VersionFile, Versions};

use crate::numbers::Within;
use crate::strings::{
    CommitSha, EnvironmentName, Id, License, PinVersion, ProjectName, RelativePath, Repository,
    RunnerLabel, TagPattern, TargetId, Text,
};

/// A release model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Model {
    /// The version of this format.
    pub schema: SchemaVersion,
    /// What is released.
    pub project: Project,
    /// Which Lockstep the rendered workflows run. Left out only by Lockstep itself.
    #[serde(default)]
    pub lockstep: Lockstep,
    /// How a release is tagged.
    #[serde(default = "default_tag")]
    pub tag: TagPattern,
    /// The files that carry the version.
    pub versions: Versions,
    /// Other repositories that go into the build. Each is resolved to one commit, once a release.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// The toolchains that build on a runner. A target with a container finds them in its image.
    #[serde(default)]
    pub toolchain: Toolchain,
    /// The labels of the project's own runners, and what each is. A label that is neither here nor one of GitHub's own is
    /// refused: a job that names a runner which is not there waits for it in vain.
    #[serde(default)]
    pub runners: IndexMap<RunnerLabel, OwnRunner>,
    /// The runner of every job that belongs to no target.
    #[serde(default = "default_runner")]
    pub runner: RunnerLabel,
    /// The platforms that are built, by id. The order is the order of the matrices.
    pub targets: IndexMap<TargetId, Target>,
    /// The build modes that every target ships.
    #[serde(default = "default_modes")]
    pub modes: Vec<BuildMode>,
    /// How a target is built.
    #[serde(default)]
    pub build: Build,
    /// What is shipped, by id.
    pub artifacts: IndexMap<Id, Artifact>,
    /// Where it is shipped to.
    pub channels: Channels,
    /// The checks that a release must pass, by id. Every gate fails closed.
    #[serde(default)]
    pub gates: IndexMap<Id, Gate>,
    /// Which gates or channels a maintainer may let go for one release, and who.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// Steps of the project's own in jobs that belong to no target.
    #[serde(default)]
    pub extra_steps: ExtraSteps,
    /// When `verify.yml` builds what a release would, to try it.
    #[serde(default)]
    pub snapshots: Snapshots,
    /// Whether the bundle gets a build provenance attestation. Private repositories need GitHub
    /// Enterprise Cloud for it
    /// ([documentation](https://docs.github.com/en/actions/concepts/security/artifact-attestations)).
    #[serde(default = "yes")]
    pub attestations: bool,
    /// Who approves a publication, and how delivery works.
    #[serde(default)]
    pub publishing: Publishing,
}

/// The version of the model's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(transparent, extend("examples" = [1]))]
pub struct SchemaVersion(#[schemars(range(min = 1, max = 1))] u32);

impl SchemaVersion {
    /// The version that this crate reads.
    pub const CURRENT: Self = Self(1);

    /// As the model writes it.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

impl Serialize for SchemaVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for SchemaVersion {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            1 => Ok(Self(1)),
            other => Err(serde::de::Error::custom(format!(
                "this version of Lockstep reads schema 1, not {other}"
            ))),
        }
    }
}

/// What is released.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Project {
    /// The project's name, as users know it.
    pub name: ProjectName,
    /// Its repository on GitHub.
    pub repository: Repository,
    /// Its licence.
    pub license: License,
    /// What it is, in one line. Packages and the formula carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
}

/// Which Lockstep the rendered workflows run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lockstep {
    /// The commit of Lockstep's repository that the workflows pin. Required, except in Lockstep's
    /// own model, whose workflows use the actions beside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<CommitSha>,
    /// The tag of that commit, for people and for the bots that bump pins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<PinVersion>,
    /// A folder of locally built programs that the actions run instead of the released ones: for
    /// runners without a way to the outside, and for Lockstep's own release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programs: Option<RelativePath>,
    /// What fills that folder: steps at the start of every job that runs one of the actions.
    #[serde(default)]
    pub setup: Vec<Step>,
}

/// Who approves a publication, and how delivery works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Publishing {
    /// The environment of the one job that waits until somebody approves, before anything is published: the one with
    /// [required reviewers](https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments#required-reviewers).
    /// Without it nobody is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<EnvironmentName>,
    /// A file of the repository with the [roots of trust](https://docs.github.com/en/actions/how-tos/secure-your-work/use-artifact-attestations/verify-attestations-offline)
    /// that attestations are verified by, as `gh attestation trusted-root` prints them. Without it those that Lockstep was
    /// built with count; GitHub changes them every few years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_root: Option<RelativePath>,
    /// The document, in Markdown, that tells people what must exist outside of the repository before a release:
    /// the list that `lockstep setup` prints is rendered between two markers in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<RelativePath>,
    /// How long delivery waits for a channel to serve a release, in minutes.
    pub delivery_timeout_minutes: Within<1, 300>,
    /// How long delivery waits until it looks at a channel again, in seconds. Each wait is twice as long as the one before, up to
    /// eight times as long as this one.
    pub delivery_interval_seconds: Within<1, 600>,
}

impl Default for Publishing {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "constants, covered by a test")]
        Self {
            approval: None,
            trusted_root: None,
            document: None,
            delivery_timeout_minutes: Within::new(30).expect("a constant within its bounds"),
            delivery_interval_seconds: Within::new(10).expect("a constant within its bounds"),
        }
    }
}

#[expect(clippy::expect_used, reason = "a constant, covered by a test")]
fn default_tag() -> TagPattern {
    "v{version}".parse().expect("a constant tag pattern")
}

#[expect(clippy::expect_used, reason = "a constant, covered by a test")]
fn default_runner() -> RunnerLabel {
    "ubuntu-24.04".parse().expect("a constant runner label")
}

fn default_modes() -> Vec<BuildMode> {
    vec![BuildMode::Release]
}

/// A default of `true`, for serde.
pub(crate) fn yes() -> bool {
    true
}
