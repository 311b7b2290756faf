//! uv's workspaces ([documentation](https://docs.astral.sh/uv/concepts/projects/workspaces/)).

/// The lockfile in the workspace's root, at or above a project.
pub(super) const LOCK: &[&str] = &["uv.lock"];
/// The manifest of a project.
pub(super) const MANIFEST: &[&str] = &["pyproject.toml"];
