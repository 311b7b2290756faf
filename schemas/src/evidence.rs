//! Evidence: what a comparison of performance measured, for one commit. It travels as a git note of that commit.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::SchemaVersion;
use crate::strings::{CommitSha, Id, Sha256, Tag};

/// What was measured of a commit and of the release that it is compared with. It says no more than that: whoever reads it
/// judges it by the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Evidence {
    /// The version of this format.
    pub schema: SchemaVersion,
    /// The gate that it is for.
    pub gate: Id,
    /// The commit that was measured.
    pub commit: CommitSha,
    /// What it is compared with.
    pub base: Base,
    /// The SHA-256 of what the model said then about how to measure.
    pub measure: Sha256,
    /// The machine.
    pub host: Host,
    /// What was measured of each scenario.
    pub scenarios: IndexMap<String, Samples>,
}

/// The release that a commit is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Base {
    /// Its tag.
    pub tag: Tag,
    /// The commit that the tag led to.
    pub commit: CommitSha,
}

/// A machine, as far as it matters to its speed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Host {
    /// Its system: `linux`.
    pub os: String,
    /// Its architecture: `x86_64`.
    pub arch: String,
    /// How many threads it runs at once.
    pub threads: usize,
}

/// The times of a scenario in seconds, one for each run, in the order of the runs. A side that does not have the scenario
/// has none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Samples {
    /// Of the release that it is compared with.
    pub base: Vec<f64>,
    /// Of the commit.
    pub candidate: Vec<f64>,
}

/// The git ref of the notes that hold the evidence for a gate.
#[must_use]
pub fn notes(gate: &Id) -> String {
    format!("refs/notes/lockstep/{gate}")
}
