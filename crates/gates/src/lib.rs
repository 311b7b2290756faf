//! The gates that ask GitHub. All of them are asked, and told, also where the first is closed: what could not be checked has
//! not passed.

use std::collections::BTreeMap;

use lockstep_github::{
    CommitStatus, Conclusion, GitHub, Issue, IssueState, RunStatus, StatusState, Why, WorkflowRun,
};
use lockstep_runner::{Report, Table};
use lockstep_schemas::blocker::Blocker;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{GateCheck, Stage};
use lockstep_schemas::plan::{GatePlan, Plan};
use lockstep_schemas::receipt::{GateRecord, GateState};
use lockstep_schemas::strings::{CommitSha, Id, Tag, Text, WorkflowFile};

/// The events whose runs are of the commit that they name, and that only those start who may write to the repository: a
/// comment starts a run of the default branch, and a pull request's is of the merge with another commit. A merge queue's
/// commit is the one that its branch moves to.
const EVENTS: [&str; 3] = ["push", "merge_group", "workflow_dispatch"];

/// A release, as gates are asked about it.
#[derive(Clone, Copy)]
pub(crate) struct Release<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) tag: &'a Tag,
    pub(crate) commit: &'a CommitSha,
}

/// Whether a gate asks GitHub: of a script, a job of its own says whether it is open.
pub(crate) fn asks_github(gate: &GatePlan) -> bool {
    match gate.check {
        GateCheck::Workflow { .. }
        | GateCheck::CommitStatus { .. }
        | GateCheck::Pushed { .. }
        | GateCheck::NoOpenBlockers { .. } => true,
        GateCheck::Script { .. } => false,
    }
}

/// Asks the gates of a stage, and reports those that are closed and not waived.
pub(crate) fn ask(
    release: &Release<'_>,
    github: &GitHub<'_>,
    stage: Stage,
    waived: &[Id],
    report: &mut Report,
) -> Vec<GateRecord> {
    let mut table = Table::new(["gate", "state", "why"]);
    let mut records = Vec::new();
    for gate in release.plan.gates.iter().filter(|gate| gate.is_before(stage)) {
        let id = gate.id.as_str();
        let is_waived = waived.contains(&gate.id);
        let (is, why) = match release.passes(github, gate) {
            Ok(why) if asks_github(gate) => (GateState::Open, why),
            Ok(why) if is_waived => (GateState::Waived, why),
            Ok(why) => (GateState::Job, why),
            Err(shut) if is_waived => (GateState::Waived, shut.why()),
            Err(shut) => {
                let why = shut.why();
                report.problem(shut.problem(&gate.id));
                (GateState::Closed, why)
            }
        };
        if is != GateState::Closed {
            report.line(format_args!("gate {id} is {}: {why}", is.in_words()));
        }
        table.row([id, is.id(), &why]);
        records.push(GateRecord { gate: gate.id.clone(), state: is, why });
    }
    if !records.is_empty() {
        report.summarize(table.markdown());
    }
    records
}

/// Why a gate does not let a release through.
enum Shut {
    /// It is closed, and this opens it.
    Closed(String, &'static str),
    /// Nobody could say.
    Unknown(lockstep_github::Error),
}

impl From<lockstep_github::Error> for Shut {
    fn from(error: lockstep_github::Error) -> Self {
        Self::Unknown(error)
    }
}

impl Shut {
    fn why(&self) -> String {
        match self {
            Self::Closed(why, _) => why.clone(),
            Self::Unknown(error) => error.to_string(),
        }
    }

