//! The release before this one, and what changed since.

use lockstep_clients::git;
use lockstep_gates::{Rise, last_release};
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::strings::{CommitSha, Tag, Version};

use super::Walk;

/// Where a change asks for a rehearsal: how a release is built, packed and published, and with which credentials.
const REHEARSED: [&str; 3] = [".github/workflows", ".github/lockstep.plan.json", "lockstep.yaml"];

/// The release before this one.
pub(super) struct Last {
    pub(super) tag: Tag,
    version: Version,
}

impl Last {
    pub(super) fn of(walk: &Walk<'_>) -> Result<Option<Self>, Diagnostic> {
        let last = last_release(walk.plan, &walk.version)?;
        Ok(last.map(|(tag, version)| Self { tag, version }))
    }

    /// How much the version rises since.
    pub(super) fn rise(&self, version: &Version) -> Rise {
        Rise::between(&self.version, version)
    }

    /// The files whose change since asks for a rehearsal.
    pub(super) fn rehearsed(
        &self,
        walk: &Walk<'_>,
        commit: &CommitSha,
    ) -> Result<Vec<String>, Diagnostic> {
        git::have_tag(walk.project, &walk.plan.project.repository, &self.tag)?;
        git::changed_between(walk.project, &format!("refs/tags/{}", self.tag), commit, &REHEARSED)
    }
}
