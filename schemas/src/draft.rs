//! What Lockstep writes into the draft of a release, to know it again.

use serde::{Deserialize, Serialize};

use crate::comment;
use crate::strings::Sha256;

const KIND: &str = "draft";

/// The bundle that a draft is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Draft {
    /// The run that built it; none where no run did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<u64>,
    /// The SHA-256 of its `SHA256SUMS`, and so of all of it.
    pub sums: Sha256,
}

impl Draft {
    /// The comment.
    #[must_use]
    pub fn comment(&self) -> String {
        comment::written(KIND, self)
    }

    /// What the notes of a draft say that it is of; nothing where somebody else made it.
    #[must_use]
    pub fn of(notes: &str) -> Option<Self> {
        comment::read(KIND, notes)
    }
}
