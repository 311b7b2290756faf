//! What `verify-manifest --json` says of a bundle.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strings::{CommitSha, FileName, Sha256, Tag, TargetId, Version};

/// What was found of a bundle. It is good where there are no problems.
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
    /// Everything that is wrong.
    pub problems: Vec<Finding>,
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

/// One thing that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// The file of the bundle that it is about.
    pub file: String,
    /// The file in that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The line of the file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: String,
    /// What should have been found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// Something that is wrong with a file of the bundle.
    #[must_use]
    pub fn new(file: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { file: file.into(), problem: problem.into(), ..Self::default() }
    }

    /// The same, of a file in it.
    #[must_use]
    pub fn of_member(mut self, member: impl Into<String>) -> Self {
        self.member = Some(member.into());
        self
    }

    /// The same, at a line of the file.
    #[must_use]
    pub fn at_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The same, with what should have been found and what was.
    #[must_use]
    pub fn differs(mut self, expected: &impl ToString, found: &impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self.found = Some(found.to_string());
        self
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}
