//! What stopped a release, filed as issues of GitHub's: one for each thing, under the release's epic, closed when it passes.

mod excerpt;
mod tracker;

use lockstep_github::{Conclusion, GitHub};
use lockstep_runner::{Failure, Report};
use lockstep_schemas::blocker::{Finding, Findings, FoundIn};
use lockstep_schemas::diagnostic::Diagnostic;

/// Where issues go.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The title of the epic; `{tag}` stands for the release's tag.
    pub epic: &'a str,
    /// The label of the epic, and of the issues under it.
    pub label: &'a str,
}

/// Files what stopped a release. The same thing has one issue, however often it comes; what passed is closed, and what was let
/// go is written into the epic.
pub fn file(
    github: &GitHub<'_>,
    place: Place<'_>,
    findings: &Findings,
    report: &mut Report,
) -> Result<(), Failure> {
    let said = match &findings.run {
        Some(run) if !findings.stopped.is_empty() => excerpt::of_run(github, run.id, run.attempt),
        Some(_) | None => String::new(),
    };
    tracker::file(github, place, findings, &said, report)
}

/// What is filed of a finding.
#[must_use]
pub fn text(findings: &Findings, finding: &Finding) -> String {
    tracker::body(&findings.blocker(&finding.what), finding, findings.run.as_ref(), "")
}

/// Whether a job of a run took longer than it may. GitHub tells the jobs that need it that it was cancelled.
///
/// # Errors
///
/// Where GitHub does not say.
pub fn took_too_long(github: &GitHub<'_>, run: &FoundIn) -> Result<bool, Diagnostic> {
    let jobs = github.jobs(run.id, run.attempt)?;
    Ok(jobs.iter().any(|job| job.conclusion == Some(Conclusion::TimedOut)))
}
