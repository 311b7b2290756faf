//! Which commit a checkout is of.

use std::path::Path;
use std::process::Command;

use lockstep_schemas::manifest::{ResolvedSource, Revision};
use lockstep_schemas::strings::{CommitSha, Repository};
use lockstep_toolkit::Problem;

/// The commit that a folder has checked out.
pub fn checked_out(folder: &Path) -> Result<CommitSha, Problem> {
    let problem = |message: String| Problem::new(message).of_file(folder.display());
    let remedy = "the commit is read from the project's checkout: run this there; in a container, git must be in the image when the checkout is made";
    // In a container the checkout belongs to another user than the one who runs in it.
    let output = Command::new("git")
        .args(["-c", "safe.directory=*", "-C"])
        .arg(folder)
        .args(["rev-parse", "--verify", "HEAD^{commit}"])
        .output()
        .map_err(|error| problem(format!("git does not start: {error}")).with_remedy(remedy))?;
    let said = if output.status.success() { &output.stdout } else { &output.stderr };
    let said = String::from_utf8_lossy(said);
    if !output.status.success() {
        return Err(problem(format!("is no checkout: {}", said.trim())).with_remedy(remedy));
    }
    said.trim().parse().map_err(|error| problem(format!("git names no commit: {error}")))
}

/// A repository at the commit that it must be at, if its checkout is.
pub fn revision(
    repository: &Repository,
    resolved: &ResolvedSource,
    folder: &Path,
) -> Result<Revision, Problem> {
    let found = checked_out(folder)?;
    let ResolvedSource { git_ref, commit } = resolved;
    if found != *commit {
        return Err(Problem::new(format!(
            "{repository} is checked out at {found}, but this release is built from {commit}"
        ))
        .of_file(folder.display())
        .with_remedy("no step may move the checkout: build what was checked out"));
    }
    Ok(Revision { repository: repository.clone(), git_ref: git_ref.clone(), commit: found })
}
