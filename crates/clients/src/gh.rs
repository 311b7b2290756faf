//! GitHub's command line ([manual](https://cli.github.com/manual/)).

use std::process::Command;

/// The token that it keeps for a host; none where it is not there, or nobody is logged in.
#[must_use]
pub fn token(host: &str) -> Option<String> {
    let mut gh = Command::new("gh");
    let said = gh.args(["auth", "token", "--hostname", host]).output().ok()?;
    let token = String::from_utf8(said.stdout).ok()?.trim().to_owned();
    (said.status.success() && !token.is_empty()).then_some(token)
}
