//! git notes: what is said of a commit without changing it
//! ([documentation](https://git-scm.com/docs/git-notes)).

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::CommitSha;

use super::worktree::git;
use crate::process::{complained, output, run};

/// How often notes are fetched and pushed anew, where somebody else pushed in between.
const ATTEMPTS: usize = 3;
/// The largest note, in bytes: GitHub hands out files of
/// [a megabyte](https://docs.github.com/en/rest/repos/contents#get-repository-content).
const LARGEST: usize = 1 << 20;

/// Says something of a commit, in place of what the notes of the ref said of it, and pushes that.
///
/// # Errors
///
/// Where git cannot, or the remote refuses the push.
pub fn push_note(
    folder: &Path,
    remote: &str,
    notes: &str,
    commit: &CommitSha,
    text: &str,
) -> Result<(), Diagnostic> {
    if text.len() > LARGEST {
        let message = format!("a note of {} bytes is larger than GitHub hands out", text.len());
        return Err(Diagnostic::new(Rule::ClientFailed, message));
    }
    let mut refused = String::new();
    for _ in 0..ATTEMPTS {
        fetch_notes(folder, remote, notes)?;
        add(folder, notes, commit, text)?;
        let mut push = git(folder);
        push.args(["push", "--quiet", "--end-of-options", remote]).arg(format!("{notes}:{notes}"));
        let pushed = output(push.env("GIT_TERMINAL_PROMPT", "0"))?;
        if pushed.status.success() {
            return Ok(());
        }
        refused = complained(&pushed);
    }
    let message = format!("the note of {commit} cannot be pushed to `{remote}`: {refused}");
    Err(Diagnostic::new(Rule::ClientFailed, message)
        .with_remedy("you must be allowed to push to it; then run the same command again"))
}

/// Takes over what a remote's notes of a ref say, where it has such.
fn fetch_notes(folder: &Path, remote: &str, notes: &str) -> Result<(), Diagnostic> {
    let failed = format!("the notes of `{remote}` cannot be fetched");
    let mut list = git(folder);
    list.args(["ls-remote", "--quiet", "--end-of-options", remote, notes]);
    let listed = run(list.env("GIT_TERMINAL_PROMPT", "0"), &failed)?;
    if !listed.lines().any(|line| line.split('\t').nth(1) == Some(notes)) {
        return Ok(());
    }
    let mut fetch = git(folder);
    fetch.args(["fetch", "--quiet", "--no-tags", "--end-of-options", remote]);
    fetch.arg(format!("+{notes}:{notes}")).env("GIT_TERMINAL_PROMPT", "0");
    run(&mut fetch, &failed).map(drop)
}

fn add(folder: &Path, notes: &str, commit: &CommitSha, text: &str) -> Result<(), Diagnostic> {
    let failed = |why: &dyn std::fmt::Display| {
        Diagnostic::new(Rule::ClientFailed, format!("git does not note it on {commit}: {why}"))
    };
    let mut add = git(folder);
    let flag = format!("--ref={notes}");
    add.args(["notes", &flag, "add", "--force", "--file=-", commit.as_str()]);
    add.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut started = add.spawn().map_err(|error| failed(&error))?;
    let written = started.stdin.take().map(|mut stdin| stdin.write_all(text.as_bytes()));
    let ended = started.wait_with_output().map_err(|error| failed(&error))?;
    if !ended.status.success() {
        return Err(failed(&complained(&ended)));
    }
    written.transpose().map(drop).map_err(|error| failed(&error))
}
