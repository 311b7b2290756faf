//! Commit statuses.

use http::Method;
use lockstep_schemas::strings::CommitSha;
use serde::Deserialize;
use serde_json::json;

use crate::client::json;

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
    /// Who set it.
    #[serde(default)]
    pub creator: Option<Creator>,
}

/// The name of whatever a run does with its own token.
pub const RUNS: &str = "github-actions[bot]";

/// Who set a status or wrote an issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Creator {
    /// The name of the user, or of the app: `github-actions[bot]` for a run's own token.
    pub login: String,
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

    /// Sets a status of a commit to success. To set it twice does no harm, and nobody can take one back.
    ///
    /// # Errors
    ///
    /// Where GitHub does not set it, or does not say that it did.
    pub fn set_status(
        &self,
        commit: &CommitSha,
        context: &str,
        description: &str,
        page: Option<&str>,
    ) -> Result<CommitStatus, Error> {
        let status = json!({
            "state": "success",
            "context": context,
            "description": description,
            "target_url": page,
        });
        self.ask(&Method::POST, &self.route(&format!("statuses/{commit}")), Some(&status), json)
    }
}
