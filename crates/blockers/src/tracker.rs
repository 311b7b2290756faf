//! Issues: found again, opened, changed, closed.

use lockstep_github::{Error, GitHub, Issue, IssueState, Why};
use lockstep_runner::{Failure, Report};
use lockstep_schemas::blocker::{Blocker, Finding, Findings, FoundIn};
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::receipt::{Waived, WaiverRecord};
use lockstep_schemas::strings::Tag;

use crate::Place;

struct Tracker<'a> {
    github: &'a GitHub<'a>,
    label: &'a str,
    /// Every issue with the label.
    known: Vec<Issue>,
}

pub(crate) fn file(
    github: &GitHub<'_>,
    place: Place<'_>,
    findings: &Findings,
    said: &str,
    report: &mut Report,
) -> Result<(), Failure> {
    let known = github.issues(place.label).map_err(Diagnostic::from)?;
    let mut tracker = Tracker { github, label: place.label, known };
    for what in &findings.passed {
        let closed = tracker.close(&findings.blocker(what));
        if let Some(Some(issue)) = report.found(closed.map_err(Diagnostic::from)) {
            report.line(format_args!("closed #{}: {}", issue.number, issue.title));
        }
    }
    if findings.stopped.is_empty() && findings.waived.is_empty() {
        return Ok(());
    }
    let title = place.epic.replace("{tag}", findings.tag.as_str());
    let epic = tracker.epic(&title, &findings.tag).map_err(Diagnostic::from)?;
    let epic = tracker.waive(epic, findings).map_err(Diagnostic::from)?;
    for finding in &findings.stopped {
        let filed = tracker.file(&epic, findings, finding, said);
        if let Some((what, issue)) = report.found(filed.map_err(Diagnostic::from)) {
            let line = format!("{what} #{}: {} ({})", issue.number, issue.title, issue.html_url);
            report.line(&line);
            report.summarize(format_args!("{line}\n\n"));
        }
    }
    Ok(())
}

impl Tracker<'_> {
    /// The issue that all others are under, found or made, and open.
    fn epic(&mut self, title: &str, tag: &Tag) -> Result<Issue, Error> {
        let body = format!(
            "What must be solved before {tag} is released. What could not be checked counts as failed. A run that passes what stopped an earlier one closes its issue; what somebody adds here stops the release until it is closed.\n\nThis is done when each issue under it is closed, as solved or with a reason.\n"
        );
        match self.known.iter().find(|issue| issue.title == title) {
            Some(epic) if epic.state == IssueState::Open => Ok(epic.clone()),
            Some(epic) => {
                let body = epic.body.clone().unwrap_or(body);
                self.github.change_issue(epic.number, &body, IssueState::Open)
            }
            None => self.open(title, &body, |issue| issue.title == title),
        }
    }

    /// Writes into the epic what was let go, by whom and why, once.
    fn waive(&self, epic: Issue, findings: &Findings) -> Result<Issue, Error> {
        let mut body = epic.body.clone().unwrap_or_default();
        let before = body.len();
        for waiver in &findings.waived {
            let line = waived(waiver, findings.run.as_ref());
            if !body.contains(&line) {
                body = format!("{}\n\n{line}\n", body.trim_end());
            }
        }
        if body.len() == before {
            return Ok(epic);
        }
        self.github.change_issue(epic.number, &body, epic.state)
    }

    /// Files a finding, or says anew what is there of it.
    fn file(
        &mut self,
        epic: &Issue,
        findings: &Findings,
        finding: &Finding,
        said: &str,
    ) -> Result<(&'static str, Issue), Error> {
        let blocker = findings.blocker(&finding.what);
        let body = &body(&blocker, finding, findings.run.as_ref(), said);
        if let Some(issue) = self.of(&blocker).cloned() {
            let what =
                if issue.state == IssueState::Open { "still there:" } else { "there again:" };
            let issue = self.github.change_issue(issue.number, body, IssueState::Open)?;
            self.put_under(epic, &issue)?;
            return Ok((what, issue));
        }
        let title = format!("[release-blocker][{}] {}", findings.tag, finding.title);
        let is_it = |issue: &Issue| is_of(issue, &blocker);
        let issue = self.open(&title, body, is_it)?;
        self.put_under(epic, &issue)?;
        Ok(("filed", issue))
    }

    /// Puts an issue under the epic, unless it is there.
    fn put_under(&self, epic: &Issue, issue: &Issue) -> Result<(), Error> {
        let is_there = || match self.github.sub_issues(epic.number) {
            // Not every GitHub has sub-issues; its text says what it belongs to.
            Err(error) if error.why == Why::NotFound => Ok(true),
            below => Ok(below?.iter().any(|one| one.id == issue.id)),
        };
        if is_there()? {
            return Ok(());
        }
        match self.github.put_under(epic.number, issue) {
            Err(error) if !is_there()? => Err(error),
            _ => Ok(()),
        }
    }

    /// Closes the issue of what passed, where there is an open one.
    fn close(&self, blocker: &Blocker) -> Result<Option<Issue>, Error> {
        let issue = self.of(blocker).filter(|issue| issue.state == IssueState::Open);
        let Some(issue) = issue else { return Ok(None) };
        let body = issue.body.as_deref().unwrap_or_default();
        self.github.change_issue(issue.number, body, IssueState::Closed).map(Some)
    }

    /// The issue of something, open rather than closed.
    fn of(&self, blocker: &Blocker) -> Option<&Issue> {
        let of = || self.known.iter().filter(|issue| is_of(issue, blocker));
        of().find(|issue| issue.state == IssueState::Open).or_else(|| of().next())
    }

    /// Opens an issue. Where GitHub does not say whether it did, the list does.
    fn open(
        &mut self,
        title: &str,
        body: &str,
        is_it: impl Fn(&Issue) -> bool,
    ) -> Result<Issue, Error> {
        let issue = match self.github.open_issue(title, body, self.label) {
            Err(error) if matches!(error.why, Why::Silent(_) | Why::Failing(_)) => {
                self.known = self.github.issues(self.label)?;
                self.known.iter().find(|issue| is_it(issue)).cloned().ok_or(error)
            }
            opened => opened,
        }?;
        self.known.insert(0, issue.clone());
        Ok(issue)
    }
}

fn is_of(issue: &Issue, blocker: &Blocker) -> bool {
    issue.is_trusted() && issue.body.as_deref().and_then(Blocker::of).as_ref() == Some(blocker)
}

/// The text of an issue.
pub(crate) fn body(
    blocker: &Blocker,
    finding: &Finding,
    run: Option<&FoundIn>,
    said: &str,
) -> String {
    let Finding { title, why, .. } = finding;
    let run = run.map_or_else(String::new, |FoundIn { id, page, .. }| {
        format!("- The run: [{id}]({page})\n- To try again: `gh run rerun {id} --failed`\n")
    });
    let said = if said.is_empty() { String::new() } else { format!("\n{said}") };
    format!(
        "{}\nRelease {}: {title}.\n\n{why}\n\n{run}- Solved when a run passes it; that run closes this issue.\n{said}",
        blocker.comment(),
        blocker.tag,
    )
}

/// What the epic says of something that was let go.
fn waived(waiver: &WaiverRecord, run: Option<&FoundIn>) -> String {
    let what = match &waiver.waived {
        Waived::Gate { gate } => format!("gate `{gate}`"),
        Waived::Channel { channel } => channel.label().to_owned(),
    };
    let run = run.map_or_else(String::new, |run| format!(" ([run {}]({}))", run.id, run.page));
    format!("Let go: {what}, by {}{run}. {}", waiver.approver, waiver.reason)
}
