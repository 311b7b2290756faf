//! The promises, and the runs that break them.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod counterexample;
mod proof;
mod publishing;

use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::strings::Id;
use lockstep_schemas::workflow::Role;

pub use counterexample::Counterexample;
pub use proof::prove;

/// A promise that every graph must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// Nothing is published unless every gate, the provenance, the verification and the preflight of every
    /// selected channel passed in this run, or was waived on record.
    Gated,
    /// Nothing is published that somebody did not approve in this run.
    Approved,
    /// What can be taken back comes before what cannot, and what is public last.
    Ordered,
    /// Every channel has the steps that publish to it.
    Complete,
    /// A pull request and a snapshot reach no secret, identity token or permission to write.
    Harmless,
    /// A rehearsal reaches secrets and identity tokens in preflight jobs alone, and no permission to write.
    Rehearsed,
    /// A job that was skipped or cancelled is not taken for one that passed.
    NothingSkipped,
    /// Every run ends in a report.
    Reported,
    /// What was published is looked at where users install it, also where publishing was partial.
    Delivered,
    /// No code of the project runs in a job that can sign, publish or write.
    Apart,
}

impl Promise {
    /// What is promised, in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Gated => "nothing is published before every gate and check passed",
            Self::Approved => "nothing is published that nobody approved in this run",
            Self::Ordered => "what cannot be taken back comes last",
            Self::Complete => "no channel is left out",
            Self::Harmless => {
                "a pull request and a snapshot reach no secret, identity token or write permission"
            }
            Self::Rehearsed => "a rehearsal can change nothing",
            Self::NothingSkipped => "a skipped job is not taken for one that passed",
            Self::Reported => "every run ends in a report",
            Self::Delivered => "what was published is looked at where users install it",
            Self::Apart => "no project code runs in a job that can sign, publish or write",
        }
    }
}

/// What is asked of a graph beside what it shows by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The steps, by their roles, that must pass in another job before anything is published; also that somebody
    /// approves, where that is asked for.
    pub checks: Vec<Role>,
    /// The gates that may be let go.
    pub waivable: Vec<Id>,
    /// The steps, by their roles, that publish.
    pub publishes: Vec<Role>,
    /// The channels whose files a person approves one by one: no other registry begins before all of them are public.
    pub staged: Vec<ChannelKind>,
    /// What else.
    pub also: Vec<Also>,
}

/// What else can be asked of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Also {
    /// A job that publishes verifies for itself what it publishes.
    Verifies,
    /// Every run reports.
    Reports,
    /// A run of anything but a tag is a trial, which reaches nothing.
    Snapshots,
    /// Somebody looks whether users can install what was published.
    Delivers,
    /// Where a version is given, it is installed.
    Installs,
}

/// A promise that a graph breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The promise.
    pub promise: Promise,
    /// The workflow's file.
    pub file: String,
    /// The job that breaks it; none where a job is missing.
    pub job: Option<String>,
    /// Where that job stands, from 1; 0 where that is not known.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to change.
    pub remedy: String,
    /// The shortest run that breaks it.
    pub run: Counterexample,
}
