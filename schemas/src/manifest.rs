//! The manifest: every shipped byte of one version, and what it was made of.
//!
//! Each build job hashes what its target made into a [`PartialManifest`]; `assemble` merges those of
//! all targets into the [`Manifest`]. There is no clock in either: the same inputs make the same
//! bytes. `targets.<target>.package` and `targets.<target>.{release,debug}.{path,sha256}` are read by
//! consumers and stay where they are.
//!
//! How the format grows: within one number of it keys are added, and none is moved, removed or given
//! another meaning. A key that is added is one that older manifests may lack. Who reads manifests leaves
//! unread what they do not know. Lockstep itself refuses it, since it cannot vouch for what it does not
//! know: a manifest is read by the Lockstep that wrote it, or by a later one.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::model::{ArtifactKind, BuildMode};
use crate::strings::{
    CommitSha, ContainerImage, FileName, GitRef, Id, Integrity, RelativePath, Repository,
    RunnerLabel, Sha256, Tag, TargetId, Triple, Version,
};

/// The names of a bundle's own files, which no artifact may have.
pub mod names {
    /// The manifest: a target's in its upload, the release's in the bundle.
    pub const MANIFEST: &str = "manifest.json";
    /// The plan that the bundle was verified against.
    pub const PLAN: &str = "plan.json";
    /// The digest of every other file of the bundle, as `sha256sum -c` reads it.
    pub const SUMS: &str = "SHA256SUMS";
    /// In a target's upload: the built files that an artifact of the whole release takes from it.
    pub const FILES: &str = "files.tar";
    /// What the changelog says of the version, in Markdown: the notes of the GitHub release.
    pub const NOTES: &str = "release-notes.md";
    /// What a build run uploads a bundle as, with the attempt behind it.
    pub const UPLOAD: &str = "bundle-";
    /// All files that carry it.
    pub const ALL: [&str; 5] = [MANIFEST, PLAN, SUMS, FILES, NOTES];
}

/// Every shipped byte of one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// The version of this format.
    pub schema: ManifestFormat,
    /// The project's name.
    pub project: String,
    /// The version.
    pub version: Version,
    /// Its tag; of a snapshot the one that it would have.
    pub tag: Tag,
    /// Whether it is a snapshot: built of a commit without a tag, to be tried, and never published.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub snapshot: bool,
    /// The repository and the commit that were built.
    pub source: Revision,
    /// The other repositories that went into the build, by name.
    pub sources: IndexMap<Id, Revision>,
    /// The run that built it; none where it was built by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<BuildRun>,
    /// What was built, by target.
    pub targets: IndexMap<TargetId, TargetRecord>,
    /// The files that are shipped, in the order of the plan.
    pub artifacts: Vec<ArtifactRecord>,
}

/// What one target built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PartialManifest {
    /// The version of this format.
    pub schema: ManifestFormat,
    /// The version.
    pub version: Version,
    /// The target.
    pub target: TargetId,
    /// The repository and the commit that were built.
    pub source: Revision,
    /// The other repositories that went into the build, by name.
    pub sources: IndexMap<Id, Revision>,
    /// What was built.
    pub record: TargetRecord,
    /// The artifacts that were packed here.
    pub artifacts: Vec<ArtifactRecord>,
    /// The digest of [`names::FILES`], where artifacts of the whole release take files from this target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "handed-on")]
    pub release_files: Option<Sha256>,
}

impl PartialManifest {
    /// Every built file.
    pub fn files(&self) -> impl Iterator<Item = &FileRecord> {
        self.record.files.iter()
    }
}

/// A commit of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Revision {
    /// The repository.
    pub repository: Repository,
    /// What led to the commit: a branch, a tag, or a commit itself, as of a snapshot.
    #[serde(rename = "ref")]
    pub git_ref: GitRef,
    /// The commit.
    pub commit: CommitSha,
}

/// What a source was resolved to, once for all targets, before anything is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ResolvedSource {
    /// What was asked for.
    #[serde(rename = "ref")]
    pub git_ref: GitRef,
    /// The commit that it led to.
    pub commit: CommitSha,
}

/// A run of a workflow
/// ([variables](https://docs.github.com/en/actions/reference/workflows-and-actions/variables)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BuildRun {
    /// The workflow's file, with its repository and ref.
    pub workflow: String,
    /// The run.
    pub id: u64,
    /// Which attempt of it.
    pub attempt: u32,
}

