//! uv's workspaces ([documentation](https://docs.astral.sh/uv/concepts/projects/workspaces/)).

/// The lockfile in the workspace's root, at or above a project.
pub(super) const LOCK: &[&str] = &["uv.lock"];
/// Poetry's lockfile, which has a digest of the whole manifest.
pub(super) const POETRY: &[&str] = &["poetry.lock"];
