//! git: which commit is checked out, and what the refs of a repository lead to.

mod notes;
mod tap;
mod worktree;

pub use notes::push_note;
pub use tap::Tap;
pub use worktree::{Worktree, changed_between, commit_here, push_tag, remotes, tag, uncommitted};

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::{CommitSha, GitRef, Repository, Tag};

use crate::gh;
use crate::process::{complained, output, run};

/// The commit that a folder has checked out.
///
/// # Errors
///
/// Where it is no checkout.
pub fn checked_out(folder: &Path) -> Result<CommitSha, Diagnostic> {
    let problem = |message: String| {
        let problem = Diagnostic::new(Rule::CheckoutMismatch, message).in_file(folder.shown());
        problem.with_remedy("the commit is read from the project's checkout: run this there; in a container, git must be in the image when the checkout is made")
    };
    let mut git = Command::new("git");
    // In a container the checkout belongs to another user than the one who runs in it.
    git.args(["-c", "safe.directory=*", "-C"]).arg(folder);
    git.args(["rev-parse", "--verify", "HEAD^{commit}"]);
    let output = output(&mut git).map_err(|not_started| problem(not_started.message))?;
    if !output.status.success() {
        return Err(problem(format!("is not a checkout: {}", complained(&output))));
    }
    let commit = String::from_utf8_lossy(&output.stdout);
    commit.trim().parse().map_err(|error| problem(format!("git does not name a commit: {error}")))
}

/// Of some files below a folder, those that git ignores ([documentation](https://git-scm.com/docs/git-check-ignore)). Where git is not
/// there, or the folder is no checkout, it ignores none.
#[must_use]
pub fn ignored(folder: &Path, paths: &[String]) -> HashSet<String> {
    if paths.is_empty() {
        return HashSet::new();
    }
    let mut git = Command::new("git");
    git.args(["-c", "safe.directory=*", "-C"]).arg(folder);
    git.args(["check-ignore", "-z", "--stdin"]);
    // By a file: git answers while it is still asked.
    let asked = || -> io::Result<File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(paths.join("\0").as_bytes())?;
        file.rewind()?;
        Ok(file)
    };
    let Ok(asked) = asked() else { return HashSet::new() };
    let said = output(git.stdin(asked)).map(|output| output.stdout).unwrap_or_default();
    let ignored =
        said.split(|byte| *byte == 0).map(|path| String::from_utf8_lossy(path).into_owned());
    ignored.filter(|path| !path.is_empty()).collect()
}

/// Whether a pull request changes one of some paths, each a
/// [glob](https://git-scm.com/docs/gitglossary#Documentation/gitglossary.txt-glob): what is checked out is the merge that
/// GitHub makes of it. `None` where it is no merge, or nothing before it came with the checkout.
///
/// # Errors
///
/// Where git cannot tell.
pub fn changes(folder: &Path, globs: &[&str]) -> Result<Option<bool>, Diagnostic> {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "safe.directory=*", "-C"]).arg(folder).args(arguments);
        git
    };
    let is_merge = output(&mut git(&["rev-parse", "--verify", "--quiet", "HEAD^2"]))?;
    if !is_merge.status.success() {
        return Ok(None);
    }
    let mut diff = git(&["diff", "--quiet", "HEAD^1", "HEAD", "--"]);
    diff.args(globs.iter().map(|glob| format!(":(top,glob){glob}")));
    let diff = output(&mut diff)?;
    match diff.status.code() {
        Some(0) => Ok(Some(false)),
        Some(1) => Ok(Some(true)),
        _ => {
            let message = format!("git cannot tell what changed: {}", complained(&diff));
            Err(Diagnostic::new(Rule::ClientFailed, message).in_file(folder.shown()))
        }
    }
}

/// The commit of a branch, a tag, or a commit itself, in a repository of the same GitHub.
///
/// # Errors
///
/// Where the repository has no such branch or tag, or both and they differ.
pub fn commit_of(repository: &Repository, git_ref: &GitRef) -> Result<CommitSha, Diagnostic> {
    if let Ok(commit) = git_ref.as_str().parse() {
        return Ok(commit);
    }
    let names = [format!("refs/heads/{git_ref}"), format!("refs/tags/{git_ref}")];
    let listed = Listed::of(repository, git_ref.as_str(), &names)?;
    let problem = |message: String| Diagnostic::new(Rule::RefUnknown, message);
    let branch = listed.commit(&names[0]);
    let tag = listed.tagged(&names[1]);
    match (branch, tag) {
        (Some(branch), Some(tag)) if branch != tag => Err(problem(format!(
            "`{git_ref}` is both a branch and a tag of {repository}, and they differ"
        ))
        .with_remedy(format!("name the commit: {branch} of the branch or {tag} of the tag"))),
        (Some(commit), _) | (None, Some(commit)) => Ok(commit),
        (None, None) => Err(problem(format!("{repository} has no branch or tag `{git_ref}`"))
            .with_remedy("name one that it has, or a full commit")),
    }
}

