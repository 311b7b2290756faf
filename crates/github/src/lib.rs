//! What Lockstep asks [GitHub's REST API](https://docs.github.com/en/rest), with typed answers.
//!
//! An answer has the fields that somebody here reads, and no others: what GitHub adds or leaves out elsewhere breaks
//! nothing. A question is asked again where that can do no harm, within a limit on time, and whoever waits is told. What an
//! answer means for a release is said elsewhere.

mod access;
mod address;
mod attestations;
mod client;
mod commits;
mod dispatches;
mod environments;
mod error;
mod issues;
mod jobs;
mod notes;
mod pages;
mod patience;
mod releases;
mod runs;
mod settings;
mod statuses;
mod uploads;

pub use access::{Access, Permissions};
pub use address::is_private;
pub use client::{GitHub, PUBLIC};
pub use environments::{
    Environment, ProtectionKind, ProtectionRule, RefKind, RefPattern, RefPolicy,
};
pub use error::{Error, Why};
pub use issues::{Association, Issue, IssueState};
pub use jobs::{Job, JobStep};
pub use patience::{Patience, Retry};
pub use releases::{Asset, AssetFile, AssetState, Release};
pub use runs::{Conclusion, RunStatus, WorkflowRun};
pub use settings::{
    ActionsPolicy, AllowedActions, BypassActor, Enforcement, RefNames, RepositoryRule, Ruleset,
    RulesetConditions, SelectedActions,
};
pub use statuses::{CommitStatus, Creator, RUNS, StatusState};
pub use uploads::Upload;