/// What was built for a target, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetRecord {
    /// The Rust triple.
    pub triple: Triple,
    /// The runner that built it.
    pub runner: RunnerLabel,
    /// The image that it was built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<ContainerImage>,
    /// The image of the hosted runner, where it says which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner_image: Option<RunnerImage>,
    /// The toolchains that were set up.
    #[serde(default, skip_serializing_if = "ToolchainRecord::is_empty")]
    pub toolchain: ToolchainRecord,
    /// Whether a second build, in another folder of the machine, had the same bytes; older manifests do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reproduced: Option<Reproduced>,
    /// The npm platform package, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The package's binary of the release mode: the first that the model lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<BinaryRecord>,
    /// The package's binary of the debug mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debug: Option<BinaryRecord>,
    /// Every built file that an artifact is packed from, by its path in the build.
    pub files: Vec<FileRecord>,
}

impl TargetRecord {
    /// The package's binary of a mode.
    pub fn binary_mut(&mut self, mode: BuildMode) -> &mut Option<BinaryRecord> {
        match mode {
            BuildMode::Release => &mut self.release,
            BuildMode::Debug => &mut self.debug,
        }
    }
}

/// Whether a target's build was made a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reproduced {
    /// Nobody tried.
    NotTried,
    /// It was, and every file had the same bytes.
    SameBytes,
}

/// The toolchains that a target was built by, each as it calls its own version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ToolchainRecord {
    /// Rust: what `rustc --version` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rust: Option<String>,
    /// Node.js: what `node --version` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Python: what `python3 --version` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// What else the model asks, by its names.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub other: IndexMap<Id, String>,
}

impl ToolchainRecord {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Each by its name in the model, with its version where it was set up.
    #[must_use]
    pub fn tools(&self) -> [(&'static str, Option<&str>); 3] {
        [
            ("rust", self.rust.as_deref()),
            ("node", self.node.as_deref()),
            ("python", self.python.as_deref()),
        ]
    }
}

/// The image of a hosted runner
/// ([what is in each](https://github.com/actions/runner-images)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunnerImage {
    /// Its system, such as `ubuntu24`.
    pub os: String,
    /// Its version, such as `20251102.124.1`.
    pub version: String,
}

/// A binary of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BinaryRecord {
    /// Its place in the package.
    pub path: String,
    /// Its digest.
    pub sha256: Sha256,
    /// Its size in bytes.
    pub size: u64,
    /// Whether it may be executed.
    pub executable: bool,
}

/// A built file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileRecord {
    /// Where the build left it, below the project's root.
    pub path: RelativePath,
    /// The build mode that it is of, where it differs from mode to mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<BuildMode>,
    /// Its digest.
    pub sha256: Sha256,
    /// Its size in bytes.
    pub size: u64,
    /// Whether it may be executed.
    pub executable: bool,
}

/// A file that is shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArtifactRecord {
    /// Its name.
    pub name: FileName,
    /// The artifact in the model.
    pub artifact: Id,
    /// The artifact's kind.
    pub kind: ArtifactKind,
    /// The name of the package that it is, where it is one: what a registry calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The target that it is of, or whose build made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetId>,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Sha256,
    /// Its digest as npm has it in `dist.integrity`, for an npm package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity: Option<Integrity>,
    /// How its own check went in each build mode, where a failure of it stops nothing: its users should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advisory: Vec<SmokeRecord>,
    /// The files in it, in order of their names; none for what is no archive and no package.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberRecord>,
}

/// How an artifact's check went that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SmokeRecord {
    /// The build mode.
    pub mode: BuildMode,
    /// How often it was tried.
    pub tries: u32,
    /// How often of that it failed.
    pub failures: u32,
}

/// A file in an archive or a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MemberRecord {
    /// Its place in it.
    pub path: String,
    /// Where it leads from its folder, where it is a link to another member: what else is said is said of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Its digest.
    pub sha256: Sha256,
    /// Its size in bytes.
    pub size: u64,
    /// Whether it may be executed.
    pub executable: bool,
}

/// The version of the manifest's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestFormat;

impl ManifestFormat {
    /// The number that it is written as.
    pub const NUMBER: u32 = 1;
}

impl Serialize for ManifestFormat {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for ManifestFormat {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            Self::NUMBER => Ok(Self),
            other => Err(serde::de::Error::custom(format!(
                "a manifest of format {other}: this Lockstep reads format {}",
                Self::NUMBER
            ))),
        }
    }
}

impl JsonSchema for ManifestFormat {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ManifestFormat".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "const": Self::NUMBER })
    }
}
