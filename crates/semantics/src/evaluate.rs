//! One run of a graph, as far as it is decided: how each job can end.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lockstep_schemas::workflow::JobResult;

use crate::bdd::FALSE;
use crate::graph::Graph;
use crate::run::{Runs, Variable};

/// What is known of a run beforehand.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The event that starts it; the first of the graph where none is named.
    pub event: Option<String>,
    /// Inputs by name.
    pub inputs: BTreeMap<String, String>,
    /// The jobs in which something fails.
    pub fails: BTreeSet<String>,
    /// The jobs that are cancelled while they run.
    pub cancelled: BTreeSet<String>,
    /// The job before which the run is cancelled.
    pub cancelled_before: Option<String>,
    /// Outputs by job and name.
    pub outputs: BTreeMap<(String, String), String>,
}

/// How a job can end: in one way where that is decided, in several where the documentation is silent.
pub type Outcome = BTreeMap<String, BTreeSet<JobResult>>;

/// How the jobs of a graph end.
#[must_use]
pub fn evaluate(graph: &Graph, given: &Given) -> Outcome {
    let mut runs = Runs::of(graph);
    let values: HashMap<u64, bool> = runs
        .variables
        .iter()
        .filter_map(|(at, variable)| Some((*at, decided(graph, given, variable)?)))
        .collect();
    let mut outcome = Outcome::new();
    for (place, job) in graph.jobs.iter().enumerate() {
        let results = JobResult::ALL.into_iter().filter(|result| {
            let when = runs.result(place, *result);
            runs.table.restricted(when, &values) != FALSE
        });
        outcome.insert(job.id.clone(), results.collect());
    }
    outcome
}

/// Whether a variable is true in a run; nothing where that is not decided.
fn decided(graph: &Graph, given: &Given, variable: &Variable) -> Option<bool> {
    let id = |place: &usize| &graph.jobs[*place].id;
    match variable {
        Variable::Event(event) => Some(given.event.as_ref() == Some(event)),
        Variable::Input(name, value) => Some(given.inputs.get(name) == Some(value)),
        Variable::CancelledBefore(job) => Some(given.cancelled_before.as_ref() == Some(id(job))),
        Variable::CancelledIn(job) => Some(given.cancelled.contains(id(job))),
        Variable::FailedIn(job) => Some(given.fails.contains(id(job))),
        Variable::Failed(job, step) => {
            let step = &graph.jobs[*job].steps[*step];
            Some(given.fails.contains(&format!("{}/{}", id(job), step.name)))
        }
        Variable::Output(job, name, value) => {
            let said = given.outputs.get(&(id(job).clone(), name.clone()));
            Some(said == Some(value))
        }
        Variable::Empty(_)
        | Variable::Skipped(_)
        | Variable::LeftOutput(..)
        | Variable::Unknown(_) => None,
    }
}
