//! A repository in which one file is changed: a tap with its formula.

use std::io::Write as _;
use std::process::{Command, Stdio};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::{CommitSha, Repository};
use tempfile::TempDir;

use super::{file_in_commit, logged_in};
use crate::process::{TOKEN, complained, output, run};

/// Who the commits are of: the account by which GitHub's own workflows act.
const AUTHOR: [&str; 2] =
    ["github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"];

/// The mode of a link.
const LINK: &str = "120000";

/// A clone of it without its history and without a checkout.
#[derive(Debug)]
pub struct Tap<'a> {
    folder: TempDir,
    server: &'a str,
    repository: &'a Repository,
    token: Option<&'a str>,
    branch: String,
    /// Whether whoever runs this makes the commits.
    is_users: bool,
}

impl<'a> Tap<'a> {
    /// Clones it into an empty folder, which ends with it.
    ///
    /// # Errors
    ///
    /// Where git does not, or the repository has no branch.
    pub fn clone(
        folder: TempDir,
        server: &'a str,
        repository: &'a Repository,
        token: Option<&'a str>,
    ) -> Result<Self, Diagnostic> {
        let mut git = Command::new("git");
        git.args(["clone", "--quiet", "--bare", "--depth=1", "--"]);
        logged_in(git.arg(format!("{server}/{repository}")).arg(folder.path()), server, token);
        let cloned = output(&mut git)?;
        if !cloned.status.success() {
            let message = format!("{repository} cannot be read: {}", complained(&cloned));
            return Err(Diagnostic::new(Rule::TapRefused, message)
                .with_remedy("look whether the tap is there, and whether its token still holds"));
        }
        let mut tap =
            Self { folder, server, repository, token, branch: String::new(), is_users: false };
        let head =
            run(tap.git().args(["symbolic-ref", "--short", "HEAD"]), "the tap has no branch")?;
        head.trim().clone_into(&mut tap.branch);
        Ok(tap)
    }

    /// The same, whose commits are of whoever runs this.
    #[must_use]
    pub fn of_user(self) -> Self {
        Self { is_users: true, ..self }
    }

    /// The newest commit of the branch that users get at which a file was another, and its text then. All of the history is
    /// fetched for it.
    ///
    /// # Errors
    ///
    /// Where git does not say.
    pub fn before(
        &self,
        path: &str,
        is_other: &dyn Fn(&str) -> bool,
    ) -> Result<Option<(CommitSha, String)>, Diagnostic> {
        let reference = format!("refs/heads/{}", self.branch);
        let shallow = self.folder.path().join("shallow").exists();
        let fetch: &[&str] =
            if shallow { &["fetch", "--quiet", "--unshallow"] } else { &["fetch", "--quiet"] };
        let fetched = self.remote(fetch, &[&reference])?;
        fetched.map_err(|said| self.silent(&said))?;
        let log = ["log", "--format=%H", "FETCH_HEAD", "--", path];
        let commits = run(self.git().args(log), "git does not say when it was changed")?;
        for commit in commits.lines().filter_map(|line| line.parse::<CommitSha>().ok()) {
            if let Some(text) = self.file(&commit, path)?.filter(|text| is_other(text)) {
                return Ok(Some((commit, text)));
            }
        }
        Ok(None)
    }

    /// The branch that users get.
    #[must_use]
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// The newest commit of a branch, fetched; none where there is no such branch.
    ///
    /// # Errors
    ///
    /// Where git does not say.
    pub fn fetch(&self, branch: &str) -> Result<Option<CommitSha>, Diagnostic> {
        let reference = format!("refs/heads/{branch}");
        let listed = self.remote(&["ls-remote", "--quiet"], &[&reference])?;
        let listed = listed.map_err(|said| self.silent(&said))?;
        let commit = listed.split_whitespace().next().and_then(|commit| commit.parse().ok());
        if commit.is_some() {
            let fetched = self.remote(&["fetch", "--quiet"], &[&reference])?;
            fetched.map_err(|said| self.silent(&said))?;
        }
        Ok(commit)
    }

    /// The text of a file at a commit; none where it has no such file.
    ///
    /// # Errors
    ///
    /// Where git does not say, or the file is no text.
    pub fn file(&self, commit: &CommitSha, path: &str) -> Result<Option<String>, Diagnostic> {
        if self.mode(commit, path)?.is_some_and(|mode| mode == LINK) {
            let message = format!("of {} is a link", self.repository);
            return Err(Diagnostic::new(Rule::NotAFile, message)
                .in_file(path)
                .with_remedy("name the file that it leads to in the model"));
        }
        let Some(bytes) = file_in_commit(self.folder.path(), commit.as_str(), path)? else {
            return Ok(None);
        };
        String::from_utf8(bytes).map(Some).map_err(|_| {
            Diagnostic::new(Rule::NotUtf8, format!("of {} is not UTF-8", self.repository))
                .in_file(path)
        })
    }