    fn problem(self, gate: &Id) -> Diagnostic {
        match self {
            Self::Closed(why, remedy) => {
                let message = format!("gate `{gate}` is closed: {why}");
                Diagnostic::new(Rule::GateClosed, message).with_remedy(remedy)
            }
            Self::Unknown(error) => {
                let mut problem = Diagnostic::from(error);
                problem.message = format!("gate `{gate}` cannot be checked: {}", problem.message);
                problem
            }
        }
    }
}

impl Release<'_> {
    /// Whether a gate is open, and why.
    fn passes(&self, github: &GitHub<'_>, gate: &GatePlan) -> Result<String, Shut> {
        match &gate.check {
            GateCheck::Workflow { workflow } => {
                let newest = self.newest_run(github, workflow)?;
                let (is_open, why) = self.of_run(workflow, newest.as_ref());
                let remedy = "when it is green for this commit, run the failed jobs again";
                if is_open { Ok(why) } else { Err(Shut::Closed(why, remedy)) }
            }
            GateCheck::CommitStatus { context } => {
                // GitHub takes two that differ in case for one.
                let is_it = |status: &CommitStatus| {
                    status.context.to_lowercase() == context.as_str().to_lowercase()
                };
                let statuses = github.statuses(self.commit, is_it)?;
                let (is_open, why) =
                    of_status(context, statuses.iter().find(|status| is_it(status)));
                let remedy = "set it to success for this commit, and run the failed jobs again";
                if is_open { Ok(why) } else { Err(Shut::Closed(why, remedy)) }
            }
            GateCheck::Pushed { branch } => match github.is_on(self.commit, branch) {
                Ok(true) => Ok(format!("the commit is on {branch}")),
                Ok(false) => {
                    let remedy =
                        "push the branch with the commit on it, and run the failed jobs again";
                    Err(Shut::Closed(format!("{} is not on {branch}", self.commit), remedy))
                }
                Err(error) if error.why == Why::NotFound => {
                    let remedy = "push the branch, or name another one in the model";
                    Err(Shut::Closed(format!("there is no branch {branch}"), remedy))
                }
                Err(error) => Err(error.into()),
            },
            GateCheck::NoOpenBlockers { epic, label } => {
                let (open, has_epic) = self.open_blockers(github, epic, label)?;
                if open.is_empty() {
                    let none = if has_epic { "" } else { ", and the release has no epic" };
                    return Ok(format!("no blocker is open{none}"));
                }
                let remedy = "close what is solved, and run the failed jobs again";
                Err(Shut::Closed(format!("open blockers: {}", open.join(", ")), remedy))
            }
            GateCheck::Script { .. } => Ok("a job of its own says".to_owned()),
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

    /// The open issues that stand in the way: what is under the release's epic, and what Lockstep filed elsewhere, such as that
    /// another release is half public. And whether there is an epic.
    fn open_blockers(
        &self,
        github: &GitHub<'_>,
        epic: &Text,
        label: &Text,
    ) -> Result<(Vec<String>, bool), lockstep_github::Error> {
        let title = epic.as_str().replace("{tag}", self.tag.as_str());
        let labelled = github.issues(label.as_str())?;
        let (epics, labelled): (Vec<Issue>, Vec<Issue>) =
            labelled.into_iter().partition(|issue| issue.title == title);
        let mut found: BTreeMap<u64, (Issue, bool)> = BTreeMap::new();
        // Where GitHub knows no sub-issues, every issue of the label may be one.
        let mut all_below = false;
        for epic in &epics {
            let below = match github.sub_issues(epic.number) {
                Err(error) if error.why == Why::NotFound => {
                    all_below = true;
                    Vec::new()
                }
                below => below?,
            };
            found.extend(below.into_iter().map(|issue| (issue.id, (issue, true))));
        }
        for issue in labelled {
            found.entry(issue.id).or_insert((issue, all_below));
        }
        let blocks = |(issue, is_below): &(Issue, bool)| {
            // What a person wrote counts where it stands under the epic.
            let filed = issue.body.as_deref().and_then(Blocker::of);
            let filed = filed.filter(|_| issue.is_trusted());
            let counts = filed.map_or(*is_below, |blocker| blocker.blocks(self.tag));
            counts && issue.state == IssueState::Open
        };
        let open = found.into_values().filter(blocks);
        let open = open.map(|(issue, _)| format!("{} ({})", issue.title, issue.html_url));
        Ok((open.collect(), !epics.is_empty()))
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
