//! Commit statuses.

use lockstep_schemas::strings::CommitSha;
use serde::Deserialize;

use crate::{Error, GitHub};

/// A [status](https://docs.github.com/en/rest/commits/statuses) that somebody set on a commit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CommitStatus {
    /// What it is of.
    pub context: String,
    /// What it says.
    pub state: StatusState,
    /// What it says in words.
    #[serde(default)]
    pub description: Option<String>,
    /// Where it says more.
    #[serde(default)]
    pub target_url: Option<String>,
}

/// What a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusState {
    /// All is well.
    Success,
    /// It is not known yet.
    Pending,
    /// It is not well.
    Failure,
    /// Whoever should say, cannot.
    #[serde(other)]
    Error,
}

impl GitHub<'_> {
    /// The statuses of a commit, the newest first, until one is enough.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn statuses(
        &self,
        commit: &CommitSha,
        enough: impl FnMut(&CommitStatus) -> bool,
    ) -> Result<Vec<CommitStatus>, Error> {
        self.list(&self.route(&format!("commits/{commit}/statuses")), None, enough)
    }
}
