//! What stopped a release: as a run leaves it behind, and as Lockstep writes it into the issue that it files, to know it again: in
//! a comment that Markdown does not show.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::comment;
use crate::model::{SchemaVersion, Stage};
use crate::receipt::WaiverRecord;
use crate::strings::{Id, JobId, Tag};

/// The kind of the comment.
const KIND: &str = "blocker";

/// What stopped a release.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Blocker {
    /// The tag of the release.
    pub tag: Tag,
    /// The stage that it stopped before, or in.
    pub stage: Stage,
    /// What it was.
    pub what: Stopped,
}

/// The file of what a run found, beside its receipt.
pub const FILE: &str = "findings.json";

/// What a run found that stops a release, and what it found that no longer does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Findings {
    /// The version of this format.
    pub schema: SchemaVersion,
    /// The tag of the release.
    pub tag: Tag,
    /// The stage that the run is of.
    pub stage: Stage,
    /// The run; none where that was none of GitHub's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<FoundIn>,
    /// What stopped the release.
    pub stopped: Vec<Finding>,
    /// What passed, and may have an issue of an earlier run.
    pub passed: Vec<Stopped>,
    /// What was let go.
    pub waived: Vec<WaiverRecord>,
}

impl Findings {
    /// Something of this release and this stage.
    #[must_use]
    pub fn blocker(&self, what: &Stopped) -> Blocker {
        Blocker { tag: self.tag.clone(), stage: self.stage, what: what.clone() }
    }
}

/// The run that found something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FoundIn {
    /// Its id.
    pub id: u64,
    /// Which attempt of it.
    pub attempt: u32,
    /// Its page.
    pub page: String,
}

/// Something that stopped a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Finding {
    /// What.
    pub what: Stopped,
    /// What it is, in a few words.
    pub title: String,
    /// Why, as far as the run knew.
    pub why: String,
}

/// What stopped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stopped {
    /// A gate is closed.
    Gate(#[schemars(description = "The gate's id.")] Id),
    /// A job failed.
    Job(#[schemars(description = "The job's id.")] JobId),
    /// Publishing ended half-way: some of the release is public, and some is not.
    Partial,
}

impl Blocker {
    /// The comment.
    #[must_use]
    pub fn comment(&self) -> String {
        comment::written(KIND, self)
    }

    /// What the text of an issue says that it is; nothing where somebody else wrote it. The comment is what it begins with:
    /// what it quotes further down, others wrote.
    #[must_use]
    pub fn of(body: &str) -> Option<Self> {
        comment::read(KIND, body)
    }

    /// Whether it stands in the way of a release's tag. Nothing stands in its own way: while a gate is closed, the gate does; a
    /// job that failed made no bundle that could be published; and a release that is half public must be finished.
    #[must_use]
    pub fn blocks(&self, tag: &Tag) -> bool {
        match self.what {
            Stopped::Partial => self.tag != *tag,
            Stopped::Gate(_) | Stopped::Job(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocker(stage: Stage, what: Stopped) -> Blocker {
        Blocker { tag: "v1.2.3".parse().unwrap(), stage, what }
    }

    #[test]
    fn what_is_written_is_read() {
        let gate = blocker(Stage::Build, Stopped::Gate("ci".parse().unwrap()));
        let job = blocker(Stage::Publish, Stopped::Job("publish-npm".parse().unwrap()));
        for blocker in [gate, job, blocker(Stage::Publish, Stopped::Partial)] {
            let text = format!("{}\nIt failed.\n", blocker.comment());
            assert_eq!(Blocker::of(&text), Some(blocker.clone()));
            let quoted = format!("It failed: {}\n", blocker.comment());
            assert_eq!(Blocker::of(&quoted), None);
        }
        for text in ["", "It failed.", "<!-- lockstep-blocker {} -->", "<!-- lockstep-blocker "] {
            assert_eq!(Blocker::of(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_stands_in_its_own_way() {
        let [own, other]: [Tag; 2] = ["v1.2.3", "v1.2.4"].map(|tag| tag.parse().unwrap());
        let gate = Stopped::Gate("ci".parse().unwrap());
        let job = Stopped::Job("assemble".parse().unwrap());
        for stage in [Stage::Build, Stage::Publish] {
            for what in [&gate, &job] {
                let blocker = blocker(stage, what.clone());
                assert!(!blocker.blocks(&own) && !blocker.blocks(&other));
            }
            let half = blocker(stage, Stopped::Partial);
            assert!(!half.blocks(&own) && half.blocks(&other));
        }
    }
}
