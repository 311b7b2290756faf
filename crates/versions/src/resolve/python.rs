//! The workspaces of [uv](https://docs.astral.sh/uv/concepts/projects/workspaces/), and the projects of Poetry.

/// The lockfile of a project or a workspace of uv's.
pub(super) const LOCK: &str = "uv.lock";
/// The lockfiles at or above a project, of one client each.
pub(super) const LOCKS: [&[&str]; 2] = [&[LOCK], &["poetry.lock"]];
