//! A receipt: what one job of a release found and did. Jobs upload theirs; those that come later, and later runs, read them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Rule;
use crate::model::{ChannelKind, SchemaVersion, Stage, Tier};
use crate::strings::{CommitSha, FileName, Id, Sha256, StageId, Tag, Text, Version};

/// The file of a receipt, in its folder.
pub const FILE: &str = "receipt.json";

/// The context of the status of a release's commit that records which bundle is published: a commit can have the tags of several
/// packages.
#[must_use]
pub fn publishes(tag: &Tag) -> String {
    format!("lockstep/publishes {tag}")
}

/// The context of the status of a release's commit that records that its version was taken back; the description is why.
#[must_use]
pub fn yanked(tag: &Tag) -> String {
    format!("lockstep/yanked {tag}")
}

/// What one job of a release found and did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Receipt {
    /// The version of this format.
    pub schema: SchemaVersion,
    /// The tag of the release.
    pub tag: Tag,
    /// Its version.
    pub version: Version,
    /// Its commit.
    pub commit: CommitSha,
    /// The run that built what is published; none in the run that builds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<RunRecord>,
    /// The bundle that is published: what it was uploaded as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// The stage that it is of.
    pub stage: Stage,
    /// The run that this is of; none where that is no run of GitHub's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunRecord>,
    /// Whether it has no side effects.
    pub rehearsal: bool,
    /// What was checked of the build run, in order.
    pub checks: Vec<CheckRecord>,
    /// The gates before the stage, in the order of the model.
    pub gates: Vec<GateRecord>,
    /// What was let go.
    pub waivers: Vec<WaiverRecord>,
    /// The rules of the problems that its job ended with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Rule>,
    /// What a channel has of each file, in the order of the manifest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRecord>,
    /// What users get from channels, by the machines that installed from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<DeliveryRecord>,
}

/// What users of a platform get from a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeliveryRecord {
    /// The channel.
    pub channel: ChannelKind,
    /// The target whose users it is, or `any`.
    pub target: String,
    /// What the channel promises them.
    pub tier: Tier,
    /// What came of it.
    pub result: Delivered,
    /// Why that is not a good one, or nothing was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The clients that installed it, after which it ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<String>,
}

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Delivered {
    /// All of it is there with the bytes of the release, installs and runs.
    Passed,
    /// There was nothing to try: it was not published there.
    Skipped,
    /// It is not there yet.
    NotYet,
    /// It is something else, does not install, or does not run.
    Failed,
}

impl Delivered {
    /// In words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::NotYet => "not yet",
            Self::Failed => "failed",
        }
    }
}

impl DeliveryRecord {
    /// Whether it leaves a release incomplete: what fails where a channel promises nothing is told, and no more.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.tier == Tier::Official
    }
}

/// A run of a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunRecord {
    /// Its id.
    pub id: u64,
    /// Which attempt of it.
    pub attempt: u32,
}

/// Something that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckRecord {
    /// What: `commit`.
    pub check: String,
    /// Whether it is as it must be.
    pub passed: bool,
    /// What was found.
    pub found: String,
    /// What must be found, where that is one thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
}

/// A gate, and whether it is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GateRecord {
    /// The gate.
    pub gate: Id,
    /// Whether it is open.
    pub state: GateState,
    /// Why, with a link where there is one.
    pub why: String,
}

/// Whether a gate is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateState {
    /// It is.
    Open,
    /// It is not, or nobody could say.
    Closed,
    /// It is closed, and a maintainer let it go.
    Waived,
    /// A job of its own says so: it is a script.
    Job,
}

impl GateState {
    /// In one word.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Waived => "waived",
            Self::Job => "job",
        }
    }

    /// In words: the gate is …
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Waived => "let go",
            Self::Job => "a script",
        }
    }
}

/// A gate or a channel that a maintainer let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WaiverRecord {
    /// What.
    pub waived: Waived,
    /// Who: the one who started the run.
    pub approver: String,
    /// Why, in that one's words.
    pub reason: Text,
}

/// What a waiver is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Waived {
    /// A gate.
    Gate {
        /// Which.
        gate: Id,
    },
    /// A channel.
    Channel {
        /// Which.
        channel: ChannelKind,
    },
}

/// A file on a channel: what was found, what was done, and what is there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileRecord {
    /// The channel.
    pub channel: ChannelKind,
    /// The file.
    pub name: FileName,
    /// The digest that it must have.
    pub sha256: Sha256,
    /// What was found.
    pub before: FileState,
    /// What was done.
    pub did: Did,
    /// What is there now, as far as it was seen.
    pub now: FileState,
    /// Where users find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When the channel took what is not to be seen yet, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<u64>,
    /// What is known of it while it waits at npm for an approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageRecord>,
}

/// A version that waits at npm until a maintainer approves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StageRecord {
    /// What npm calls it; none where it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<StageId>,
    /// The dist-tag that it gets when it is approved; none where another staged it, and npm does not show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Whether it was downloaded, and has the bytes of the bundle.
    pub compared: bool,
}

/// What a channel has of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// Nobody could say: what was asked may not be seen with what the run has.
    Unknown,
    /// Nothing.
    Absent,
    /// It is there, and not public: an asset of a draft, or what waits for an approval.
    Staged,
    /// It was accepted, and is not to be seen yet.
    Accepted,
    /// It is public, with these very bytes.
    Ours,
    /// Something else has its name.
    Other,
    /// Something waits under its name for an approval that is not what would be staged: other bytes, or another dist-tag.
    OtherStaged,
    /// Its name and version are used up, and there is nothing to see.
    Burnt,
}

impl FileState {
    /// In words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Unknown => "not known",
            Self::Absent => "absent",
            Self::Staged => "staged",
            Self::Accepted => "not visible yet",
            Self::Ours => "public",
            Self::Other => "other bytes",
            Self::OtherStaged => "staged otherwise",
            Self::Burnt => "used up",
        }
    }
}

/// What was done with a file, each more than the one before.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Did {
    /// Nothing.
    Nothing,
    /// Everything up to what would publish it.
    Rehearsed,
    /// It was uploaded, or staged.
    Uploaded,
    /// It was published.
    Published,
}

impl Did {
    /// In words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Uploaded => "uploaded",
            Self::Published => "published",
            Self::Rehearsed => "rehearsed",
        }
    }
}
