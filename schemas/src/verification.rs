//! What `verify-manifest --json` says of a bundle, as the result in its report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strings::{CommitSha, FileName, Sha256, Tag, TargetId, Version};

/// A bundle that was verified, artifact by artifact. What is wrong with it stands in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Verification {
    /// The project's name.
    pub project: String,
    /// The version.
    pub version: Version,
    /// Its tag.
    pub tag: Tag,
    /// The commit that was built.
    pub commit: CommitSha,
    /// The artifacts, in the manifest's order.
    pub artifacts: Vec<VerifiedArtifact>,
}

/// An artifact, and whether it is as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VerifiedArtifact {
    /// Its name.
    pub name: FileName,
    /// The target that it is of, or whose build made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetId>,
    /// Its size in bytes, as the manifest says.
    pub size: u64,
    /// Its digest, as the manifest says.
    pub sha256: Sha256,
    /// How many files are in it.
    pub members: usize,
    /// How many problems name it.
    pub problems: usize,
}
