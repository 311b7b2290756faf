//! Puts the results and receipts of a run together, and files an issue for each gate that failed.

mod announce;
mod ended;
mod pending;
mod stopped;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use indexmap::IndexMap;
use lockstep_blockers::{Place, took_too_long};
use lockstep_github::GitHub;
use lockstep_runner::inputs::{Mode, Receipt};
use lockstep_runner::protocol::server;
use lockstep_runner::{Action, Failure, Program, Report, Secret, tell};
use lockstep_schemas::blocker::FoundIn;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::Stage;
use lockstep_schemas::strings::Repository;
use serde::Deserialize;

use crate::pending::Pending;

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
    /// The project keeps its blockers itself: what stopped a release is written down for `lockstep blockers file`.
    #[arg(long)]
    pub tracker: bool,
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
    const FILE: &'static str = "lockstep-publish";

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
        let pending = match stage {
            Stage::Publish => report.found(Pending::of(&self.receipts)).unwrap_or_default(),
            Stage::Tag | Stage::Build => Pending::default(),
        };
        ended::tell(&jobs, stage, &pending, report);
        if stage == Stage::Publish {
            ended::show_files(&self.receipts, report);
        }
        if self.epic.is_empty() && !self.tracker {
            return Ok(());
        }
        let run = this_run();
        let is_live = self.mode == Mode::Live && !self.epic.is_empty();
        let github = is_live.then(github).transpose()?;
        let was_cancelled = jobs.values().any(|job| job.result == Outcome::Cancelled);
        let took_too_long = match (&github, &run) {
            (Some(github), Some(run)) if was_cancelled => took_too_long(github, run)?,
            _ => false,
        };
        let findings = stopped::by(self, stage, &jobs, run, took_too_long, pending)?;
        if let Some(github) = github {
            let place = Place { epic: &self.epic, label: &self.label };
            return lockstep_blockers::file(&github, place, &findings, report);
        }
        stopped::keep(&findings, &self.receipt.receipt, report)
    }
}

/// The run that this is, where it is one.
fn this_run() -> Option<FoundIn> {
    let id = variable("GITHUB_RUN_ID")?.parse().ok()?;
    let attempt = variable("GITHUB_RUN_ATTEMPT").and_then(|attempt| attempt.parse().ok());
    let repository = variable("GITHUB_REPOSITORY")?;
    let page = format!("{}/{repository}/actions/runs/{id}", server());
    Some(FoundIn { id, attempt: attempt.unwrap_or(1), page })
}

fn github() -> Result<GitHub<'static>, Diagnostic> {
    let repository: Option<Repository> =
        variable("GITHUB_REPOSITORY").and_then(|name| name.parse().ok());
    let repository = repository.ok_or_else(|| {
        Diagnostic::new(Rule::WrongInput, "no repository is known to file issues in")
            .with_remedy("set GITHUB_REPOSITORY: `owner/name`")
    })?;
    GitHub::of_environment(repository, &tell)
}

/// A variable of the environment that is not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
