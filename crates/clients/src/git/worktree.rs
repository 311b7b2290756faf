//! Commits of a local repository, and folders in which they are checked out.

use std::path::{Path, PathBuf};
use std::process::Command;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::{CommitSha, Tag};

use crate::process::{complained, output, run};

pub(crate) fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder);
    git
}

/// The commit that a branch, a tag or a name like `HEAD` leads to in the repository of a folder; none where it knows no such.
///
/// # Errors
///
/// Where git does not start, or the folder is in no repository.
pub fn commit_here(folder: &Path, name: &str) -> Result<Option<CommitSha>, Diagnostic> {
    let mut git = git(folder);
    git.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
    let found = output(git.arg(format!("{name}^{{commit}}")))?;
    let said = complained(&found);
    if !found.status.success() && !said.is_empty() {
        let problem = Diagnostic::new(Rule::CheckoutMismatch, format!("is not a checkout: {said}"));
        return Err(problem.in_file(folder.shown()));
    }
    Ok(String::from_utf8_lossy(&found.stdout).trim().parse().ok())
}

/// What of a checkout no commit has, apart from what is below some paths: the lines of
/// [`git status --porcelain`](https://git-scm.com/docs/git-status#_short_format).
///
/// # Errors
///
/// Where git cannot tell.
pub fn uncommitted(folder: &Path, but: &[&str]) -> Result<Vec<String>, Diagnostic> {
    let mut git = git(folder);
    git.args(["status", "--porcelain", "--", "."]);
    git.args(but.iter().map(|path| format!(":(exclude,literal){path}")));
    let said = run(&mut git, "git cannot tell what is committed")?;
    Ok(said.lines().map(str::to_owned).collect())
}

/// The remotes of a repository, each with the address that is configured for it.
///
/// # Errors
///
/// Where git cannot tell.
pub fn remotes(folder: &Path) -> Result<Vec<(String, String)>, Diagnostic> {
    let mut git = git(folder);
    git.args(["config", "--get-regexp", "--null", r"^remote\..*\.url$"]);
    let listed = output(&mut git)?;
    // 1: it has no remote.
    if !listed.status.success() && listed.status.code() != Some(1) {
        let message = format!("git cannot tell its remotes: {}", complained(&listed));
        return Err(Diagnostic::new(Rule::ClientFailed, message));
    }
    let listed = String::from_utf8_lossy(&listed.stdout);
    let remotes = listed.split('\0').filter_map(|entry| {
        let (key, address) = entry.split_once('\n')?;
        let name = key.strip_prefix("remote.")?.strip_suffix(".url")?;
        Some((name.to_owned(), address.to_owned()))
    });
    Ok(remotes.collect())
}

/// The files below some paths that differ between two commits.
///
/// # Errors
///
/// Where git cannot tell.
pub fn changed_between(
    folder: &Path,
    one: &str,
    other: &CommitSha,
    paths: &[&str],
) -> Result<Vec<String>, Diagnostic> {
    let mut git = git(folder);
    git.args(["diff", "--name-only", "-z", "--relative", one, other.as_str(), "--"]).args(paths);
    let said = run(&mut git, &format!("git cannot tell what changed since {one}"))?;
    Ok(said.split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect())
}

/// Tags a commit here, with a message. A tag that is there, leads to the commit and says the same stays.
///
/// # Errors
///
/// Where there is another tag of that name, or git makes none.
pub fn tag(folder: &Path, tag: &Tag, commit: &CommitSha, message: &str) -> Result<(), Diagnostic> {
    match commit_here(folder, &format!("refs/tags/{tag}"))? {
        Some(known) if known == *commit && says(folder, tag)? == message.trim() => return Ok(()),
        Some(known) => {
            let message = if known == *commit {
                format!("{tag} is there already, with another message")
            } else {
                format!("{tag} is {known} in this repository, and not {commit}")
            };
            return Err(Diagnostic::new(Rule::TagMoved, message).with_remedy(format!(
                "nobody else has that tag yet; where it is wrong: git tag --delete {tag}"
            )));
        }
        None => {}
    }
    let mut git = git(folder);
    git.args(["tag", "--annotate", "--message", message, tag.as_str(), commit.as_str()]);
    run(&mut git, &format!("git does not tag {commit}")).map(drop)
}

/// The message of an annotated tag.
fn says(folder: &Path, tag: &Tag) -> Result<String, Diagnostic> {
    let mut git = git(folder);
    git.args(["for-each-ref", "--format=%(contents)"]).arg(format!("refs/tags/{tag}"));
    Ok(run(&mut git, &format!("git does not say what {tag} is"))?.trim().to_owned())
}

/// Pushes a tag.
///
/// # Errors
///
/// Where the remote refuses it.
pub fn push_tag(folder: &Path, remote: &str, tag: &Tag) -> Result<(), Diagnostic> {
    let mut git = git(folder);
    let name = format!("refs/tags/{tag}");
    git.args(["push", "--quiet", "--end-of-options", remote]).arg(format!("{name}:{name}"));
    git.env("GIT_TERMINAL_PROMPT", "0");
    run(&mut git, &format!("{remote} does not take {tag}")).map(drop)
}

/// Where a folder is in its repository: empty at its root, else with a `/` at its end.
fn prefix(folder: &Path) -> Result<String, Diagnostic> {
    let mut git = git(folder);
    let said = run(git.args(["rev-parse", "--show-prefix"]), "git does not know the folder")?;
    Ok(said.trim_end_matches('\n').to_owned())
}

/// A commit that is checked out in a folder of its own until this is dropped.
#[derive(Debug)]
pub struct Worktree<'a> {
    of: &'a Path,
    root: PathBuf,
    /// Where the folder that it was made for is in it.
    pub folder: PathBuf,
}

impl<'a> Worktree<'a> {
    /// Checks a commit out.
    ///
    /// # Errors
    ///
    /// Where git does not.
    pub fn new(of: &'a Path, root: &Path, commit: &CommitSha) -> Result<Self, Diagnostic> {
        let folder = root.join(prefix(of)?);
        let mut git = git(of);
        git.args(["worktree", "add", "--quiet", "--detach"]).arg(root).arg(commit.as_str());
        run(&mut git, &format!("{commit} cannot be checked out"))?;
        Ok(Self { of, root: root.to_owned(), folder })
    }
}

impl Drop for Worktree<'_> {
    fn drop(&mut self) {
        // What git cannot take away, `git worktree prune` forgets when the folder is gone.
        let _ = output(git(self.of).args(["worktree", "remove", "--force"]).arg(&self.root));
    }
}
