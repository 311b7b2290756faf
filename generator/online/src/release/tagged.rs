//! From a tag to its last channel.

use lockstep_clients::git;
use lockstep_github::{
    CommitStatus, Conclusion, Error, RUNS, RunStatus, StatusState, Why, WorkflowRun,
};
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::receipt::publishes;
use lockstep_schemas::strings::{CommitSha, WorkflowFile};

use super::last::Last;
use super::{Walk, done, next};

/// Says how far a tagged release is.
pub(super) fn walk(
    walk: &Walk<'_>,
    commit: &CommitSha,
    report: &mut Report,
) -> Result<(), Failure> {
    let tag = &walk.asked.tag;
    done(report, format_args!("{tag} is {commit}"));
    let built = newest(walk, "release.yml", commit).map_err(Diagnostic::from)?;
    let start = format!("gh workflow run release.yml --ref {tag}");
    let Some(built) = built else {
        next(report, "no run has built it", &start);
        return Ok(());
    };
    if !is_good(&built, "the build", report) {
        return Ok(());
    }
    let status = walk.github.statuses(commit, |status| is_record(walk, status));
    let status = status.map_err(Diagnostic::from)?;
    let is_recorded = status.iter().any(|status| is_record(walk, status));
    let published = newest(walk, "release-publish.yml", commit).map_err(Diagnostic::from)?;
    let live = format!("lockstep publish {tag}");
    match (published, is_recorded) {
        (Some(run), true) => {
            if is_good(&run, "publishing", report) {
                done(report, format_args!("{tag} is published"));
            }
        }
        (Some(run), false) => {
            if is_good(&run, "the rehearsal", report) {
                next(report, "publish it", &live);
            }
        }
        (None, true) => next(report, "a run began to publish it, and is gone", &live),
        (None, false) => unpublished(walk, commit, &live, report)?,
    }
    Ok(())
}

/// What comes next where nothing was tried yet.
fn unpublished(
    walk: &Walk<'_>,
    commit: &CommitSha,
    live: &str,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let rehearse = format!("lockstep publish {} --rehearsal", walk.asked.tag);
    let Some(last) = Last::of(walk)? else {
        next(report, "it is the first release: rehearse it", &rehearse);
        return Ok(());
    };
    git::have_tag(walk.project, &walk.plan.project.repository, &walk.asked.tag)?;
    match last.rehearsed(walk, commit)?.first() {
        Some(first) => {
            next(
                report,
                format_args!("rehearse it, since {first} changed after {}", last.tag),
                &rehearse,
            );
        }
        None => next(report, "publish it", live),
    }
    Ok(())
}

/// Whether a run succeeded; says what to do where it did not.
fn is_good(run: &WorkflowRun, what: &str, report: &mut Report) -> bool {
    let (id, page) = (run.id, &run.html_url);
    match (run.status, run.conclusion) {
        (Some(RunStatus::Completed), Some(Conclusion::Success)) => {
            done(report, format_args!("{what} succeeded: {page}"));
            true
        }
        (Some(RunStatus::Completed), ended) => {
            let ended = ended.map_or("did not succeed", Conclusion::in_words);
            let command = format!("gh run rerun {id} --failed");
            next(report, format_args!("{what} {ended}: {page}. When that is mended"), &command);
            false
        }
        (Some(RunStatus::Unfinished) | None, _) => {
            next(
                report,
                format_args!("{what} has not ended: {page}"),
                &format!("gh run watch {id}"),
            );
            false
        }
    }
}

/// The newest run of a workflow for the release's commit, of the repository itself.
fn newest(walk: &Walk<'_>, file: &str, commit: &CommitSha) -> Result<Option<WorkflowRun>, Error> {
    #[expect(clippy::expect_used, reason = "constants, covered by a test")]
    let workflow: WorkflowFile = file.parse().expect("a workflow's file name");
    let repository = walk.plan.project.repository.as_str();
    let tag = walk.asked.tag.as_str();
    let is_it =
        |run: &WorkflowRun| run.is_of(repository) && run.head_branch.as_deref() == Some(tag);
    match walk.github.runs(&workflow, commit, is_it) {
        Err(error) if error.why == Why::NotFound => Ok(None),
        runs => Ok(runs?.into_iter().find(is_it)),
    }
}

/// Whether a status records that a run began to publish the release.
fn is_record(walk: &Walk<'_>, status: &CommitStatus) -> bool {
    status.state == StatusState::Success
        && status.context.eq_ignore_ascii_case(&publishes(&walk.asked.tag))
        && status.creator.as_ref().is_some_and(|creator| creator.login == RUNS)
}
