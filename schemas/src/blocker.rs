//! What Lockstep writes into an issue that it files, to know it again: a comment that Markdown does not show.

use serde::{Deserialize, Serialize};

use crate::model::Stage;
use crate::strings::{Id, JobId, Tag};

/// How the comment begins and ends.
const BEGIN: &str = "<!-- lockstep-blocker ";
const END: &str = " -->";

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

/// What stopped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stopped {
    /// A gate is closed.
    Gate(Id),
    /// A job failed.
    Job(JobId),
    /// Publishing ended half-way: some of the release is public, and some is not.
    Partial,
}

impl Blocker {
    /// The comment.
    #[must_use]
    pub fn comment(&self) -> String {
        #[expect(clippy::expect_used, reason = "plain data of texts without angle brackets")]
        let json = serde_json::to_string(self).expect("plain data");
        format!("{BEGIN}{json}{END}")
    }

    /// What the text of an issue says that it is; nothing where somebody else wrote it.
    #[must_use]
    pub fn of(body: &str) -> Option<Self> {
        let (_, rest) = body.split_once(BEGIN)?;
        serde_json::from_str(rest.split_once(END)?.0).ok()
    }

    /// Whether it stands in the way of a stage of a release's tag. Nothing stands in its own way: while a gate is closed, the
    /// gate does; a failed job is what the next run mends; and a release that is half public must be finished.
    #[must_use]
    pub fn blocks(&self, tag: &Tag, stage: Stage) -> bool {
        let is_own = self.tag == *tag;
        match (&self.what, self.stage) {
            (Stopped::Partial, _) => !is_own,
            (Stopped::Gate(_), _) | (Stopped::Job(_), Stage::Publish) => false,
            (Stopped::Job(_), Stage::Build) => is_own && stage == Stage::Publish,
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
            let text = format!("It failed.\n\n{}\n", blocker.comment());
            assert_eq!(Blocker::of(&text), Some(blocker));
        }
        for text in ["", "It failed.", "<!-- lockstep-blocker {} -->", "<!-- lockstep-blocker "] {
            assert_eq!(Blocker::of(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_stands_in_its_own_way() {
        let [own, other]: [Tag; 2] = ["v1.2.3", "v1.2.4"].map(|tag| tag.parse().unwrap());
        let stages = [Stage::Build, Stage::Publish];
        let gate = || Stopped::Gate("ci".parse().unwrap());
        let job = || Stopped::Job("assemble".parse().unwrap());
        for stage in stages {
            for at in stages {
                assert!(!blocker(at, gate()).blocks(&own, stage));
                assert!(!blocker(at, job()).blocks(&other, stage));
                assert!(!blocker(at, Stopped::Partial).blocks(&own, stage));
                assert!(blocker(at, Stopped::Partial).blocks(&other, stage));
            }
            assert!(!blocker(Stage::Publish, job()).blocks(&own, stage));
        }
        assert!(!blocker(Stage::Build, job()).blocks(&own, Stage::Build));
        assert!(blocker(Stage::Build, job()).blocks(&own, Stage::Publish));
    }
}
