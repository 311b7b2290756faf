//! Snapshots: commits without a tag that are built to be tried.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strings::{Cron, GitRef, PathGlob, TargetId};

/// When `verify.yml` builds, packs and smoke-tests what a release would, under a version of its own that nothing publishes.
/// It has no secret for that, so pull requests of forks are built as well. A dispatch of `release.yml` on a branch builds a
/// snapshot at any time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Snapshots {
    /// Of each pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<PullRequestSnapshots>,
    /// Of each push to a branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<PushSnapshots>,
    /// Of the default branch, by the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduledSnapshots>,
}

/// Snapshots of pull requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PullRequestSnapshots {
    /// The targets that are built. By default all of them; the bundle is put together where all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<TargetId>>,
    /// The paths of which one must have changed. By default any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<PathGlob>,
}

/// Snapshots of pushes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PushSnapshots {
    /// The branch.
    pub branch: GitRef,
    /// The targets that are built. By default all of them; the bundle is put together where all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<TargetId>>,
}

/// Snapshots by the clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScheduledSnapshots {
    /// When, in UTC
    /// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule)).
    pub cron: Cron,
    /// The targets that are built. By default all of them; the bundle is put together where all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<TargetId>>,
}

impl Snapshots {
    /// The targets that each kind names, with its key in the model.
    pub fn targets(&self) -> impl Iterator<Item = (&'static str, Option<&[TargetId]>)> {
        let pull_request =
            self.pull_request.as_ref().map(|of| ("pull-request", of.targets.as_deref()));
        let push = self.push.as_ref().map(|of| ("push", of.targets.as_deref()));
        let schedule = self.schedule.as_ref().map(|of| ("schedule", of.targets.as_deref()));
        [pull_request, push, schedule].into_iter().flatten()
    }
}
