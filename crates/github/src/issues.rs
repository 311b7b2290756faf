//! Issues.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;

use crate::{Error, GitHub};

/// An [issue](https://docs.github.com/en/rest/issues/issues).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Issue {
    /// Its number in the repository.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Whether it is open.
    pub state: IssueState,
    /// Its page.
    pub html_url: String,
    /// There, if it is a pull request: GitHub's lists of issues have those too.
    #[serde(default)]
    pull_request: Option<Value>,
}

/// Whether an issue is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IssueState {
    /// It is.
    Open,
    /// It is not.
    Closed,
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
    /// Where GitHub does not say.
    pub fn sub_issues(&self, number: u64) -> Result<Vec<Issue>, Error> {
        self.list(&self.route(&format!("issues/{number}/sub_issues")), None, |_| false)
    }
}
