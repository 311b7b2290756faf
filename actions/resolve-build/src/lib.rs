//! Resolves what a release is made of, and fails where a gate is not open.

mod build;
mod gate;
mod provenance;
mod publish;
mod snapshot;
mod tag;
mod used_up;
mod waivers;

use std::fs;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use indexmap::IndexMap;
use lockstep_files::json;
use lockstep_github::GitHub;
use lockstep_runner::inputs::{ATTESTATION, ProjectPlan, Receipt};
use lockstep_runner::{Action, Failure, Program, Report, Secret, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::receipt::{self, RunRecord};

/// Resolves tag, commit, sources and build run, and checks the gates.
#[derive(Debug, Parser)]
#[command(name = "resolve-build", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// What is resolved: `build`, `publish`, a `gate` that is a script, or the `provenance` of a downloaded bundle; or to
    /// `record` that one is published.
    #[arg(long)]
    pub stage: ResolvedStage,
    /// The inputs of the dispatch, or of `gate`, `provenance` and `record` what was resolved before, as a JSON object.
    #[arg(long, default_value = "{}")]
    pub inputs: String,
    /// A snapshot of a pull request is wanted where it changes one of these paths, separated by spaces: `*` stands for any
    /// text of one part, and `**` for any parts. Without them, it always is.
    #[arg(long, default_value = "")]
    pub paths: String,
    /// The folder of the bundle whose provenance is proved.
    #[arg(long, default_value = "lockstep/bundle")]
    pub bundle: PathBuf,
    /// Where the attestation goes that proves the provenance, for whoever hands it on.
    #[arg(long, default_value = ATTESTATION)]
    pub attestation: PathBuf,
    /// The gate whose script is run.
    #[arg(long, default_value = "")]
    pub gate: String,
    /// The receipt.
    #[command(flatten)]
    pub receipt: Receipt,
}

/// What is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResolvedStage {
    /// What a build is made of.
    Build,
    /// The build run of a release, and what is published where.
    Publish,
    /// Whether a gate that is a script is open.
    Gate,
    /// The provenance of a downloaded bundle.
    Provenance,
    /// That this run begins to publish a bundle.
    Record,
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-publish";

    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("tag", "The release's tag; of a snapshot nothing"),
        ("version", "The version of the release or of the snapshot"),
        ("commit", "The commit of the release or of the snapshot"),
        ("sources", "Ref and commit of each source, as a JSON object"),
        ("channels", "The channels that the release ships to, separated by spaces"),
        ("waived", "The gates that are let go, as a JSON list"),
        ("wanted", "`true` where a snapshot is wanted, else `false`"),
        ("run-id", "The id of the build run"),
        ("upload", "The name of the bundle among what the build run uploaded"),
        ("attested", "The SHA-256 of the attestation that proves the provenance"),
        ("admitted", "`true` where the environments admit this run, else `false`"),
        ("github-release", "`true` where the release ships to the GitHub release, else `false`"),
        ("npm", "`true` where the release ships to npm, else `false`"),
        ("pypi", "`true` where the release ships to PyPI, else `false`"),
        ("crates-io", "`true` where the release ships to crates.io, else `false`"),
        ("homebrew", "`true` where the release ships to Homebrew, else `false`"),
        ("cargo-binstall", "`true` where the release ships to cargo-binstall, else `false`"),
    ];
    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "GITHUB_TOKEN",
        description: "The token that reads runs, statuses, issues and attestations; to `record`, it sets a status",
    }];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan = json::read_plan(&self.plan.plan)?;
        match self.stage {
            ResolvedStage::Build => build::resolve(self, &plan, report),
            ResolvedStage::Publish => publish::resolve(self, &plan, report),
            ResolvedStage::Gate => gate::ask(self, &plan, report),
            ResolvedStage::Provenance => provenance::prove(self, &plan, report),
            ResolvedStage::Record => publish::earlier::record(self, &plan, report),
        }
    }
}

impl Inputs {
    /// The inputs of the dispatch. A push has none: `null`, or each of them empty.
    fn dispatched(&self) -> Result<IndexMap<String, serde_json::Value>, Failure> {
        let inputs: Option<_> = serde_json::from_str(&self.inputs).map_err(|error| {
            Failure::new(Rule::WrongInput, format!("`inputs` is not a JSON object: {error}"))
        })?;
        Ok(inputs.unwrap_or_default())
    }
}

/// A variable of the environment that is not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The API of the GitHub that this run is of, or the public one.
fn github(plan: &Plan) -> Result<GitHub<'static>, Diagnostic> {
    GitHub::of_environment(plan.project.repository.clone(), &tell)
}

/// The run that this is, where it is one.
fn this_run() -> Option<RunRecord> {
    let id = variable("GITHUB_RUN_ID")?.parse().ok()?;
    let attempt = variable("GITHUB_RUN_ATTEMPT").and_then(|attempt| attempt.parse().ok());
    Some(RunRecord { id, attempt: attempt.unwrap_or(1) })
}

fn write(asked: &Inputs, receipt: &receipt::Receipt) -> Result<(), Diagnostic> {
    let folder = &asked.receipt.receipt;
    fs::create_dir_all(folder).map_err(|error| {
        let message = format!("the receipt's folder cannot be made: {error}");
        Diagnostic::new(Rule::FileUnwritable, message).in_file(folder.shown())
    })?;
    json::write(&folder.join(receipt::FILE), receipt)
}
