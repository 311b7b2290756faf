//! Puts the results and receipts of a run together, and files an issue for each gate that failed.

mod announce;
mod ended;
mod excerpt;
mod stopped;
mod tracker;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use indexmap::IndexMap;
use lockstep_runner::inputs::{Mode, Receipt};
use lockstep_runner::{Action, Failure, Program, Report, Secret};
use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::Stage;
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
    /// The bundle that is about to be published.
    #[arg(long, default_value = "lockstep/bundle")]
    pub bundle: PathBuf,
    /// The title of the issue that what stops a release is filed under; `{tag}` stands for the release's tag. Without it
    /// nothing is filed.
    #[arg(long, default_value = "", requires = "label")]
    pub epic: String,
    /// The label of that issue, and of those under it.
    #[arg(long, default_value = "")]
    pub label: String,
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
    result: Outcome,
    #[serde(default)]
    outputs: Option<IndexMap<String, String>>,
}

impl Job {
    /// What it put out under a name.
    fn output(&self, name: &str) -> Option<&str> {
        self.outputs.as_ref()?.get(name).map(String::as_str)
    }
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Success,
    Failure,
    Cancelled,
    Skipped,
}

impl Outcome {
    fn id(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }
}

type Jobs = IndexMap<String, Job>;

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let jobs: Jobs = serde_json::from_str(&self.needs).map_err(|error| {
            let what = format!("`needs` is not what `toJSON(needs)` gives: {error}");
            Failure::new(Rule::WrongInput, what)
        })?;
        let stage = match self.stage {
            ReportStage::Announce => return Ok(announce::write(self, &jobs, report)?),
            ReportStage::Build => Stage::Build,
            ReportStage::Publish => Stage::Publish,
        };
        ended::tell(&jobs, stage, report);
        if self.epic.is_empty() {
            return Ok(());
        }
        let found = stopped::by(self, stage, &jobs)?;
        match self.mode {
            Mode::Rehearsal => found.tell(report),
            Mode::Live => tracker::file(self, &found, report)?,
        }
        Ok(())
    }
}

/// A variable of the environment that is not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