    /// Makes a commit on top of another, in which one file has another text.
    ///
    /// # Errors
    ///
    /// Where git does not.
    pub fn commit(
        &self,
        parent: &CommitSha,
        path: &str,
        text: &str,
        message: &str,
    ) -> Result<CommitSha, Diagnostic> {
        let failed = "git does not make the commit";
        let blob = self.with_input(&["hash-object", "-w", "--stdin"], text)?;
        let index = self.folder.path().join("lockstep.index");
        let git = |arguments: &[&str]| {
            run(self.git().env("GIT_INDEX_FILE", &index).args(arguments), failed)
        };
        git(&["read-tree", parent.as_str()])?;
        let mode = self.mode(parent, path)?.unwrap_or_else(|| "100644".to_owned());
        let entry = format!("{mode},{},{path}", blob.trim());
        git(&["update-index", "--add", "--cacheinfo", &entry])?;
        let tree = git(&["write-tree"])?;
        let commit = ["commit-tree", tree.trim(), "-p", parent.as_str(), "-m", message];
        let commit = git(&commit)?;
        commit
            .trim()
            .parse()
            .map_err(|error| Diagnostic::new(Rule::ClientFailed, format!("{failed}: {error}")))
    }

    /// Pushes a commit to a branch. One that `is_ours` is replaced, and any other only goes forward. With `dry_run` nothing is
    /// changed: whoever may not write is refused, and what rules of a branch refuse is not.
    ///
    /// # Errors
    ///
    /// Where git does not start. The inner error is what the tap or git says where it is not taken.
    pub fn push(
        &self,
        commit: &CommitSha,
        branch: &str,
        is_ours: bool,
        dry_run: bool,
    ) -> Result<Result<(), String>, Diagnostic> {
        let force = if is_ours { "+" } else { "" };
        let refspec = format!("{force}{commit}:refs/heads/{branch}");
        let mut arguments = vec!["push", "--quiet"];
        arguments.extend(dry_run.then_some("--dry-run"));
        Ok(self.remote(&arguments, &[&refspec])?.map(drop))
    }

    /// Deletes a branch, where it is there.
    ///
    /// # Errors
    ///
    /// Where git does not start. The inner error is what it says where it does not.
    pub fn delete(&self, branch: &str) -> Result<Result<(), String>, Diagnostic> {
        Ok(self.remote(&["push", "--quiet"], &[&format!(":refs/heads/{branch}")])?.map(drop))
    }

    /// The mode of a file at a commit, as git writes it.
    fn mode(&self, commit: &CommitSha, path: &str) -> Result<Option<String>, Diagnostic> {
        let listed = ["ls-tree", commit.as_str(), "--", path];
        let listed = run(self.git().args(listed), "git does not list its files")?;
        Ok(listed.split_whitespace().next().map(str::to_owned))
    }

    fn git(&self) -> Command {
        let mut git = Command::new("git");
        git.arg("--git-dir").arg(self.folder.path());
        if self.is_users {
            return git;
        }
        let [name, address] = AUTHOR;
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), name).env(format!("GIT_{who}_EMAIL"), address);
        }
        git
    }

    /// What git says of the repository, or why it does not.
    fn remote(
        &self,
        before: &[&str],
        after: &[&str],
    ) -> Result<Result<String, String>, Diagnostic> {
        let mut git = self.git();
        git.args(before).arg("--").arg(format!("{}/{}", self.server, self.repository)).args(after);
        let asked = output(logged_in(&mut git, self.server, self.token))?;
        if asked.status.success() {
            return Ok(Ok(String::from_utf8_lossy(&asked.stdout).into_owned()));
        }
        Ok(Err(complained(&asked)))
    }

    fn silent(&self, said: &str) -> Diagnostic {
        Diagnostic::new(Rule::ClientFailed, format!("{} cannot be asked: {said}", self.repository))
            .with_remedy("run it again: nothing is lost")
    }

    fn with_input(&self, arguments: &[&str], input: &str) -> Result<String, Diagnostic> {
        let failed = |why: &dyn std::fmt::Display| {
            Diagnostic::new(Rule::ClientFailed, format!("git does not keep the formula: {why}"))
        };
        let mut git = self.git();
        git.env_remove(TOKEN);
        let piped = git.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().map_err(|error| failed(&error))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).map_err(|error| failed(&error))?;
        }
        let output = child.wait_with_output().map_err(|error| failed(&error))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(failed(&output.status))
    }
}
