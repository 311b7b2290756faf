//! A pin: as it is, and as it can be.

use lockstep_schemas::strings::{CommitSha, PinVersion, Repository};

/// An action at a commit, as a project uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Used {
    /// The action's repository.
    pub repository: Repository,
    /// The commit.
    pub commit: CommitSha,
    /// The version that stands behind it.
    pub version: Option<PinVersion>,
    /// Where it stands first.
    pub file: String,
    /// The line there, from 1.
    pub line: usize,
}

/// What an action can be pinned to.
#[derive(Debug, Clone)]
pub(crate) struct Next {
    /// The release.
    pub version: PinVersion,
    /// Its commit.
    pub commit: CommitSha,
    /// The day since which it is public.
    pub since: String,
}
