//! What earlier runs recorded: once a run began to publish what one run built, no other build of that version may follow.
//!
//! The record is a status of the release's commit, which nobody can take back, and which stays when the uploads of the run
//! are gone.

use std::collections::BTreeSet;
use std::fmt;

use lockstep_bundle::Digest;
use lockstep_github::{CommitStatus, GitHub, RUNS, Why};
use lockstep_runner::protocol::server;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::receipt::publishes;
use lockstep_schemas::strings::{CommitSha, Sha256, Tag};

use super::resolved::{self, Resolved};
use crate::{Inputs, used_up, variable};

/// The workflow that publishes.
const WORKFLOW: &str = "release-publish.yml";

/// Which bundle is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// The run that built it.
    pub(crate) run: u64,
    /// What it was uploaded as.
    pub(crate) bundle: String,
    /// The SHA-256 of its `SHA256SUMS`, and so of all of it.
    pub(crate) sums: Sha256,
}

/// A record as the status says it.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, bundle, sums } = self;
        write!(f, "run {run}, {bundle}, sha256:{sums}")
    }
}

impl Record {
    fn of(description: &str) -> Option<Self> {
        let mut parts = description.split(", ");
        let run = parts.next()?.strip_prefix("run ")?.parse().ok()?;
        let bundle = parts.next()?.to_owned();
        let sums = parts.next()?.strip_prefix("sha256:")?.parse().ok()?;
        parts.next().is_none().then_some(Self { run, bundle, sums })
    }
}

/// What earlier runs recorded, with a page that shows it.
pub(crate) fn recorded(
    plan: &Plan,
    tag: &Tag,
    commit: &CommitSha,
    github: &GitHub<'_>,
) -> Result<Option<(Record, String)>, Diagnostic> {
    recorded_in(&github.statuses(commit, |_| false)?, plan, tag, github)
}

/// The same, of the statuses of the release's commit.
pub(crate) fn recorded_in(
    statuses: &[CommitStatus],
    plan: &Plan,
    tag: &Tag,
    github: &GitHub<'_>,
) -> Result<Option<(Record, String)>, Diagnostic> {
    let context = publishes(tag);
    let is_record = |status: &&CommitStatus| {
        status.context.eq_ignore_ascii_case(&context)
            && status.creator.as_ref().is_some_and(|creator| creator.login == RUNS)
    };
    let mut first: Option<(Record, String)> = None;
    // The oldest comes last.
    for status in statuses.iter().rev().filter(is_record) {
        let page = status.target_url.clone().unwrap_or_default();
        if !is_of_publishing_run(plan, &page, github)? {
            continue;
        }
        let said = status.description.as_deref().unwrap_or_default();
        let changed = |message: String, remedy: &str| {
            Err(Diagnostic::new(Rule::BuildRunChanged, message).with_remedy(remedy))
        };
        let Some(record) = Record::of(said) else {
            let message = format!("what {page} recorded of {tag} is no record: `{said}`");
            return changed(message, "look who set that status, and tag a new version");
        };
        match &first {
            Some((known, at)) if *known != record => {
                let message =
                    format!("{at} published {tag} from {known}, and {page} from {record}");
                return changed(message, "its files are of two builds: tag a new version");
            }
            Some(_) => {}
            None => first = Some((record, page)),
        }
    }
    Ok(first)
}

/// Whether a page is that of a run which publishes: every job with the permission can set a status.
fn is_of_publishing_run(plan: &Plan, page: &str, github: &GitHub<'_>) -> Result<bool, Diagnostic> {
    let id = page.split_once("/actions/runs/").and_then(|(_, id)| id.parse().ok());
    let Some(id) = id else { return Ok(false) };
    let run = match github.run(id) {
        Err(error) if error.why == Why::NotFound => {
            let message = format!("{page}, which began to publish the release, is gone");
            let remedy = "nobody knows any more whether it did: tag a new version";
            return Err(Diagnostic::new(Rule::BuildRunChanged, message).with_remedy(remedy));
        }
        run => run?,
    };
    Ok(run.file() == format!(".github/workflows/{WORKFLOW}")
        && run.event == "workflow_dispatch"
        && run.is_of(plan.project.repository.as_str()))
}

