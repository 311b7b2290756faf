//! Puts the results and receipts of a run together, and files an issue for each gate that failed.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use indexmap::IndexMap;
use lockstep_runner::inputs::{Mode, Receipt};
use lockstep_runner::{Action, Failure, Program, Report, Secret, Table};
use lockstep_schemas::diagnostic::Rule;
use serde::Deserialize;

/// Puts together what happened, and files what stopped a release.
#[derive(Debug, Parser)]
#[command(name = "report-blocker", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// What is put together: how a `build` or `publish` run ended, or what it `announce`s that it would publish.
    #[arg(long)]
    pub stage: ReportStage,
    /// The results of all jobs, as `toJSON(needs)` gives them.
    #[arg(long)]
    pub needs: String,
    /// The inputs of the dispatch, as a JSON object.
    #[arg(long, default_value = "{}")]
    pub inputs: String,
    /// `live` files issues; `rehearsal` says which it would file.
    #[arg(long)]
    pub mode: Mode,
    /// The folder of the receipts.
    #[arg(long, default_value = "lockstep/receipts")]
    pub receipts: PathBuf,
    /// The receipt.
    #[command(flatten)]
    pub receipt: Receipt,
}

/// What is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportStage {
    /// How a run that builds ended.
    Build,
    /// What a run is about to publish.
    Announce,
    /// How a run that publishes ended.
    Publish,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("receipt", "The receipt that was written")];
    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "GITHUB_TOKEN",
        description: "The token that files issues",
    }];
}

/// A job as [`needs`](https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context) has it.
#[derive(Debug, Deserialize)]
struct Job {
    result: String,
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let jobs: IndexMap<String, Job> = serde_json::from_str(&self.needs).map_err(|error| {
            Failure::new(
                Rule::WrongInput,
                format!("`needs` is not what `toJSON(needs)` gives: {error}"),
            )
        })?;
        match self.stage {
            ReportStage::Build | ReportStage::Publish => {
                ended(&jobs, self.stage, report);
                Ok(())
            }
            ReportStage::Announce => {
                Err(Failure::new(Rule::NotYet, "this version of Lockstep cannot publish yet"))
            }
        }
    }
}

/// How each job ended, and what to do next.
fn ended(jobs: &IndexMap<String, Job>, stage: ReportStage, report: &mut Report) {
    let mut table = Table::new(["job", "result"]);
    for (name, job) in jobs {
        table.row([name.as_str(), job.result.as_str()]);
    }
    let all = |result: &str| -> Vec<&str> {
        jobs.iter().filter(|(_, job)| job.result == result).map(|(name, _)| name.as_str()).collect()
    };
    let (failed, cancelled) = (all("failure"), all("cancelled"));
    let next = match (failed.is_empty(), cancelled.is_empty(), stage) {
        (true, true, ReportStage::Build) => "Every job that ran succeeded.".to_owned(),
        (true, true, ReportStage::Publish | ReportStage::Announce) => {
            "Every job that ran succeeded. Nothing is left to do.".to_owned()
        }
        (true, false, _) => {
            format!("Cancelled: {}. Run the failed jobs again to go on.", cancelled.join(", "))
        }
        (false, _, ReportStage::Build) => format!(
            "Failed: {}. No bundle of this run is published. Each failed job says why; run the failed jobs again, or tag a new version with the change.",
            failed.join(", ")
        ),
        (false, _, ReportStage::Publish | ReportStage::Announce) => format!(
            "Failed: {}. Each failed job says why; run the failed jobs again, which goes on where this run stopped.",
            failed.join(", ")
        ),
    };
    report.line(format_args!("{table}{next}"));
    report.summarize(format_args!("{}\n{next}\n", table.markdown()));
}
