//! Resolves what a release is made of, and fails where a gate is not open.

mod gates;
mod publish;
mod snapshot;
mod tag;

use std::path::Path;

use clap::{Parser, ValueEnum};
use indexmap::IndexMap;
use lockstep_clients::git::{self, checked_out};
use lockstep_files::json;
use lockstep_runner::inputs::ProjectPlan;
use lockstep_runner::{Action, Failure, Program, Report, Secret};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::ResolvedSource;
use lockstep_schemas::model::Stage;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{CommitSha, GitRef, Version};

use gates::Release;
use publish::{Dispatch, Run};

/// Resolves tag, commit, sources and build run, and checks the gates.
#[derive(Debug, Parser)]
#[command(name = "resolve-build", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// What is resolved: `build`, `publish`, or the `provenance` of a downloaded bundle.
    #[arg(long)]
    pub stage: ResolvedStage,
    /// The inputs of the dispatch, as a JSON object.
    #[arg(long, default_value = "{}")]
    pub inputs: String,
    /// A snapshot of a pull request is wanted where it changes one of these paths, separated by spaces: `*` stands for any
    /// text of one part, and `**` for any parts. Without them, it always is.
    #[arg(long, default_value = "")]
    pub paths: String,
}

/// What is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResolvedStage {
    /// What a build is made of.
    Build,
    /// The build run of a release, and what is published where.
    Publish,
    /// The provenance of a downloaded bundle.
    Provenance,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("tag", "The release's tag; of a snapshot nothing"),
        ("version", "The version of the release or of the snapshot"),
        ("commit", "The commit of the release or of the snapshot"),
        ("sources", "Ref and commit of each source, as a JSON object"),
        ("channels", "The channels that the release ships to, separated by spaces"),
        ("waived", "The gates that are let go, as a JSON list"),
        ("wanted", "`true` where a snapshot is wanted, else `false`"),
        ("run-id", "The id of the build run"),
        ("bundle", "The name of the bundle among what the build run uploaded"),
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
        description: "The token that reads runs, statuses, issues and attestations",
    }];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan = json::read_plan(&self.plan.plan)?;
        match self.stage {
            ResolvedStage::Build => self.build(&plan, report),
            ResolvedStage::Publish => self.publish(&plan, report),
            ResolvedStage::Provenance => Err(not_yet()),
        }
    }
}

fn not_yet() -> Failure {
    Failure::new(Rule::NotYet, "this version of Lockstep cannot publish yet")
}

impl Inputs {
    /// The inputs of the dispatch. A push has none: `null`, or each of them empty.
    fn dispatched(&self) -> Result<IndexMap<String, serde_json::Value>, Failure> {
        let inputs: Option<_> = serde_json::from_str(&self.inputs).map_err(|error| {
            Failure::new(Rule::WrongInput, format!("`inputs` is not a JSON object: {error}"))
        })?;
        Ok(inputs.unwrap_or_default())
    }

    fn publish(&self, plan: &Plan, report: &mut Report) -> Result<(), Failure> {
        let inputs = self.dispatched()?;
        let dispatch = Dispatch::of(plan, &inputs);
        let Some(run) = report.found(dispatch.run()) else { return Ok(()) };
        match &run {
            Run::OfTag(tag) => {
                let commit = report.found(commit());
                if let Some(commit) = commit {
                    report.found(tag::leads_to(plan, tag, &commit));
                }
            }
            Run::Rehearsal => report.line(format_args!(
                "A rehearsal that is not of a tag: no environment admits it, so no credential is tried."
            )),
            Run::Recovery(reason) => report.line(format_args!(
                "A recovery: {reason}. These environments must admit this branch: {}.",
                dispatch.environments().join(", ")
            )),
        }
        if report.has_problems() {
            return Ok(());
        }
        report.output("admitted", !matches!(run, Run::Rehearsal));
        Err(not_yet())
    }

    fn build(&self, plan: &Plan, report: &mut Report) -> Result<(), Failure> {
        let inputs = self.dispatched()?;
        let input = |name: &str| inputs.get(name)?.as_str().filter(|value| !value.is_empty());
        let commit = report.found(commit());
        let built = if let Some(git_ref) = snapshot::git_ref(input("tag")) {
            let wanted =
                report.found(snapshot::is_wanted(&git_ref, &self.paths)).unwrap_or_default();
            report.output("wanted", wanted);
            snapshot::of_run(plan, &git_ref, report).map(|version| (String::new(), version))
        } else {
            release(plan, input("tag"), commit.as_ref(), report)
        };
        let mut sources = IndexMap::new();
        for source in &plan.sources {
            let given = source.git_ref.input.as_ref().and_then(|name| input(name.as_str()));
            let git_ref = given.map_or_else(
                || Ok(source.git_ref.default.clone()),
                |given| {
                    given.parse::<GitRef>().map_err(|error| {
                        Diagnostic::new(
                            Rule::WrongInput,
                            format!("source `{}`: {error}", source.name),
                        )
                    })
                },
            );
            let Some(git_ref) = report.found(git_ref) else { continue };
            if let Some(commit) = report.found(git::commit_of(&source.repository, &git_ref)) {
                report.line(format_args!("{}: {}@{commit}", source.name, source.repository));
                sources.insert(&source.name, ResolvedSource { git_ref, commit });
            }
        }
        let (Some((tag, version)), Some(commit)) = (built, commit) else { return Ok(()) };
        let of = if tag.is_empty() { "snapshot" } else { &tag };
        report.line(format_args!("{of}: version {version}, commit {commit}"));
        report.output("tag", tag);
        report.output("version", version);
        report.output("commit", commit);
        report.output("sources", json::line(&sources));
        // A dispatch of a build cannot let a gate go.
        report.output("waived", "[]");
        Ok(())
    }
}

/// The tag that a run builds, and its version.
fn release(
    plan: &Plan,
    tag: Option<&str>,
    commit: Option<&CommitSha>,
    report: &mut Report,
) -> Option<(String, Version)> {
    let tagged = report
        .found(tag::of_run(plan, tag, &|tag| format!("gh workflow run release.yml --ref {tag}")));
    if let (Some((tag, _)), Some(commit)) = (&tagged, commit) {
        report.found(tag::leads_to(plan, tag, commit));
    }
    if let (Some((tag, _)), Some(commit)) = (&tagged, commit) {
        gates::ask(&Release { plan, tag: tag.as_str(), commit }, Stage::Build, report);
    }
    tagged.map(|(tag, version)| (tag.to_string(), version))
}

/// The commit that is checked out, which must be the run's.
fn commit() -> Result<CommitSha, Diagnostic> {
    let found = checked_out(Path::new("."))?;
    match std::env::var("GITHUB_SHA").ok().filter(|sha| !sha.is_empty()) {
        Some(sha) if sha != found.as_str() => Err(Diagnostic::new(
            Rule::CheckoutMismatch,
            format!("{found} is checked out, but this run builds {sha}"),
        )
        .with_remedy(
            "a step checked out another commit: remove that step, and build the tagged commit",
        )),
        _ => Ok(found),
    }
}
