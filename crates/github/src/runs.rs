//! Workflow runs.

use lockstep_schemas::strings::{CommitSha, WorkflowFile};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::{Error, GitHub};

/// A [run](https://docs.github.com/en/rest/actions/workflow-runs) of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WorkflowRun {
    /// Its id.
    pub id: u64,
    /// The workflow's file, at times with `@` and a ref behind it: `.github/workflows/ci.yml`.
    pub path: String,
    /// What started it: `push`.
    pub event: String,
    /// The commit that it ran.
    pub head_sha: String,
    /// The name of the branch or of the tag that it ran, whichever it is; none where that is gone.
    #[serde(default)]
    pub head_branch: Option<String>,
    /// Which attempt this is.
    #[serde(default = "first")]
    pub run_attempt: u32,
    /// The repository whose commit it ran, a fork perhaps; none where that is gone.
    #[serde(default)]
    pub head_repository: Option<HeadRepository>,
    /// How far it is.
    pub status: Option<RunStatus>,
    /// How it ended.
    #[serde(default)]
    pub conclusion: Option<Conclusion>,
    /// Its page.
    pub html_url: String,
}

fn first() -> u32 {
    1
}

/// The repository of a run's commit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HeadRepository {
    /// `owner/name`.
    pub full_name: String,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It has ended.
    Completed,
    /// It has not.
    #[serde(other)]
    Unfinished,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Well.
    Success,
    /// Something failed.
    Failure,
    /// It was cancelled.
    Cancelled,
    /// Nothing of it ran.
    Skipped,
    /// It took too long.
    TimedOut,
    /// In some other way.
    #[serde(other)]
    Other,
}

impl Conclusion {
    /// In words: the run …
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Success => "succeeded",
            Self::Failure => "failed",
            Self::Cancelled => "was cancelled",
            Self::Skipped => "was skipped",
            Self::TimedOut => "took too long",
            Self::Other => "did not succeed",
        }
    }
}

impl WorkflowRun {
    /// Whether it ran a commit of a repository itself, and not of a fork.
    #[must_use]
    pub fn is_of(&self, repository: &str) -> bool {
        self.head_repository
            .as_ref()
            .is_some_and(|head| head.full_name.eq_ignore_ascii_case(repository))
    }

    /// The workflow's file alone.
    #[must_use]
    pub fn file(&self) -> &str {
        self.path.split('@').next().unwrap_or_default()
    }
}

impl GitHub<'_> {
    /// A run by its id.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where there is no such run.
    pub fn run(&self, id: u64) -> Result<WorkflowRun, Error> {
        self.get(&self.route(&format!("actions/runs/{id}")))
    }

    /// A run as one of its attempts was.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where there is no such attempt.
    pub fn attempt(&self, id: u64, attempt: u32) -> Result<WorkflowRun, Error> {
        self.get(&self.route(&format!("actions/runs/{id}/attempts/{attempt}")))
    }

    /// The runs of a workflow on a branch or a tag of a name, whichever commit that led to then.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where there is no such workflow.
    pub fn runs_on(&self, workflow: &WorkflowFile, name: &str) -> Result<Vec<WorkflowRun>, Error> {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let route = self.route(&format!("actions/workflows/{workflow}/runs?branch={name}"));
        self.list(&route, Some("workflow_runs"), |_| false)
    }

    /// The runs of a workflow for a commit, the newest first, until one is enough.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where there is no such workflow.
    pub fn runs(
        &self,
        workflow: &WorkflowFile,
        commit: &CommitSha,
        enough: impl FnMut(&WorkflowRun) -> bool,
    ) -> Result<Vec<WorkflowRun>, Error> {
        let route = self.route(&format!("actions/workflows/{workflow}/runs?head_sha={commit}"));
        self.list(&route, Some("workflow_runs"), enough)
    }
}
