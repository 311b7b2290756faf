//! The build run: that which made what is published, and what must be so of it.

use std::fmt::Write as _;

use lockstep_gates::Release;
use lockstep_github::{Conclusion, GitHub, RunStatus, Upload, Why, WorkflowRun};
use lockstep_provenance::EVENTS;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::receipt::CheckRecord;
use lockstep_schemas::strings::WorkflowFile;

use super::checks::{check, must_be, wrong};
use super::earlier::Record;

/// The workflow that builds.
pub(crate) const WORKFLOW: &str = "release.yml";
/// How many of the runs that do not count a message lists.
const LISTED: usize = 10;

/// What must be so of a run that built a release, each with what is found.
pub(crate) fn facts(release: &Release<'_>, run: &WorkflowRun) -> Vec<CheckRecord> {
    let repository = release.plan.project.repository.as_str();
    let of = run.head_repository.as_ref().map_or("gone", |head| &head.full_name);
    let head = run.head_branch.as_deref().unwrap_or("gone");
    let ended = match (run.status, run.conclusion) {
        (Some(RunStatus::Completed), Some(ended)) => Some(ended),
        (Some(RunStatus::Completed | RunStatus::Unfinished) | None, _) => None,
    };
    let how = ended.map_or("has not ended yet", Conclusion::in_words);
    vec![
        CheckRecord { passed: run.is_of(repository), ..must_be("repository", of, repository) },
        must_be("workflow", run.file(), &format!(".github/workflows/{WORKFLOW}")),
        check("event", EVENTS.contains(&run.event.as_str()), &run.event),
        // Whether that is a tag or a branch, GitHub does not say here: the bundle's provenance does.
        must_be("ref", head, release.tag.as_str()),
        must_be("commit", &run.head_sha, release.commit.as_str()),
        check(
            "result",
            ended == Some(Conclusion::Success),
            format!("attempt {}, which {how}: {}", run.run_attempt, run.html_url),
        ),
    ]
}

/// The workflow that builds.
pub(crate) fn workflow() -> WorkflowFile {
    #[expect(clippy::expect_used, reason = "a constant")]
    WORKFLOW.parse().expect("the name of a workflow's file")
}

/// The newest run that built a release.
pub(crate) fn newest(
    release: &Release<'_>,
    github: &GitHub<'_>,
) -> Result<WorkflowRun, Diagnostic> {
    let counts = |run: &WorkflowRun| facts(release, run).iter().all(|fact| fact.passed);
    let runs = match github.runs(&workflow(), release.commit, counts) {
        Ok(runs) => runs,
        Err(error) if error.why == Why::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    if let Some(run) = runs.iter().find(|run| counts(run)) {
        return Ok(run.clone());
    }
    let mut message = format!("no run of {WORKFLOW} built {} at {}", release.tag, release.commit);
    if !runs.is_empty() {
        message.push_str("; of that commit there are:");
    }
    for run in runs.iter().take(LISTED) {
        let _ = write!(message, "\n- run {}: {}", run.id, wrong(&facts(release, run)));
    }
    if runs.len() > LISTED {
        let _ = write!(message, "\n- {} more", runs.len() - LISTED);
    }
    Err(Diagnostic::new(Rule::BuildRunMissing, message).with_remedy(format!(
        "wait for a run of the tag, or start one: gh workflow run {WORKFLOW} --ref {tag}",
        tag = release.tag
    )))
}

/// The run that is recorded as the build. How a later attempt ended says nothing of the bundle that an earlier one made.
pub(crate) fn recorded(record: &Record, github: &GitHub<'_>) -> Result<WorkflowRun, Diagnostic> {
    let run = github.run(record.run)?;
    let attempt =
        record.bundle.strip_prefix(names::UPLOAD).and_then(|attempt| attempt.parse().ok());
    match (attempt, run.conclusion) {
        (Some(attempt), ended)
            if ended != Some(Conclusion::Success) && attempt < run.run_attempt =>
        {
            Ok(github.attempt(record.run, attempt)?)
        }
        _ => Ok(run),
    }
}

/// That a run built a release, or everything that is wrong with it.
pub(crate) fn proved(
    release: &Release<'_>,
    run: &WorkflowRun,
    facts: &[CheckRecord],
) -> Result<(), Diagnostic> {
    if facts.iter().all(|fact| fact.passed) {
        return Ok(());
    }
    let message = format!(
        "run {} did not build {} at {}: {}",
        run.id,
        release.tag,
        release.commit,
        wrong(facts)
    );
    let only_result = facts.iter().all(|fact| fact.passed || fact.check == "result");
    Err(Diagnostic::new(Rule::BuildRunUnfit, message).with_remedy(if !only_result {
        format!("name the tag, and the run that built it is found: -f release_tag={}", release.tag)
    } else if run.status == Some(RunStatus::Completed) {
        "run its failed jobs again, and then this".to_owned()
    } else {
        "wait until it has ended, and then run this again".to_owned()
    }))
}

/// The bundle of a run: the one that is recorded, or that of its newest attempt which made one.
pub(crate) fn bundle(
    release: &Release<'_>,
    run: &WorkflowRun,
    recorded: Option<&Record>,
    github: &GitHub<'_>,
) -> Result<Upload, Diagnostic> {
    let uploads = github.uploads_of(run.id)?;
    let named = |name: &str| {
        let of_name = uploads.iter().filter(|upload| upload.name == name);
        of_name.max_by_key(|upload| upload.id)
    };
    let found = match recorded {
        Some(record) => named(&record.bundle),
        None => (1..=run.run_attempt)
            .rev()
            .find_map(|attempt| named(&format!("{}{attempt}", names::UPLOAD))),
    };
    let tag = release.tag;
    let gone = |why: String| {
        Diagnostic::new(Rule::BundleGone, why).with_remedy(if recorded.is_some() {
            "a part of it may be public, and no other build may follow: tag a new version"
                .to_owned()
        } else {
            format!("build it again: gh workflow run {WORKFLOW} --ref {tag}")
        })
    };
    match found {
        Some(upload) if upload.expired => Err(gone(format!(
            "`{}` of run {} is deleted: GitHub keeps what a run uploads for a limited time",
            upload.name, run.id
        ))),
        Some(upload) => Ok(upload.clone()),
        None => Err(gone(format!("run {} uploaded no bundle: {}", run.id, run.html_url))),
    }
}
