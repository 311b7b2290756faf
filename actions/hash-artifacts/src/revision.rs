//! Which commit a checkout is of.

use std::path::Path;

use lockstep_clients::git::checked_out;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{ResolvedSource, Revision};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::Repository;

/// A repository at the commit that it must be at, if its checkout is.
pub(crate) fn revision(
    repository: &Repository,
    resolved: &ResolvedSource,
    folder: &Path,
) -> Result<Revision, Diagnostic> {
    let found = checked_out(folder)?;
    let ResolvedSource { git_ref, commit } = resolved;
    if found != *commit {
        return Err(Diagnostic::new(
            Rule::CheckoutMismatch,
            format!(
                "{repository} is checked out at {found}, but this release is built from {commit}"
            ),
        )
        .in_file(folder.shown())
        .with_remedy("no step may move the checkout: build what was checked out"));
    }
    Ok(Revision { repository: repository.clone(), git_ref: git_ref.clone(), commit: found })
}
