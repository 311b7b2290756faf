//! How a run ended, job by job.

use lockstep_runner::{Report, Table};
use lockstep_schemas::model::Stage;

use crate::{Jobs, Outcome};

/// How each job ended, and what to do next.
pub(crate) fn tell(jobs: &Jobs, stage: Stage, report: &mut Report) {
    let mut table = Table::new(["job", "result"]);
    for (name, job) in jobs {
        table.row([name.as_str(), job.result.id()]);
    }
    let all = |result: Outcome| -> Vec<&str> {
        jobs.iter().filter(|(_, job)| job.result == result).map(|(name, _)| name.as_str()).collect()
    };
    let (failed, cancelled) = (all(Outcome::Failure), all(Outcome::Cancelled));
    let next = match (failed.is_empty(), cancelled.is_empty(), stage) {
        (true, true, Stage::Tag | Stage::Build) => "Every job that ran succeeded.".to_owned(),
        (true, true, Stage::Publish) => {
            "Every job that ran succeeded. Nothing is left to do.".to_owned()
        }
        (true, false, _) => {
            format!("Cancelled: {}. Run the failed jobs again to go on.", cancelled.join(", "))
        }
        (false, _, Stage::Tag | Stage::Build) => format!(
            "Failed: {}. No bundle of this run is published. Each failed job says why; run the failed jobs again, or tag a new version with the change.",
            failed.join(", ")
        ),
        (false, _, Stage::Publish) => format!(
            "Failed: {}. Each failed job says why; run the failed jobs again, which goes on where this run stopped.",
            failed.join(", ")
        ),
    };
    report.line(format_args!("{table}{next}"));
    report.summarize(format_args!("{}\n{next}\n", table.markdown()));
}
