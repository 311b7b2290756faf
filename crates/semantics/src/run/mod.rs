//! Every run of a graph at once: what happens in it, as functions of what nobody decides beforehand.
//!
//! The rules are GitHub's, each with its page; where the documentation is silent, both can happen.

mod context;
mod value;
mod variable;

use std::collections::{BTreeMap, HashMap};

use lockstep_schemas::workflow::{JobResult, Role};

pub use variable::Variable;

use crate::bdd::{Bdd, FALSE, TRUE, Table};
use crate::expression::{RESULTS, Status};
use crate::graph::{Graph, Job};
use crate::value::Value;

/// Every run of a graph.
#[derive(Debug)]
pub struct Runs<'g> {
    /// The graph.
    pub graph: &'g Graph,
    /// Its functions.
    pub table: Table,
    /// What its variables stand for, by their numbers.
    pub variables: BTreeMap<u64, Variable>,
    /// What happens to its jobs.
    pub jobs: Vec<JobRuns>,
    unknown: HashMap<String, Bdd>,
    contexts: HashMap<Vec<String>, Guarded>,
    literals: BTreeMap<Vec<String>, Vec<String>>,
    asks_for_failure: bool,
}

/// A value that differs from run to run: what it is, and when.
type Guarded = Vec<(Bdd, Value)>;

/// What happens to a job.
#[derive(Debug, Clone)]
pub struct JobRuns {
    /// When it starts.
    pub starts: Bdd,
    /// When it succeeds, as other jobs see it.
    pub succeeds: Bdd,
    /// What happens to its steps.
    pub steps: Vec<StepRuns>,
    /// When nothing in it fails, should it start.
    well: Bdd,
    /// When it is stopped while it runs.
    stopped: Bdd,
    /// When others see that it failed.
    seen: Bdd,
    /// When it counts as skipped, though the run was cancelled before it began.
    skipped: Bdd,
    /// When the run was cancelled before it could start.
    cancelled: Bdd,
    /// When all jobs before it, however far, succeeded.
    before_succeeded: Bdd,
    /// When one of them failed.
    before_failed: Bdd,
}

impl JobRuns {
    /// When the run was cancelled before it could start.
    pub fn cancelled(&self) -> Bdd {
        self.cancelled
    }
}

/// What happens to a step.
#[derive(Debug, Clone, Copy)]
pub struct StepRuns {
    /// When it starts.
    pub starts: Bdd,
    /// When it succeeds by itself, whatever the job makes of that.
    pub succeeds: Bdd,
}

/// What a condition is asked in.
struct Scope {
    job: usize,
    succeeded: Bdd,
    failed: Bdd,
    cancelled: Bdd,
    /// What happened to the steps before, by their ids.
    steps: HashMap<String, StepRuns>,
}

impl<'g> Runs<'g> {
    /// Every run of a graph.
    #[must_use]
    pub fn of(graph: &'g Graph) -> Self {
        let mut runs = Self {
            graph,
            table: Table::default(),
            variables: BTreeMap::new(),
            jobs: Vec::new(),
            unknown: HashMap::new(),
            contexts: HashMap::new(),
            literals: literals(graph),
            asks_for_failure: graph
                .jobs
                .iter()
                .filter_map(|job| job.condition.as_ref())
                .any(|condition| condition.calls(Status::Failure)),
        };
        runs.event();
        for (place, job) in graph.jobs.iter().enumerate() {
            runs.job(place, job);
        }
        runs
    }

    fn job(&mut self, place: usize, job: &Job) {
        let mut cancelled = FALSE;
        // A failure or skip holds for all jobs behind it, however far
        // (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds).
        let mut succeeded = TRUE;
        let mut failed = FALSE;
        for need in &job.needs {
            let before = &self.jobs[*need];
            let (success, before_succeeded) = (before.succeeds, before.before_succeeded);
            let (before_cancelled, before_failed) = (before.cancelled, before.before_failed);
            succeeded = self.table.all([succeeded, success, before_succeeded]);
            cancelled = self.table.or(cancelled, before_cancelled);
            // Only `failure()` asks for it, which few conditions of jobs call.
            if self.asks_for_failure {
                let failure = self.result(*need, JobResult::Failure);
                failed = self.table.any([failed, failure, before_failed]);
            }
        }
        let just_now = self.variable(Variable::CancelledBefore(place));
        cancelled = self.table.or(cancelled, just_now);
        let mut scope = Scope { job: place, succeeded, failed, cancelled, steps: HashMap::new() };
        let mut starts = self.condition(job.condition.as_ref(), &scope);
        if job.may_be_empty {
            let empty = self.variable(Variable::Empty(place));
            let some = self.table.not(empty);
            starts = self.table.and(starts, some);
        }
        let (steps, ended_well) = self.steps(place, job, starts, &mut scope);
        let stopped = self.variable(Variable::CancelledIn(place));
        let elsewhere = self.variable(Variable::FailedIn(place));
        let nothing_else = self.table.not(elsewhere);
        let well = self.table.and(ended_well, nothing_else);
        let went_on = self.table.not(stopped);
        // Of a job whose failure is not the run's, others may see either
        // (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idcontinue-on-error).
        let seen = if job.continues {
            self.unknown(&format!("failure of {} is seen", job.id))
        } else {
            TRUE
        };
        let hidden = self.table.not(seen);
        let looks_well = self.table.or(well, hidden);
        let succeeds = self.table.all([starts, went_on, looks_well]);
        let skipped = self.skipped(place, job);
        let happens = JobRuns {
            starts,
            succeeds,
            steps,
            well,
            stopped,
            seen,
            skipped,
            cancelled,
            before_succeeded: succeeded,
            before_failed: failed,
        };
        self.jobs.push(happens);
        self.outputs(place, job);
    }

