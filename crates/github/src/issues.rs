//! Issues.

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::json;
use crate::statuses::{Creator, RUNS};
use crate::{Error, GitHub};

/// An [issue](https://docs.github.com/en/rest/issues/issues).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Issue {
    /// Its id, which no other repository has an issue of.
    pub id: u64,
    /// Its number in the repository.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its text, where it has one.
    #[serde(default)]
    pub body: Option<String>,
    /// Whether it is open.
    pub state: IssueState,
    /// Its page.
    pub html_url: String,
    /// Who wrote it; nobody, where that account is gone.
    #[serde(default)]
    pub user: Option<Creator>,
    /// What that one is to the repository.
    #[serde(default)]
    pub author_association: Association,
    /// There, if it is a pull request: GitHub's lists of issues have those too.
    #[serde(default)]
    pull_request: Option<Value>,
}

/// Whether an issue is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IssueState {
    /// It is.
    Open,
    /// It is not.
    Closed,
}

/// What the author of an issue is to the repository
/// ([documentation](https://docs.github.com/en/graphql/reference/enums#commentauthorassociation)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Association {
    /// It is that one's.
    Owner,
    /// One of the organization that it is of.
    Member,
    /// Somebody who was invited to it.
    Collaborator,
    /// Anybody.
    #[default]
    #[serde(other)]
    Anybody,
}

impl Issue {
    /// Whether a run or somebody of the repository wrote it: whoever writes an issue can change its text.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        let is_run = self.user.as_ref().is_some_and(|user| user.login == RUNS);
        is_run || self.author_association != Association::Anybody
    }
}

impl GitHub<'_> {
    /// The issues with a label, open and closed, the newest first.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn issues(&self, label: &str) -> Result<Vec<Issue>, Error> {
        let label = utf8_percent_encode(label, NON_ALPHANUMERIC);
        let route = self.route(&format!("issues?state=all&labels={label}"));
        let issues: Vec<Issue> = self.list(&route, None, |_| false)?;
        Ok(issues.into_iter().filter(|issue| issue.pull_request.is_none()).collect())
    }

    /// The [sub-issues](https://docs.github.com/en/rest/issues/sub-issues) of an issue.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where this GitHub knows none.
    pub fn sub_issues(&self, number: u64) -> Result<Vec<Issue>, Error> {
        self.list(&self.route(&format!("issues/{number}/sub_issues")), None, |_| false)
    }

    /// Opens an issue. It is not asked for twice: where GitHub fails, it may be there all the same.
    ///
    /// # Errors
    ///
    /// Where GitHub does not open it, or does not say that it did.
    pub fn open_issue(&self, title: &str, body: &str, label: &str) -> Result<Issue, Error> {
        let new = json!({ "title": title, "body": body, "labels": [label] });
        self.ask(&Method::POST, &self.route("issues"), Some(&new), json)
    }

    /// Changes an issue's text, and whether it is open.
    ///
    /// # Errors
    ///
    /// Where GitHub does not.
    pub fn change_issue(&self, number: u64, body: &str, state: IssueState) -> Result<Issue, Error> {
        let change = json!({ "body": body, "state": state });
        let route = self.route(&format!("issues/{number}"));
        self.ask(&Method::PATCH, &route, Some(&change), json)
    }

    /// Puts an issue under another.
    ///
    /// # Errors
    ///
    /// Where GitHub does not; [`Why::NotFound`](crate::Why::NotFound) where this GitHub knows no sub-issues.
    pub fn put_under(&self, parent: u64, issue: &Issue) -> Result<(), Error> {
        let below = json!({ "sub_issue_id": issue.id });
        let route = self.route(&format!("issues/{parent}/sub_issues"));
        let _: Issue = self.ask(&Method::POST, &route, Some(&below), json)?;
        Ok(())
    }
}
