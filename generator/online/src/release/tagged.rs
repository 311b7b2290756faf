//! From a tag to its last channel.

use lockstep_github::{CommitStatus, Conclusion, RUNS, RunStatus, StatusState, Why, WorkflowRun};
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::Stage;
use lockstep_schemas::receipt::publishes;
use lockstep_schemas::strings::{CommitSha, WorkflowFile};

use super::last::Last;
use super::{Walk, done, next};

/// The job of a live run that records which bundle is published: a rehearsal skips it.
const RECORD: &str = "Record";

/// Says how far a tagged release is.
pub(super) fn walk(
    walk: &Walk<'_>,
    commit: &CommitSha,
    report: &mut Report,
) -> Result<(), Failure> {
    let tag = &walk.asked.tag;
    done(report, format_args!("{tag} is {commit}"));
    let builds = runs(walk, "release.yml")?;
    let (builds, others): (Vec<WorkflowRun>, Vec<WorkflowRun>) =
        builds.into_iter().partition(|run| run.head_sha == commit.as_str());
    // A branch can have the tag's name, and runs of its own.
    if let Some(other) = others.first().filter(|_| builds.is_empty()) {
        let message =
            format!("{tag} is {commit} now, and was {} in {}", other.head_sha, other.html_url);
        report.problem(
            Diagnostic::new(Rule::TagMoved, message)
                .with_remedy("a release's tag never moves: tag a new version"),
        );
        return Ok(());
    }
    // A build that succeeded is what is published, whatever came of a later one.
    let good = builds.iter().find(|run| run.conclusion == Some(Conclusion::Success));
    let Some(built) = good.or(builds.first()) else {
        let start = format!("gh workflow run release.yml --ref {tag}");
        next(
            report,
            "no run has built it. A tag that was pushed a moment ago starts one by itself; else",
            &start,
        );
        return Ok(());
    };
    if !is_good(built, "the build", report) {
        waivable(walk, report);
        return Ok(());
    }
    match recorded(walk, commit)? {
        Some(run) => {
            if is_good(&run, "publishing", report) {
                report.line(format_args!(
                    "{tag} is published; what was left out, the run's summary says"
                ));
            }
            Ok(())
        }
        None => Ok(unpublished(walk, commit, report)?),
    }
}

/// What comes next where nothing is public yet.
fn unpublished(walk: &Walk<'_>, commit: &CommitSha, report: &mut Report) -> Result<(), Diagnostic> {
    let tag = &walk.asked.tag;
    let live = format!("lockstep publish {tag}");
    if let Some(run) = runs(walk, "release-publish.yml")?.first() {
        // A live run that succeeded is on record.
        let has_succeeded = run.conclusion == Some(Conclusion::Success);
        let what =
            if has_succeeded { "the rehearsal" } else { "the last run of release-publish.yml" };
        if is_good(run, what, report) {
            next(report, "publish it", &live);
        }
        return Ok(());
    }
    let rehearse = format!("lockstep publish {tag} --rehearsal");
    let Some(last) = Last::of(walk)? else {
        next(report, "it is the first release: rehearse it", &rehearse);
        return Ok(());
    };
    match last.rehearsed(walk, commit)?.first() {
        Some(first) => {
            let what = format_args!("rehearse it, since {first} changed after {}", last.tag);
            next(report, what, &rehearse);
        }
        None => next(report, "publish it", &live),
    }
    Ok(())
}

/// Says how a gate before the build is let go, where the model lets that be.
fn waivable(walk: &Walk<'_>, report: &mut Report) {
    let gates = walk.plan.waivers.iter().filter_map(|waiver| waiver.gate.as_ref());
    let gates = gates.filter(|gate| walk.is_before(gate, Stage::Build));
    let gates: Vec<&str> = gates.map(lockstep_schemas::strings::Id::as_str).collect();
    if !gates.is_empty() {
        report.line(format_args!(
            "or let a gate go, where you may ({}): {}",
            gates.join(", "),
            walk.build_without("…")
        ));
    }
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
            let command = format!("gh run watch {id}");
            next(report, format_args!("{what} has not ended: {page}"), &command);
            false
        }
    }
}

/// The runs of a workflow on the release's tag, of the repository itself, the newest first.
fn runs(walk: &Walk<'_>, file: &str) -> Result<Vec<WorkflowRun>, Diagnostic> {
    #[expect(clippy::expect_used, reason = "constants, covered by a test")]
    let workflow: WorkflowFile = file.parse().expect("a workflow's file name");
    let repository = walk.plan.project.repository.as_str();
    match walk.github.runs_on(&workflow, walk.asked.tag.as_str()) {
        Err(error) if error.why == Why::NotFound => Ok(Vec::new()),
        runs => Ok(runs?.into_iter().filter(|run| run.is_of(repository)).collect()),
    }
}

/// The run that published the release last, or began to: which is on record on the release's commit.
fn recorded(walk: &Walk<'_>, commit: &CommitSha) -> Result<Option<WorkflowRun>, Diagnostic> {
    let is_record = |status: &CommitStatus| {
        status.state == StatusState::Success
            && status.context.eq_ignore_ascii_case(&publishes(&walk.asked.tag))
            && status.creator.as_ref().is_some_and(|creator| creator.login == RUNS)
    };
    let statuses = walk.github.statuses(commit, is_record)?;
    let Some(record) = statuses.into_iter().find(is_record) else { return Ok(None) };
    let page = record.target_url.unwrap_or_default();
    let id = page.split_once("/actions/runs/").and_then(|(_, id)| id.parse().ok());
    let gone = || {
        let message = format!("{page}, which began to publish {}, is gone", walk.asked.tag);
        Diagnostic::new(Rule::BuildRunChanged, message)
            .with_remedy("look what of it is public: nobody knows any more what that run did")
    };
    // The first live run set it. One that came later went on where that one stopped, and has the job that looks for the record.
    for run in runs(walk, "release-publish.yml")? {
        let jobs = walk.github.jobs(run.id, run.run_attempt)?;
        if jobs.iter().any(|job| job.name == RECORD && job.conclusion == Some(Conclusion::Success))
        {
            return Ok(Some(run));
        }
    }
    match walk.github.run(id.ok_or_else(gone)?) {
        Err(error) if error.why == Why::NotFound => Err(gone()),
        run => Ok(Some(run?)),
    }
}