/// That no run began to publish the tag when it led to another commit.
pub(crate) fn tag_stayed(
    plan: &Plan,
    tag: &Tag,
    commit: &CommitSha,
    github: &GitHub<'_>,
) -> Result<(), Diagnostic> {
    #[expect(clippy::expect_used, reason = "a constant")]
    let workflow = WORKFLOW.parse().expect("the name of a workflow's file");
    let runs = match github.runs_on(&workflow, tag.as_str()) {
        Err(error) if error.why == Why::NotFound => return Ok(()),
        runs => runs?,
    };
    let others: BTreeSet<CommitSha> =
        runs.iter().filter_map(|run| run.head_sha.parse().ok()).collect();
    for other in others.iter().filter(|other| *other != commit) {
        if let Some((_, page)) = recorded(plan, tag, other, github)? {
            let message =
                format!("{page} began to publish {tag} of {other}, and it leads to {commit} now");
            return Err(Diagnostic::new(Rule::TagMoved, message)
                .with_remedy("a release's tag never moves: tag a new version"));
        }
    }
    Ok(())
}

/// Records which bundle this run publishes, before it publishes any of it.
pub(crate) fn record(asked: &Inputs, plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let Resolved { tag, commit, run_id, upload, sums } = resolved::of(asked)?;
    let sums = sums.ok_or_else(|| {
        Failure::new(
            Rule::WrongInput,
            "`inputs` does not say which bundle it is: `sums` is missing",
        )
    })?;
    let record = Record { run: run_id, bundle: upload, sums };
    let github = crate::github(plan)?;
    let statuses = github.statuses(&commit, |_| false).map_err(Diagnostic::from)?;
    // Somebody may have taken it back while this run waited for an approval.
    let version = crate::tag::version(plan, tag.as_str())?;
    if let Some(problem) = used_up::taken_back(&statuses, &tag, &version) {
        report.problem(problem);
        return Ok(());
    }
    match recorded_in(&statuses, plan, &tag, &github)? {
        Some((earlier, page)) if earlier == record => {
            report
                .line(format_args!("{page} recorded it before: {tag} is published from {record}"));
        }
        Some((earlier, page)) => report.problem(differs(&tag, &earlier, &page, &record)),
        None => {
            let page = page_of_run(plan);
            let set =
                github.set_status(&commit, &publishes(&tag), &record.to_string(), page.as_deref());
            set.map_err(Diagnostic::from)?;
            report.line(format_args!("recorded: {tag} is published from {record}"));
        }
    }
    Ok(())
}

/// That a downloaded bundle is the one that an earlier run began to publish, where one did.
pub(crate) fn same_bytes(
    asked: &Inputs,
    tag: &Tag,
    earlier: Option<(Record, String)>,
) -> Result<(), Diagnostic> {
    let Some((earlier, page)) = earlier else { return Ok(()) };
    let sums = Digest::of_file(&asked.bundle.join(names::SUMS))?.sha256;
    if earlier.sums == sums {
        return Ok(());
    }
    let found = Record { sums, ..earlier.clone() };
    Err(differs(tag, &earlier, &page, &found))
}

pub(super) fn differs(tag: &Tag, earlier: &Record, page: &str, found: &Record) -> Diagnostic {
    let message = format!("{page} began to publish {tag} from {earlier}, and this run has {found}");
    Diagnostic::new(Rule::BuildRunChanged, message)
        .with_remedy("users would get files of two builds under one version: tag a new version")
}

/// The page of the run that this is.
fn page_of_run(plan: &Plan) -> Option<String> {
    let id = variable("GITHUB_RUN_ID")?;
    Some(format!("{}/{}/actions/runs/{id}", server(), plan.project.repository))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_is_written() {
        let sums: Sha256 = "a".repeat(64).parse().unwrap();
        let record = Record { run: 17, bundle: "bundle-1".to_owned(), sums };
        let text = record.to_string();
        // GitHub takes no longer description.
        assert!(text.len() <= 140, "{text}");
        assert_eq!(Record::of(&text), Some(record));
        let longer = format!("{text}, more");
        for wrong in ["", "run 17", "run x, bundle-1, sha256:a", &text[..text.len() - 1], &longer] {
            assert_eq!(Record::of(wrong), None, "{wrong}");
        }
    }
}
