//! Whether the gates of a release are open. All of them are asked, and told, also where the first is closed: what could not be
//! checked has not passed.

mod blockers;
mod performance;
mod scripts;
mod workflows;

pub use scripts::{Rise, compatible, ends_well, last_release};

use lockstep_github::{CommitStatus, GitHub, StatusState, Why};
use lockstep_runner::{Report, Table};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{GateCheck, Stage};
use lockstep_schemas::plan::{GatePlan, Plan};
use lockstep_schemas::receipt::{GateRecord, GateState};
use lockstep_schemas::strings::{Account, CommitSha, Id, Tag, Text};

/// A release, as gates are asked about it.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// Its plan.
    pub plan: &'a Plan,
    /// Its tag.
    pub tag: &'a Tag,
    /// Its commit.
    pub commit: &'a CommitSha,
}

/// Whether a gate asks GitHub: of a script, a job of its own says whether it is open.
#[must_use]
pub fn asks_github(gate: &GatePlan) -> bool {
    match gate.check {
        GateCheck::Workflow { .. }
        | GateCheck::CommitStatus { .. }
        | GateCheck::Pushed { .. }
        | GateCheck::NoOpenBlockers { .. }
        | GateCheck::Performance { .. } => true,
        GateCheck::Tracker { .. } | GateCheck::Compatibility { .. } | GateCheck::Script { .. } => {
            false
        }
    }
}

/// Asks the gates of a stage, and reports those that are closed and not waived.
pub fn ask(
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
                report.problem(shut.problem(&gate.id, stage));
                (GateState::Closed, why)
            }
        };
        // Before the tag there are no jobs: whoever asks runs it.
        let is_told = is != GateState::Closed && (is, stage) != (GateState::Job, Stage::Tag);
        if is_told {
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
    Closed(String, String),
    /// Nobody could say.
    Unknown(Diagnostic),
}

impl From<Diagnostic> for Shut {
    fn from(problem: Diagnostic) -> Self {
        Self::Unknown(problem)
    }
}

impl From<lockstep_github::Error> for Shut {
    fn from(error: lockstep_github::Error) -> Self {
        Self::Unknown(error.into())
    }
}

impl Shut {
    fn why(&self) -> String {
        match self {
            Self::Closed(why, _) => why.clone(),
            Self::Unknown(problem) => problem.message.clone(),
        }
    }

    fn problem(self, gate: &Id, stage: Stage) -> Diagnostic {
        match self {
            Self::Closed(why, remedy) => {
                let message = format!("gate `{gate}` is closed: {why}");
                let again = match stage {
                    Stage::Tag => "run the same command again",
                    Stage::Build | Stage::Publish => "run the failed jobs again",
                };
                Diagnostic::new(Rule::GateClosed, message)
                    .with_remedy(format!("{remedy}, and {again}"))
            }
            Self::Unknown(mut problem) => {
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
                let remedy = "let it run for this commit until it is green";
                if is_open { Ok(why) } else { Err(Shut::Closed(why, remedy.to_owned())) }
            }
            GateCheck::CommitStatus { context, by } => {
                // GitHub takes two that differ in case for one.
                let is_it = |status: &CommitStatus| {
                    let creator = status.creator.as_ref().map_or("", |creator| &creator.login);
                    let counts = by.is_empty()
                        || by.iter().any(|by| by.as_str().eq_ignore_ascii_case(creator));
                    counts && status.context.to_lowercase() == context.as_str().to_lowercase()
                };
                let statuses = github.statuses(self.commit, is_it)?;
                let (is_open, why) =
                    of_status(context, by, statuses.iter().find(|status| is_it(status)));
                let remedy = "set it to success for this commit";
                if is_open { Ok(why) } else { Err(Shut::Closed(why, remedy.to_owned())) }
            }
            GateCheck::Pushed { branch } => match github.is_on(self.commit, branch) {
                Ok(true) => Ok(format!("the commit is on {branch}")),
                Ok(false) => {
                    let remedy = "push the branch with the commit on it";
                    Err(Shut::Closed(
                        format!("{} is not on {branch}", self.commit),
                        remedy.to_owned(),
                    ))
                }
                Err(error) if error.why == Why::NotFound => {
                    let remedy = "push the branch, or name another one in the model";
                    Err(Shut::Closed(format!("there is no branch {branch}"), remedy.to_owned()))
                }
                Err(error) => Err(error.into()),
            },
            GateCheck::NoOpenBlockers { epic, label } => {
                let (open, has_epic) = self.open_blockers(github, epic, label)?;
                if open.is_empty() {
                    let none = if has_epic { "" } else { ", and the release has no epic" };
                    return Ok(format!("no blocker is open{none}"));
                }
                let remedy = "close what is solved";
                Err(Shut::Closed(format!("open blockers: {}", open.join(", ")), remedy.to_owned()))
            }
            GateCheck::Performance { measure, limits } => {
                self.is_fast(github, &gate.id, measure, limits)
            }
            GateCheck::Tracker { .. }
            | GateCheck::Compatibility { .. }
            | GateCheck::Script { .. } => Ok("a job of its own says".to_owned()),
        }
    }
}

fn of_status(context: &Text, by: &[Account], status: Option<&CommitStatus>) -> (bool, String) {
    let Some(status) = status else {
        let by: Vec<&str> = by.iter().map(Account::as_str).collect();
        let who =
            if by.is_empty() { "nobody".to_owned() } else { format!("none of {}", by.join(", ")) };
        return (false, format!("{who} set the status `{context}`"));
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
