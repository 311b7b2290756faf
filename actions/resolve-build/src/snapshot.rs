//! The version of a run that is of no tag: a snapshot, built to be tried.

use std::path::Path;

use lockstep_clients::git;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::Stage;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::Version;
use lockstep_versions::{VersionFiles, align, shipped, train_named};

/// The ref of a run that builds a snapshot: any but a tag, where the dispatch does not say that it is of one.
pub(crate) fn git_ref(tag: Option<&str>) -> Option<String> {
    let git_ref = std::env::var("GITHUB_REF").ok().filter(|git_ref| !git_ref.is_empty())?;
    (tag.is_none() && !git_ref.starts_with("refs/tags/")).then_some(git_ref)
}

/// Whether a snapshot is wanted: a pull request must change one of some paths, where there are some.
pub(crate) fn is_wanted(git_ref: &str, paths: &str) -> Result<bool, Diagnostic> {
    let paths: Vec<&str> = paths.split_whitespace().collect();
    if paths.is_empty() || !git_ref.starts_with("refs/pull/") {
        return Ok(true);
    }
    Ok(git::changes(Path::new("."), &paths)?.unwrap_or(true))
}

/// The version of the run's snapshot: that which the version files say, on the way.
pub(crate) fn of_run(plan: &Plan, git_ref: &str, report: &mut Report) -> Option<Version> {
    let train = report.found(train_named(&plan.versions, None))?;
    let project = VersionFiles::read(Path::new("."), &plan.versions, shipped(plan));
    let alignment = align(&project, &plan.versions, None);
    alignment.problems.into_iter().for_each(|problem| report.problem(problem));
    let version = alignment.versions.into_iter().nth(train).flatten()?;
    let run = report.found(run_id())?;
    let snapshot = version.snapshot(run);
    let snapshot = snapshot.map_err(|error| Diagnostic::new(Rule::WrongInput, error.to_string()));
    let snapshot = report.found(snapshot)?;
    report.line(format_args!(
        "{git_ref} is no tag: this run builds a snapshot, which nothing publishes."
    ));
    let skipped: Vec<&str> = plan
        .gates
        .iter()
        .filter(|gate| gate.is_before(Stage::Build))
        .map(|gate| gate.id.as_str())
        .collect();
    if !skipped.is_empty() {
        report.line(format_args!(
            "Gates that a release must pass, and a snapshot need not: {}.",
            skipped.join(", ")
        ));
    }
    Some(snapshot)
}

fn run_id() -> Result<u64, Diagnostic> {
    let id = std::env::var("GITHUB_RUN_ID").unwrap_or_default();
    id.parse().map_err(|_| {
        let found = if id.is_empty() { "not set".to_owned() } else { format!("`{id}`") };
        Diagnostic::new(
            Rule::WrongInput,
            format!("a snapshot is named after its run, but GITHUB_RUN_ID is {found}"),
        )
        .with_remedy("set it to a number of your own where no runner does")
    })
}
