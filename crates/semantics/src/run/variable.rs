//! What nobody decides beforehand.

use lockstep_schemas::workflow::Role;

use super::{Guarded, Runs, path};
use crate::bdd::{Bdd, TRUE};
use crate::graph::Step;
use crate::value::Value;

/// What a variable stands for. All are false in a run in which nothing special happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Variable {
    /// An event started the run, and not the first of the graph.
    Event(String),
    /// An input is this.
    Input(String, String),
    /// The run was cancelled before a job, by its place, could start.
    CancelledBefore(usize),
    /// A job was cancelled, or took too long, while it ran.
    CancelledIn(usize),
    /// Something in a job failed that no promise speaks of.
    FailedIn(usize),
    /// A step of a job failed, both by their places.
    Failed(usize, usize),
    /// The matrix of a job was empty.
    Empty(usize),
    /// A job that never began is `skipped`, and not `cancelled`, though the run was.
    Skipped(usize),
    /// An output of a job is this.
    Output(usize, String, String),
    /// The output of a job which did not succeed is there all the same.
    LeftOutput(usize, String),
    /// An expression that is not looked into holds.
    Unknown(String),
}

impl Runs<'_> {
    pub(super) fn variable(&mut self, is: Variable) -> Bdd {
        // Behind those that stand at the same job.
        let place = self.beside(self.place_of(&is)) as u64;
        let mut number = place << 32;
        if let Some((last, _)) = self.variables.range(number..(place + 1) << 32).next_back() {
            number = last + 1;
        }
        self.variables.insert(number, is);
        self.table.variable(number)
    }

    /// The job beside which a variable stands. What decides whether jobs of a channel run stands beside them, and
    /// not where it is found out: else every function between would have to remember it.
    fn place_of(&self, variable: &Variable) -> usize {
        match variable {
            Variable::Event(_) | Variable::Input(..) | Variable::Unknown(_) => 0,
            Variable::CancelledBefore(job)
            | Variable::CancelledIn(job)
            | Variable::FailedIn(job)
            | Variable::Empty(job)
            | Variable::Skipped(job) => *job,
            Variable::Output(job, name, _) | Variable::LeftOutput(job, name) => {
                let output = path(&["needs", &self.graph.jobs[*job].id, "outputs", name]);
                self.first_that_asks(&output).unwrap_or(*job)
            }
            Variable::Failed(job, step) => {
                let mut asked = None;
                if let Some(condition) = &self.graph.jobs[*job].steps[*step].condition {
                    condition.compared(&mut |path, _| asked = self.first_that_asks(path));
                }
                asked.unwrap_or(*job).max(*job)
            }
        }
    }

    /// The job beside whose variables those of a job stand: of a preflight, the first that does something on its
    /// channel. All that is behind both asks for both.
    fn beside(&self, job: usize) -> usize {
        let steps = self.graph.jobs.get(job).map_or(&[][..], |job| job.steps.as_slice());
        let preflight =
            |step: &Step| step.role.channel().filter(|of| step.role == Role::Preflight(*of));
        let Some(channel) = steps.iter().find_map(preflight) else { return job };
        let is_of = |step: &Step| step.role.channel() == Some(channel) && preflight(step).is_none();
        self.graph.jobs.iter().position(|other| other.steps.iter().any(is_of)).unwrap_or(job)
    }

    /// The first job whose condition asks for an output.
    fn first_that_asks(&self, output: &[String]) -> Option<usize> {
        self.graph.jobs.iter().position(|job| {
            let mut asks = false;
            if let Some(condition) = &job.condition {
                condition.compared(&mut |path, _| asks |= path == output);
            }
            asks
        })
    }

    /// One of some values; the first where nothing special happens.
    pub(super) fn one_of(
        &mut self,
        values: Vec<Value>,
        variable: impl Fn(&Value) -> Variable,
    ) -> Guarded {
        let mut rest = TRUE;
        let mut guarded = Vec::new();
        for value in values.iter().skip(1) {
            let is = self.variable(variable(value));
            guarded.push((self.table.and(rest, is), value.clone()));
            let not = self.table.not(is);
            rest = self.table.and(rest, not);
        }
        if let Some(first) = values.into_iter().next() {
            guarded.insert(0, (rest, first));
        }
        guarded
    }
}
