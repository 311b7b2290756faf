//! `generate`: what differs is written.

use std::path::Path;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;

use super::output::{Output, Stop};
use super::{ProjectFolder, compare};
use crate::sync::{Comparison, Drift, DriftKind, Pins};

/// The lockfile of a repository's actions
/// ([documentation](https://docs.github.com/en/actions/concepts/security/workflow-dependency-lockfiles)).
const LOCKFILE: &str = ".github/workflows/actions.lock";

/// What to do where there is one: GitHub starts no workflow of which an action is not in it.
pub(super) const LOCKED: &str = ".github/workflows/actions.lock must list what these workflows use: renew it by `gh actions-lock`";

/// Whether a project has one.
pub(super) fn is_locked(project: &Path) -> bool {
    project.join(LOCKFILE).exists()
}

/// Renders a project, and writes what differs.
pub fn run(of: &ProjectFolder, replace: bool, pins: Pins, output: &mut Output) -> Result<(), Stop> {
    let (project, release) = (&of.folder, of.release()?);
    let comparison = compare(project, &release, pins)?;
    in_the_way(project, &comparison, replace)?;
    comparison.write()?;
    for drift in &comparison.drifts {
        let verb = match drift.kind {
            DriftKind::Missing => "wrote",
            DriftKind::Changed => "updated",
            DriftKind::Foreign => "replaced",
            DriftKind::Stale => "removed",
            // Such a run has ended above.
            DriftKind::Unmarked(_) => continue,
        };
        output.line(format_args!("{verb:8} {}", drift.path));
    }
    let is_there = |drift: &&Drift| drift.kind != DriftKind::Stale;
    let kept = comparison.files() - comparison.drifts.iter().filter(is_there).count();
    output.line(format_args!("{} files, {kept} of them unchanged", comparison.files()));
    if comparison.drifts.iter().any(|drift| drift.kind == DriftKind::Missing) {
        output.line("what must exist outside of the repository: lockstep setup");
    }
    if !comparison.drifts.is_empty() && is_locked(project) {
        output.complain(format_args!("{LOCKED}"));
    }
    Ok(())
}

/// Stops before anything is written where a file of somebody else would be lost.
fn in_the_way(project: &Path, comparison: &Comparison, replace: bool) -> Result<(), Stop> {
    let is_foreign = |drift: &&Drift| drift.kind == DriftKind::Foreign;
    let foreign: Vec<&str> =
        comparison.drifts.iter().filter(is_foreign).map(|drift| drift.path.as_str()).collect();
    if !foreign.is_empty() && !replace {
        let message = format!(
            "Lockstep did not render these files, and would replace them: {}. Nothing was written",
            foreign.join(", ")
        );
        return Err(Diagnostic::new(Rule::ForeignFile, message)
            .with_remedy(format!(
                "move what you need of them into the model, then replace them: lockstep generate --replace {}",
                project.shown()
            ))
            .into());
    }
    let is_unmarked = |drift: &&Drift| matches!(drift.kind, DriftKind::Unmarked(_));
    let Some(document) = comparison.drifts.iter().find(is_unmarked) else { return Ok(()) };
    let message = format!("{}. Nothing was written", document.kind.in_words());
    Err(Diagnostic::new(Rule::PassageMarkers, message)
        .in_file(&document.path)
        .at_line(document.line)
        .with_remedy(format!("put these lines where the passage belongs, once:\n{}", document.diff))
        .into())
}
