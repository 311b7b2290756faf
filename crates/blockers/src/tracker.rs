//! Files what stopped a release as issues of GitHub's, one for each thing, and closes those of what passed.

use lockstep_github::{Error, GitHub, Issue, IssueState, Why};
use lockstep_runner::{Failure, Report, tell};
use lockstep_schemas::blocker::Blocker;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::{Repository, Tag};

use crate::stopped::{Finding, Found};
use crate::{Inputs, excerpt, variable};

/// Where a run's page is, and which attempt it is.
struct ThisRun {
    id: u64,
    attempt: u32,
    page: String,
}

/// Where issues go.
struct Tracker<'a> {
    github: &'a GitHub<'a>,
    label: &'a str,
    /// Every issue with the label.
    known: Vec<Issue>,
}

/// Files what stopped a release. The same thing has one issue, however often it comes.
pub(crate) fn file(asked: &Inputs, found: &Found, report: &mut Report) -> Result<(), Failure> {
    let github = github()?;
    let known = github.issues(&asked.label).map_err(Diagnostic::from)?;
    let mut tracker = Tracker { github: &github, label: &asked.label, known };
    for blocker in &found.passed {
        let closed = tracker.close(blocker);
        if let Some(Some(issue)) = report.found(closed.map_err(Diagnostic::from)) {
            report.line(format_args!("closed #{}: {}", issue.number, issue.title));
        }
    }
    if found.stopped.is_empty() {
        return Ok(());
    }
    let title = asked.epic.replace("{tag}", found.tag.as_str());
    let epic = tracker.epic(&title, &found.tag).map_err(Diagnostic::from)?;
    let run = this_run()?;
    let said = excerpt::of_run(&github, run.id, run.attempt);
    for finding in &found.stopped {
        let filed = tracker.file(&epic, finding, &body(finding, &run, &said));
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
            "What must be solved before {tag} is released. Nothing is published while one of these is open, and what could not be checked counts as failed.\n\nThis is done when each issue under it is closed, as solved or with a reason.\n"
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

    /// Files a finding, or says anew what is there of it.
    fn file(
        &mut self,
        epic: &Issue,
        finding: &Finding,
        body: &str,
    ) -> Result<(&'static str, Issue), Error> {
        if let Some(issue) = self.of(&finding.blocker).cloned() {
            let what =
                if issue.state == IssueState::Open { "still there:" } else { "there again:" };
            let issue = self.github.change_issue(issue.number, body, IssueState::Open)?;
            self.put_under(epic, &issue)?;
            return Ok((what, issue));
        }
        let title = format!("[release-blocker][{}] {}", finding.blocker.tag, finding.title);
        let is_it = |issue: &Issue| is_of(issue, &finding.blocker);
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
fn body(finding: &Finding, run: &ThisRun, said: &str) -> String {
    let Finding { blocker, title, why } = finding;
    let ThisRun { id, page, .. } = run;
    let said = if said.is_empty() { String::new() } else { format!("\n{said}") };
    format!(
        "{}\nRelease {}: {title}.\n\n{why}\n\n- The run: [{id}]({page})\n- To try again: `gh run rerun {id} --failed`\n- Solved when a run passes it; that run closes this issue.\n{said}",
        blocker.comment(),
        blocker.tag,
    )
}

fn this_run() -> Result<ThisRun, Diagnostic> {
    let missing = || {
        Diagnostic::new(
            Rule::WrongInput,
            "GITHUB_RUN_ID and GITHUB_REPOSITORY are not those of a run",
        )
        .with_remedy("a run on GitHub sets them")
    };
    let id = variable("GITHUB_RUN_ID").and_then(|id| id.parse().ok()).ok_or_else(missing)?;
    let attempt = variable("GITHUB_RUN_ATTEMPT").and_then(|attempt| attempt.parse().ok());
    let server = variable("GITHUB_SERVER_URL").unwrap_or_else(|| "https://github.com".to_owned());
    let repository = variable("GITHUB_REPOSITORY").ok_or_else(missing)?;
    let page = format!("{}/{repository}/actions/runs/{id}", server.trim_end_matches('/'));
    Ok(ThisRun { id, attempt: attempt.unwrap_or(1), page })
}

fn github() -> Result<GitHub<'static>, Diagnostic> {
    let repository: Option<Repository> =
        variable("GITHUB_REPOSITORY").and_then(|name| name.parse().ok());
    let repository = repository.ok_or_else(|| {
        Diagnostic::new(Rule::WrongInput, "no repository is known to file issues in")
            .with_remedy("set GITHUB_REPOSITORY: `owner/name`")
    })?;
    GitHub::of_environment(repository, &tell)
}
