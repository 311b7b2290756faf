//! What can go wrong between Lockstep and GitHub.

use std::fmt;

use http::StatusCode;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use serde::Deserialize;
use serde_json::Value;

/// A question that has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What was asked: `GET /repos/someone/tool/actions/runs`.
    pub asked: String,
    /// Why there is no answer.
    pub why: Why,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There is no such thing, or the token may not know of it.
    NotFound,
    /// GitHub refuses, with this status and these words.
    Refused(u16, String),
    /// Too much was asked, and the limit outlasts what may be waited for: for so many seconds.
    Limited(u64),
    /// GitHub failed, with this status, however often it was asked.
    Failing(u16),
    /// No whole answer came, for this reason.
    Silent(String),
    /// The answer is not what the documentation says.
    Unreadable(String),
}

impl Error {
    /// Whether what was asked for may yet have been done.
    #[must_use]
    pub fn is_unclear(&self) -> bool {
        match self.why {
            Why::Silent(_) | Why::Failing(_) => true,
            Why::NotFound | Why::Refused(..) | Why::Limited(_) | Why::Unreadable(_) => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { asked, why } = self;
        match why {
            Why::NotFound => write!(f, "GitHub has no answer to {asked}: not found"),
            Why::Refused(status, said) => write!(f, "GitHub refuses {asked} with {status}: {said}"),
            Why::Limited(seconds) => {
                write!(f, "GitHub's rate limit holds {asked} back for {seconds} s more")
            }
            Why::Failing(status) => write!(f, "GitHub fails at {asked} with {status}"),
            Why::Silent(why) => write!(f, "no whole answer came to {asked}: {why}"),
            Why::Unreadable(why) => write!(f, "GitHub's answer to {asked} cannot be read: {why}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let remedy = match &error.why {
            Why::NotFound => {
                "check the name, and that the token may read it: GitHub hides what it may not"
            }
            Why::Refused(401, _) => "the token is not valid, or has expired: give another one",
            Why::Refused(301 | 307 | 308, _) => {
                "the repository has another name now: change `project.repository` in the model"
            }
            Why::Refused(410, _) => "it is deleted, or switched off in the repository's settings",
            Why::Refused(400 | 422, _) => "report it: this is a fault of Lockstep's",
            Why::Refused(..) => {
                "give the token the permission that the documentation of this request names"
            }
            Why::Limited(_) => "run it again when the limit has passed",
            Why::Failing(_) | Why::Silent(_) => {
                "see https://www.githubstatus.com, and run it again when GitHub is well"
            }
            Why::Unreadable(_) => {
                "run it again; if it stays so, report it: this is a fault of Lockstep's"
            }
        };
        Self::new(Rule::GithubFailed, error.to_string()).with_remedy(remedy)
    }
}

/// What GitHub says of an error.
#[derive(Deserialize)]
struct Said {
    message: String,
    #[serde(default)]
    errors: Vec<Value>,
}

impl Said {
    /// In words, with [what is wrong](https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed)
    /// where it says so.
    fn in_words(self) -> String {
        let each = self.errors.iter().take(5).filter_map(|error| {
            let text = |key: &str| error.get(key).and_then(Value::as_str);
            let words = [text("field"), text("code"), text("message").or(error.as_str())];
            let words: Vec<&str> = words.into_iter().flatten().collect();
            (!words.is_empty()).then(|| words.join(" "))
        });
        let each: Vec<String> = each.collect();
        if each.is_empty() {
            self.message
        } else {
            format!("{}: {}", self.message, each.join("; "))
        }
    }
}

/// What an answer that is an error says.
pub(crate) fn refused(status: StatusCode, body: &[u8]) -> Why {
    if status == StatusCode::NOT_FOUND {
        return Why::NotFound;
    }
    if status.is_server_error() {
        return Why::Failing(status.as_u16());
    }
    let said = serde_json::from_slice(body).map(Said::in_words);
    Why::Refused(status.as_u16(), said.unwrap_or_else(|_| "it does not say why".to_owned()))
}
