//! How a run ended, job by job.

use std::path::Path;

use lockstep_receipts::{below, deliveries, delivery_table, files, in_a_sentence, table};
use lockstep_runner::{Report, Table};
use lockstep_schemas::model::Stage;

use crate::pending::Pending;
use crate::{Jobs, Outcome};

/// How each job ended, and what to do next.
pub(crate) fn tell(jobs: &Jobs, stage: Stage, pending: &Pending, report: &mut Report) {
    let mut table = Table::new(["job", "result"]);
    for (name, job) in jobs {
        table.row([name.as_str(), job.result.id()]);
    }
    let all = |result: Outcome| -> Vec<&str> {
        jobs.iter().filter(|(_, job)| job.result == result).map(|(name, _)| name.as_str()).collect()
    };
    let (failed, cancelled) = (all(Outcome::Failure), all(Outcome::Cancelled));
    let is_waiting = failed.iter().all(|name| pending.is(name, &jobs[*name]));
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
        (false, true, Stage::Publish) if is_waiting => format!(
            "Waiting: {}. The log of each says for whom or for what. When that is done, run the failed jobs again, which goes on where this run stopped.",
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

/// What each channel has of each file, and what users got of it, by the receipts of the jobs. A run that stopped before it looked at any has none.
pub(crate) fn show_files(receipts: &Path, report: &mut Report) {
    if !receipts.is_dir() {
        return;
    }
    let Some(receipts) = report.found(below(receipts)) else { return };
    let (files, deliveries) = (files(&receipts), deliveries(&receipts));
    if !files.is_empty() {
        let (table, sentence) = (table(&files), in_a_sentence(&files));
        report.line(format_args!("{table}{sentence}"));
        report.summarize(format_args!("\n{}\n{sentence}\n", table.markdown()));
    }
    if !deliveries.is_empty() {
        let table = delivery_table(&deliveries);
        report.line(table.to_string().trim_end());
        report.summarize(format_args!("\n{}", table.markdown()));
    }
}
