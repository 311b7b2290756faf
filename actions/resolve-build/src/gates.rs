//! The gates that ask GitHub. All of them are asked, and told, also where the first is closed: what could not be checked has
//! not passed.

use lockstep_github::{
    CommitStatus, Conclusion, GitHub, IssueState, RunStatus, StatusState, Why, WorkflowRun,
};
use lockstep_runner::{Report, Table, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{GateCheck, Stage};
use lockstep_schemas::plan::{GatePlan, Plan};
use lockstep_schemas::strings::{CommitSha, Text, WorkflowFile};

/// The events whose runs are of the commit that they name, and that only those start who may write to the repository: a
/// comment starts a run of the default branch, and a pull request's is of the merge with another commit. A merge queue's
/// commit is the one that its branch moves to.
const EVENTS: [&str; 3] = ["push", "merge_group", "workflow_dispatch"];

/// A release, as gates are asked about it.
pub(crate) struct Release<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) tag: &'a str,
    pub(crate) commit: &'a CommitSha,
}

/// Asks the gates of a stage, and reports those that are closed.
pub(crate) fn ask(release: &Release<'_>, stage: Stage, report: &mut Report) {
    let asks = |gate: &&GatePlan| !matches!(gate.check, GateCheck::Script { .. });
    let gates = release.plan.gates.iter().filter(|gate| gate.before == stage).filter(asks);
    let gates: Vec<&GatePlan> = gates.collect();
    if gates.is_empty() {
        return;
    }
    let Some(github) = report.found(github(release.plan)) else { return };
    let mut table = Table::new(["gate", "state", "why"]);
    for gate in gates {
        let id = gate.id.as_str();
        match release.passes(&github, gate) {
            Ok(why) => {
                report.line(format_args!("gate {id} is open: {why}"));
                table.row([id, "open", &why]);
            }
            Err(problem) => {
                table.row([id, "closed", &problem.message]);
                report.problem(problem);
            }
        }
    }
    report.summarize(table.markdown());
}

/// The API that this run is of, or GitHub's own.
fn github(plan: &Plan) -> Result<GitHub<'static>, Diagnostic> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let token = variable("GITHUB_TOKEN").ok_or_else(|| {
        let message = "the model has gates that ask GitHub, and there is no token";
        Diagnostic::new(Rule::WrongInput, message)
            .with_remedy("set GITHUB_TOKEN; `gh auth token` prints yours")
    })?;
    let base = variable("GITHUB_API_URL").unwrap_or_else(|| lockstep_github::PUBLIC.to_owned());
    Ok(GitHub::new(&base, plan.project.repository.clone(), &token, &tell)?)
}

impl Release<'_> {
    /// Whether a gate is open, and why.
    fn passes(&self, github: &GitHub<'_>, gate: &GatePlan) -> Result<String, Diagnostic> {
        let closed = |why: String, remedy: &str| {
            let message = format!("gate `{}` is closed: {why}", gate.id);
            Diagnostic::new(Rule::GateClosed, message).with_remedy(remedy)
        };
        let unknown = |error: lockstep_github::Error| {
            let mut problem = Diagnostic::from(error);
            problem.message = format!("gate `{}` cannot be checked: {}", gate.id, problem.message);
            problem
        };
        match &gate.check {
            GateCheck::Workflow { workflow } => {
                let newest = self.newest_run(github, workflow).map_err(unknown)?;
                let (is_open, why) = self.of_run(workflow, newest.as_ref());
                let remedy = "when it is green for this commit, run the failed jobs again";
                if is_open { Ok(why) } else { Err(closed(why, remedy)) }
            }
            GateCheck::CommitStatus { context } => {
                // GitHub takes two that differ in case for one.
                let is_it = |status: &CommitStatus| {
                    status.context.to_lowercase() == context.as_str().to_lowercase()
                };
                let statuses = github.statuses(self.commit, is_it).map_err(unknown)?;
                let (is_open, why) =
                    of_status(context, statuses.iter().find(|status| is_it(status)));
                let remedy = "set it to success for this commit, and run the failed jobs again";
                if is_open { Ok(why) } else { Err(closed(why, remedy)) }
            }
            GateCheck::NoOpenBlockers { epic, label } => {
                let open = self.open_blockers(github, epic, label).map_err(unknown)?;
                if open.is_empty() {
                    return Ok("no blocker is open".to_owned());
                }
                let remedy = "close what is solved, and run the failed jobs again";
                Err(closed(format!("open blockers: {}", open.join(", ")), remedy))
            }
            GateCheck::Script { .. } => Ok("a job of its own".to_owned()),
        }
    }

    /// The newest run of a workflow for the release's commit, of the repository itself.
    fn newest_run(
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

    fn of_run(&self, workflow: &WorkflowFile, run: Option<&WorkflowRun>) -> (bool, String) {
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

    /// The blockers of the release that are open: under its epic, if there is one.
    fn open_blockers(
        &self,
        github: &GitHub<'_>,
        epic: &Text,
        label: &Text,
    ) -> Result<Vec<String>, lockstep_github::Error> {
        let title = epic.as_str().replace("{tag}", self.tag);
        let epics = github.issues(label.as_str())?;
        let mut open = Vec::new();
        for epic in epics.iter().filter(|issue| issue.title == title) {
            let blockers = github.sub_issues(epic.number)?.into_iter();
            let blockers = blockers.filter(|issue| issue.state == IssueState::Open);
            open.extend(blockers.map(|issue| format!("{} ({})", issue.title, issue.html_url)));
        }
        Ok(open)
    }
}

fn of_status(context: &Text, status: Option<&CommitStatus>) -> (bool, String) {
    let Some(status) = status else {
        return (false, format!("nobody set the status `{context}`"));
    };
    let says = match status.state {
        StatusState::Success => "success",
        StatusState::Pending => "pending",
        StatusState::Failure => "failure",
        StatusState::Error => "an error",
    };
    let more = status.description.iter().chain(&status.target_url);
    let more = more.fold(String::new(), |all, more| format!("{all}, {more}"));
    (status.state == StatusState::Success, format!("the status `{context}` is {says}{more}"))
}