/// The commit that a tag leads to now.
///
/// # Errors
///
/// Where the repository has no such tag.
pub fn commit_of_tag(repository: &Repository, tag: &Tag) -> Result<CommitSha, Diagnostic> {
    tagged_there(repository, tag)?.ok_or_else(|| {
        Diagnostic::new(Rule::TagUnknown, format!("{repository} has no tag {tag}"))
            .with_remedy(format!("push it: git push origin {tag}"))
    })
}

/// The commit that a tag leads to now; none where the repository has no such tag.
///
/// # Errors
///
/// Where it cannot be asked.
pub fn tagged_there(repository: &Repository, tag: &Tag) -> Result<Option<CommitSha>, Diagnostic> {
    let name = format!("refs/tags/{tag}");
    let listed = Listed::of(repository, tag.as_str(), std::slice::from_ref(&name))?;
    Ok(listed.tagged(&name))
}

/// The tags of a repository that begin with a text.
///
/// # Errors
///
/// Where it cannot be asked.
pub fn tags(repository: &Repository, prefix: &str) -> Result<Vec<Tag>, Diagnostic> {
    let name = format!("refs/tags/{prefix}*");
    let listed = Listed::of(repository, prefix, &[name])?;
    let names =
        listed.0.lines().filter_map(|line| line.split('\t').nth(1)?.strip_prefix("refs/tags/"));
    Ok(names.filter(|name| !name.ends_with("^{}")).filter_map(|name| name.parse().ok()).collect())
}

/// Fetches a tag of a repository to the checkout in a folder, where it is not there: of a checkout without history, the tag's
/// commit alone.
///
/// # Errors
///
/// Where the repository does not hand it out, or the checkout has another tag of that name.
pub fn have_tag(folder: &Path, repository: &Repository, tag: &Tag) -> Result<(), Diagnostic> {
    let name = format!("refs/tags/{tag}");
    if let Some(here) = commit_here(folder, &name)? {
        let there = commit_of_tag(repository, tag)?;
        if here == there {
            return Ok(());
        }
        let message = format!("{tag} is {here} here, and {there} in {repository}");
        return Err(Diagnostic::new(Rule::TagMoved, message)
            .with_remedy(format!("take theirs: git fetch --force origin tag {tag}")));
    }
    let shallow = ["rev-parse", "--is-shallow-repository"];
    let shallow = output(Command::new("git").arg("-C").arg(folder).args(shallow))?;
    let mut fetch = Command::new("git");
    fetch.arg("-C").arg(folder).args(["fetch", "--quiet", "--no-tags"]);
    if String::from_utf8_lossy(&shallow.stdout).trim() == "true" {
        fetch.arg("--depth=1");
    }
    let fetched = output(asking(&mut fetch, repository).arg(format!("{name}:{name}")))?;
    if fetched.status.success() {
        return Ok(());
    }
    let message = format!("the tag {tag} cannot be fetched: {}", complained(&fetched));
    Err(Diagnostic::new(Rule::ClientFailed, message))
}

/// The text of a file of a repository at a commit, which is fetched into a folder that ends with this.
///
/// # Errors
///
/// Where git does not, or there is no such file.
pub fn file_of(
    repository: &Repository,
    commit: &CommitSha,
    file: &str,
) -> Result<String, Diagnostic> {
    let folder = tempfile::tempdir().map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("a temporary folder: {error}"))
    })?;
    let mut init = Command::new("git");
    init.args(["init", "--quiet", "--bare"]).current_dir(folder.path());
    run(&mut init, "git makes no repository")?;
    file_at(folder.path(), repository, commit, file)
}

