//! Refs of other repositories, asked of git.

use std::process::Command;

use lockstep_schemas::strings::{CommitSha, GitRef, Repository};
use lockstep_toolkit::Problem;

/// The commit of a branch, a tag, or a commit itself, in a repository of the same GitHub.
pub(crate) fn commit_of(repository: &Repository, git_ref: &GitRef) -> Result<CommitSha, Problem> {
    if let Ok(commit) = git_ref.as_str().parse() {
        return Ok(commit);
    }
    let server = std::env::var("GITHUB_SERVER_URL").ok().filter(|url| !url.is_empty());
    let server = server.unwrap_or_else(|| "https://github.com".to_owned());
    let address = format!("{}/{repository}", server.trim_end_matches('/'));
    let names = [format!("refs/heads/{git_ref}"), format!("refs/tags/{git_ref}")];
    let peeled = format!("{}^{{}}", names[1]);
    let problem = |message: String| Problem::new(message);
    let output = Command::new("git")
        .args(["ls-remote", "--quiet", &address])
        .args(&names)
        .arg(&peeled)
        // A repository that wants a password has none to be typed here.
        .env("GIT_TERMINAL_PROMPT", "0")
        .output()
        .map_err(|error| problem(format!("git does not start: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(problem(format!(
            "{repository} can not be asked for `{git_ref}`: {}",
            said.trim()
        ))
        .with_remedy("the repository must exist and be readable where releases are built"));
    }
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    let commit = |name: &str| {
        let line = listed.lines().find(|line| line.split('\t').nth(1) == Some(name))?;
        line.split('\t').next()?.parse::<CommitSha>().ok()
    };
    let branch = commit(&names[0]);
    // What an annotated tag leads to, rather than the tag itself.
    let tag = commit(&peeled).or_else(|| commit(&names[1]));
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
