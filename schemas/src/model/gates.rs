//! Gates, and the waivers that let one go.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channels::ChannelKind;
use crate::strings::{GitRef, Id, Script, Text, WorkflowFile};

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
            Self::Build => "build",
            Self::Publish => "publish",
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
    },
    /// The release's commit is on a branch as GitHub has it: what nobody can see there is not released.
    Pushed {
        /// The branch.
        branch: GitRef,
    },
    /// No issue under the release's epic is open.
    NoOpenBlockers {
        /// The epic's title; `{tag}` stands for the release's tag.
        epic: Text,
        /// The label of the epic and of the blockers that Lockstep files under it.
        label: Text,
    },
    /// A script ends well. It finds `LOCKSTEP_VERSION`, `LOCKSTEP_TAG` and `LOCKSTEP_COMMIT` in its
    /// environment.
    Script {
        /// The script.
        run: Script,
    },
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
