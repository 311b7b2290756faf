//! Workflows that must be green.

use lockstep_github::{Conclusion, GitHub, RunStatus, Why, WorkflowRun};
use lockstep_schemas::strings::WorkflowFile;

use crate::Release;

/// The events whose runs are of the commit that they name, and that only those start who may write to the repository: a
/// comment starts a run of the default branch, and a pull request's is of the merge with another commit. A merge queue's
/// commit is the one that its branch moves to.
const EVENTS: [&str; 3] = ["push", "merge_group", "workflow_dispatch"];

impl Release<'_> {
    /// The newest run of a workflow for the release's commit, of the repository itself.
    pub(crate) fn newest_run(
        &self,
        github: &GitHub<'_>,
        workflow: &WorkflowFile,
    ) -> Result<Option<WorkflowRun>, lockstep_github::Error> {
        let repository = self.plan.project.repository.as_str();
        let path = format!(".github/workflows/{workflow}");
        let counts = |run: &WorkflowRun| {
            run.is_of(repository)
                && run.file() == path
                && run.head_sha == self.commit.as_str()
                && EVENTS.contains(&run.event.as_str())
        };
        match github.runs(workflow, self.commit, counts) {
            Ok(runs) => Ok(runs.into_iter().find(counts)),
            Err(error) if error.why == Why::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn of_run(
        &self,
        workflow: &WorkflowFile,
        run: Option<&WorkflowRun>,
    ) -> (bool, String) {
        let Some(run) = run else {
            let why = format!(
                "{workflow} has not run for {}, or is not there; only runs by push, merge queue and dispatch count",
                self.commit
            );
            return (false, why);
        };
        match (run.status, run.conclusion) {
            (Some(RunStatus::Completed), Some(ended)) => {
                let why = format!("{workflow} {}: {}", ended.in_words(), run.html_url);
                (ended == Conclusion::Success, why)
            }
            (Some(RunStatus::Completed | RunStatus::Unfinished) | None, _) => {
                (false, format!("{workflow} has not ended yet: {}", run.html_url))
            }
        }
    }
}
