//! Gates, and the waivers that let one go.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channels::ChannelKind;
use crate::numbers::Within;
use crate::strings::{Account, GitRef, Id, RelativePath, Script, Text, WorkflowFile};

/// A check that must pass before a stage may start. It fails closed: no answer is a failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Gate {
    /// What it is for, shown where it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// The stage that waits for it, or several: each asks it anew.
    pub before: Stages,
    /// What is checked.
    pub check: GateCheck,
}

/// The stages that a gate stands before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Stages {
    /// One.
    One(Stage),
    /// Several.
    Several(Vec<Stage>),
}

impl Stages {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Stage] {
        match self {
            Self::One(stage) => std::slice::from_ref(stage),
            Self::Several(stages) => stages,
        }
    }
}

/// A stage that gates stand before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The tag itself: `lockstep release` asks before it makes one.
    Tag,
    /// The platform builds of `release.yml`.
    Build,
    /// Everything that `release-publish.yml` publishes.
    Publish,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Stage {
    /// The name in inputs.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Build => "build",
            Self::Publish => "publish",
        }
    }
}

impl Stage {
    /// What it stands for: before …
    #[must_use]
    pub fn gerund(self) -> &'static str {
        match self {
            Self::Tag => "tagging",
            Self::Build => "building",
            Self::Publish => "publishing",
        }
    }
}

/// What a gate checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", deny_unknown_fields, rename_all = "kebab-case")]
pub enum GateCheck {
    /// A workflow has succeeded for the release's commit.
    Workflow {
        /// Its file in `.github/workflows`.
        workflow: WorkflowFile,
    },
    /// Somebody or something has set a
    /// [commit status](https://docs.github.com/en/rest/commits/statuses) of the release's commit to
    /// success: a benchmark on a maintainer's own machine, for example.
    CommitStatus {
        /// The status's context.
        context: Text,
        /// The users and apps whose status counts, such as `buildbot[bot]`; without them anybody's who may write to the
        /// repository.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        by: Vec<Account>,
    },
    /// The release's commit is on a branch as GitHub has it: what nobody can see there is not released.
    Pushed {
        /// The branch.
        branch: GitRef,
    },
    /// No blocker is open in a tracker of the project's own. A script says so: it ends well where none is. Blockers are filed there by
    /// whoever runs `lockstep blockers file`.
    Tracker {
        /// Ends well where no blocker of `LOCKSTEP_TAG` is open.
        open: Script,
        /// Files one thing that stopped a release, or changes what is there of it: `LOCKSTEP_TITLE`, `LOCKSTEP_BODY`, and
        /// `LOCKSTEP_BLOCKER`, which is the same for the same thing.
        file: Script,
    },
    /// No issue under the release's epic is open.
    NoOpenBlockers {
        /// The epic's title; `{tag}` stands for the release's tag.
        epic: Text,
        /// The label of the epic and of the blockers that Lockstep files under it.
        label: Text,
    },
    /// The release's commit is not slower than an earlier release. A maintainer measures both on one machine and attaches
    /// the evidence to the commit: `lockstep perf-gate --base-tag v1.2.2 --attach`.
    Performance {
        /// What is measured, and how.
        measure: Measure,
        /// What is slower than it may be.
        #[serde(default)]
        limits: PerformanceLimits,
    },
    /// The version says what changed. A script looks for changes that users would notice and prints, as its last line, the
    /// least that the version must rise by since the last release: `major`, `minor`, `patch` or `none`. Below 1.0.0 that is
    /// read as Cargo and npm do: `major` is the second number, `minor` the third. The script finds `LOCKSTEP_VERSION`,
    /// `LOCKSTEP_TAG` and `LOCKSTEP_COMMIT` in its environment, and in `LOCKSTEP_BASE_VERSION` and `LOCKSTEP_BASE_TAG` the
    /// last release, whose commit is fetched. The first release has none to be compared with, and passes.
    Compatibility {
        /// The script.
        run: Script,
    },
    /// A script ends well. It finds `LOCKSTEP_VERSION`, `LOCKSTEP_TAG` and `LOCKSTEP_COMMIT` in its
    /// environment.
    Script {
        /// The script.
        run: Script,
    },
}

/// How the time of a commit is measured. Scripts run where the project is, in a checkout of its own for each of the two
/// commits. `LOCKSTEP_CANDIDATE` is the checkout of the newer one, whose scripts the older may not have yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Measure {
    /// Builds what is measured, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Script>,
    /// Measures every scenario, once.
    pub run: Script,
    /// The file, or for criterion the folder, that `run` leaves its results in. Without it they are what it prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<RelativePath>,
    /// What they are.
    #[serde(default)]
    pub format: ResultsFormat,
}

/// What a benchmark leaves behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResultsFormat {
    /// A JSON object of names and seconds.
    #[default]
    Seconds,
    /// What [hyperfine](https://github.com/sharkdp/hyperfine) writes with `--export-json`.
    Hyperfine,
    /// The folder that [criterion](https://bheisler.github.io/criterion.rs/book/) keeps: `target/criterion`.
    Criterion,
}

/// What is slower than it may be: what is above the limit in its median, and in its fastest run slower than the earlier
/// release was in its slowest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PerformanceLimits {
    /// How much slower a scenario may be, in percent.
    pub slower_by_percent: Within<1, 1000>,
    /// How often each side is measured, at least.
    pub runs: Within<1, 100>,
    /// A scenario that took the earlier release less than this only warns: so short a time says little.
    pub warn_below_microseconds: u32,
}

impl Default for PerformanceLimits {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "constants, covered by a test")]
        Self {
            slower_by_percent: Within::new(10).expect("a constant within its bounds"),
            runs: Within::new(3).expect("a constant within its bounds"),
            warn_below_microseconds: 0,
        }
    }
}

/// One gate or channel that a maintainer may let go for one release. Who did, and why, goes on
/// record in the receipt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Waiver {
    /// The gate. Either this or `channel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Id>,
    /// The channel. Either this or `gate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelKind>,
    /// The GitHub users who may.
    pub approvers: Vec<crate::strings::Login>,
}