/// The text of a file as a commit has it, which may be another than the one that is checked out in a folder.
///
/// # Errors
///
/// Where the repository does not have the commit, or the commit the file.
pub fn file_at(
    folder: &Path,
    repository: &Repository,
    commit: &CommitSha,
    file: &str,
) -> Result<String, Diagnostic> {
    let failed = |what: &str, output: &Output| {
        let message = format!("{what} of {commit} cannot be had: {}", complained(output));
        Err(Diagnostic::new(Rule::ClientFailed, message).in_file(file))
    };
    let mut fetch = Command::new("git");
    fetch.current_dir(folder).args(["fetch", "--quiet", "--depth=1", "--no-tags"]);
    let fetched = output(asking(&mut fetch, repository).arg(commit.as_str()))?;
    if !fetched.status.success() {
        return failed("the files", &fetched);
    }
    let mut show = Command::new("git");
    show.current_dir(folder).args(["show", "--no-textconv"]).arg(format!("{commit}:{file}"));
    let shown = output(&mut show)?;
    if !shown.status.success() {
        return failed("this file", &shown);
    }
    Ok(String::from_utf8_lossy(&shown.stdout).into_owned())
}

/// Clones a repository at an address without its history, for [`file_in`].
///
/// # Errors
///
/// Where git does not.
pub fn clone_bare(address: &str, into: &Path) -> Result<(), Diagnostic> {
    let mut command = Command::new("git");
    command.args(["clone", "--quiet", "--bare", "--depth=1", "--", address]);
    run(command.arg(into), "git does not clone it").map(drop)
}

/// The bytes of a file, as the branch that a bare clone was made of has it; `None` where it has none.
///
/// # Errors
///
/// Where git does not say.
pub fn file_in(clone: &Path, file: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
    file_in_commit(clone, "HEAD", file)
}

fn file_in_commit(clone: &Path, commit: &str, file: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
    let git = || {
        let mut git = Command::new("git");
        git.arg("--git-dir").arg(clone);
        git
    };
    let listed = run(git().args(["ls-tree", commit, "--", file]), "git does not list its files")?;
    if listed.is_empty() {
        return Ok(None);
    }
    let shown = output(git().args(["show", "--no-textconv"]).arg(format!("{commit}:{file}")))?;
    if shown.status.success() {
        return Ok(Some(shown.stdout));
    }
    let message = format!("git does not show it: {}", complained(&shown));
    Err(Diagnostic::new(Rule::ClientFailed, message).in_file(file))
}

/// A command of git's that asks for a repository, with the token that there is.
fn asking<'c>(git: &'c mut Command, repository: &Repository) -> &'c mut Command {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let server = variable("GITHUB_SERVER_URL").unwrap_or_else(|| "https://github.com".to_owned());
    let server = server.trim_end_matches('/');
    git.arg(format!("{server}/{repository}"));
    let host = server.split_once("://").map_or(server, |(_, host)| host);
    logged_in(git, server, gh::login(host).as_deref())
}

/// A command of git's that shows a server a token, where there is one.
fn logged_in<'c>(git: &'c mut Command, server: &str, token: Option<&str>) -> &'c mut Command {
    // A repository that wants a password has none to be typed here.
    git.env("GIT_TERMINAL_PROMPT", "0");
    if let Some(token) = token {
        // As actions/checkout does, by the environment alone: a command line can be read by all.
        let login = BASE64_STANDARD.encode(format!("x-access-token:{token}"));
        let next = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse().ok());
        let next: u32 = next.unwrap_or(0);
        git.env("GIT_CONFIG_COUNT", (next.saturating_add(1)).to_string())
            .env(format!("GIT_CONFIG_KEY_{next}"), format!("http.{server}/.extraheader"))
            .env(format!("GIT_CONFIG_VALUE_{next}"), format!("AUTHORIZATION: basic {login}"));
    }
    git
}

/// Refs and what they lead to, as `git ls-remote` lists them.
struct Listed(String);

impl Listed {
    fn of(repository: &Repository, what: &str, names: &[String]) -> Result<Self, Diagnostic> {
        let mut git = Command::new("git");
        asking(git.args(["ls-remote", "--quiet"]), repository)
            .args(names.iter().flat_map(|name| [name.clone(), format!("{name}^{{}}")]));
        let output = output(&mut git)?;
        if !output.status.success() {
            let said = complained(&output);
            let message = format!("{repository} cannot be asked for `{what}`: {said}");
            return Err(Diagnostic::new(Rule::ClientFailed, message).with_remedy(
                "the repository must exist and be readable where releases are built",
            ));
        }
        Ok(Self(String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    fn commit(&self, name: &str) -> Option<CommitSha> {
        let line = self.0.lines().find(|line| line.split('\t').nth(1) == Some(name))?;
        line.split('\t').next()?.parse().ok()
    }

    /// What a tag leads to: of an annotated one the commit, rather than the tag itself.
    fn tagged(&self, name: &str) -> Option<CommitSha> {
        self.commit(&format!("{name}^{{}}")).or_else(|| self.commit(name))
    }
}