    /// Which of the two a job is that never began in a cancelled run, matters where somebody asks.
    fn skipped(&mut self, place: usize, job: &Job) -> Bdd {
        let at = path(&["needs", &job.id, "result"]);
        let tells_apart = |text: &String| text == "skipped" || text == "cancelled";
        let asked = [at, path(&RESULTS)];
        let is_asked =
            asked.iter().filter_map(|at| self.literals.get(at)).flatten().any(tells_apart);
        if is_asked { self.variable(Variable::Skipped(place)) } else { FALSE }
    }

    /// When a job ends so, as other jobs see it.
    pub fn result(&mut self, job: usize, is: JobResult) -> Bdd {
        let JobRuns { starts, succeeds, well, stopped, seen, skipped, cancelled, .. } =
            self.jobs[job];
        match is {
            JobResult::Success => succeeds,
            JobResult::Failure => {
                let went_on = self.table.not(stopped);
                let not_well = self.table.not(well);
                self.table.all([starts, went_on, not_well, seen])
            }
            JobResult::Cancelled => {
                let never = self.table.not(starts);
                let not_skipped = self.table.not(skipped);
                let never_began = self.table.all([never, cancelled, not_skipped]);
                let stopped = self.table.and(starts, stopped);
                self.table.or(never_began, stopped)
            }
            JobResult::Skipped => {
                let never = self.table.not(starts);
                let running = self.table.not(cancelled);
                let is_skipped = self.table.or(running, skipped);
                self.table.and(never, is_skipped)
            }
        }
    }

    /// What happens to the steps of a job, and when none of them failed it.
    fn steps(
        &mut self,
        place: usize,
        job: &Job,
        starts: Bdd,
        scope: &mut Scope,
    ) -> (Vec<StepRuns>, Bdd) {
        scope.succeeded = TRUE;
        scope.failed = FALSE;
        // A step asks for the job's status, which is not cancelled where the job began after the run was
        // (https://github.com/actions/runner/blob/main/src/Runner.Worker/Expressions/CancelledFunction.cs).
        scope.cancelled = FALSE;
        let mut happened = Vec::with_capacity(job.steps.len());
        for (at, step) in job.steps.iter().enumerate() {
            let when = self.condition(step.condition.as_ref(), scope);
            let runs = self.table.and(starts, when);
            // Of a step that nothing speaks of, that it failed is a failure of the job; unless a report waits behind it.
            let reports = job.steps[at..].iter().any(|later| later.role == Role::Report);
            let counts = step.role != Role::Plain || step.id.is_some() || reports;
            let fails = if counts { self.variable(Variable::Failed(place, at)) } else { FALSE };
            let well = self.table.not(fails);
            let succeeds = self.table.and(runs, well);
            if !step.continues {
                // A step's conclusion, and not its outcome, is the job's
                // (https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#steps-context).
                let failed = self.table.and(when, fails);
                scope.failed = self.table.or(scope.failed, failed);
                scope.succeeded = self.table.not(scope.failed);
            }
            let step_runs = StepRuns { starts: runs, succeeds };
            if let Some(id) = &step.id {
                scope.steps.insert(id.to_lowercase(), step_runs);
            }
            happened.push(step_runs);
        }
        (happened, scope.succeeded)
    }
}

fn path(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| part.to_lowercase()).collect()
}

/// The texts that values of contexts are compared with, in the whole graph.
fn literals(graph: &Graph) -> BTreeMap<Vec<String>, Vec<String>> {
    let mut literals: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    let conditions = graph.jobs.iter().flat_map(|job| {
        job.condition.iter().chain(job.steps.iter().filter_map(|step| step.condition.as_ref()))
    });
    for condition in conditions {
        condition.compared(&mut |path, text| {
            let known = literals.entry(path.to_vec()).or_default();
            if !text.is_empty() && !known.iter().any(|known| known.eq_ignore_ascii_case(text)) {
                known.push(text.to_owned());
            }
        });
    }
    literals
}
