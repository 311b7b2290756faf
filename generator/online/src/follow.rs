//! A run, followed to its end.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use lockstep_github::{Conclusion, GitHub, Job, RunStatus};
use lockstep_runner::protocol::server;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;

/// How long there is between two looks, at first and at most.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(15);

/// Where a run's page is.
pub(crate) fn page(plan: &Plan, run: u64) -> String {
    format!("{}/{}/actions/runs/{run}", server(), plan.project.repository)
}

/// Says of each job how it ended, and of the run where it waits, until it has ended.
pub(crate) fn to_its_end(github: &GitHub<'_>, id: u64, report: &mut Report) -> Result<(), Failure> {
    let mut told = BTreeSet::new();
    let mut waited_for = Vec::new();
    let mut pause = FIRST;
    loop {
        let run = github.run(id).map_err(Diagnostic::from)?;
        let jobs = github.jobs(id, run.run_attempt).map_err(Diagnostic::from)?;
        github.renew_patience();
        for job in &jobs {
            if let Some(ended) = job.conclusion
                && told.insert(job.id)
            {
                report.line(format_args!("{} {}", job.name, ended.in_words()));
            }
        }
        if run.status == Some(RunStatus::Completed) {
            ended(id, run.conclusion, &jobs, report);
            return Ok(());
        }
        let waits_for = github.waits_for(id).map_err(Diagnostic::from)?;
        if waits_for != waited_for && !waits_for.is_empty() {
            let places = waits_for.join(", ");
            report.line(format_args!("somebody must approve {places}: {}", run.html_url));
        }
        waited_for = waits_for;
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST);
    }
}

/// How a run ended.
fn ended(id: u64, conclusion: Option<Conclusion>, jobs: &[Job], report: &mut Report) {
    if conclusion == Some(Conclusion::Success) {
        report.line("the run succeeded");
        return;
    }
    let words = conclusion.map_or("did not succeed", Conclusion::in_words);
    let is_bad =
        |job: &&Job| matches!(job.conclusion, Some(Conclusion::Failure | Conclusion::TimedOut));
    let failed: Vec<&str> = jobs.iter().filter(is_bad).map(|job| job.name.as_str()).collect();
    let of = if failed.is_empty() { String::new() } else { format!(": {}", failed.join(", ")) };
    let problem = Diagnostic::new(Rule::RunFailed, format!("the run {words}{of}"));
    report.problem(problem.with_remedy(format!(
        "each failed job says why: gh run view {id} --log-failed. Then go on where it stopped: gh run rerun {id} --failed"
    )));
}
