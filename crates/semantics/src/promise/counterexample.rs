//! The run that breaks a promise, in words.

use std::fmt;

use lockstep_schemas::workflow::JobResult;

use super::proof::Proof;
use crate::bdd::TRUE;
use crate::run::Variable;

/// A run that breaks a promise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counterexample {
    /// What started it, and with what.
    pub given: Vec<String>,
    /// What happens in it that is not as it should be.
    pub happens: Vec<String>,
    /// How each job that matters ends.
    pub jobs: Vec<(String, JobResult)>,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given =
            if self.given.is_empty() { "as usual".to_owned() } else { self.given.join(", ") };
        writeln!(f, "started: {given}")?;
        for what in &self.happens {
            writeln!(f, "then: {what}")?;
        }
        let width = self.jobs.iter().map(|(job, _)| job.len()).max().unwrap_or_default();
        for (job, result) in &self.jobs {
            writeln!(f, "  {job:width$}  {}", result.id())?;
        }
        Ok(())
    }
}

impl Proof<'_> {
    /// What happens where these variables alone are true.
    pub(super) fn counterexample(&mut self, fewest: &[u64], job: Option<usize>) -> Counterexample {
        let mut example = Counterexample::default();
        for at in fewest {
            let Some(variable) = self.runs.variables.get(at) else { continue };
            let (is_given, words) = self.in_words(variable);
            if is_given { example.given.push(words) } else { example.happens.push(words) }
        }
        let values = self.runs.variables.keys().map(|at| (*at, fewest.contains(at))).collect();
        let mut wanted = Vec::new();
        for job in job.into_iter().chain(self.also) {
            self.and_before(job, &mut wanted);
        }
        for place in wanted {
            for result in JobResult::ALL {
                let when = self.runs.result(place, result);
                if self.runs.table.restricted(when, &values) == TRUE {
                    example.jobs.push((self.id(place).to_owned(), result));
                }
            }
        }
        example
    }

    /// A job and all that it needs, however far.
    fn and_before(&self, job: usize, found: &mut Vec<usize>) {
        // Each once: there are far more ways to a job than jobs.
        if found.contains(&job) {
            return;
        }
        for need in &self.runs.graph.jobs[job].needs {
            self.and_before(*need, found);
        }
        found.push(job);
    }

    fn in_words(&self, variable: &Variable) -> (bool, String) {
        let job = |place: &usize| self.id(*place);
        match variable {
            Variable::Event(event) => (true, format!("by {event}")),
            Variable::Input(name, value) => (true, format!("{name}: {value}")),
            Variable::CancelledBefore(at) => {
                (false, format!("the run is cancelled before `{}` starts", job(at)))
            }
            Variable::CancelledIn(at) => {
                (false, format!("`{}` is cancelled, or takes too long", job(at)))
            }
            Variable::FailedIn(at) => (false, format!("`{}` fails", job(at))),
            Variable::Failed(at, step) => {
                let name = &self.runs.graph.jobs[*at].steps[*step].name;
                (false, format!("`{name}` fails in `{}`", job(at)))
            }
            Variable::Empty(at) => (false, format!("the matrix of `{}` is empty", job(at))),
            Variable::Skipped(at) => (false, format!("`{}` counts as skipped", job(at))),
            Variable::Output(at, name, value) => {
                (false, format!("`{}` puts out {name}: {value}", job(at)))
            }
            Variable::LeftOutput(at, name) => {
                (false, format!("`{}` put out {name} before it failed", job(at)))
            }
            Variable::Unknown(text) => (false, format!("{text} is true")),
        }
    }
}
