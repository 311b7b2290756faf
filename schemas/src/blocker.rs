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

    /// What the text of an issue says that it is; nothing where somebody else wrote it. The comment is what it begins with:
    /// what it quotes further down, others wrote.
    #[must_use]
    pub fn of(body: &str) -> Option<Self> {
        let rest = body.strip_prefix(BEGIN)?;
        serde_json::from_str(rest.split_once(END)?.0).ok()
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
