//! What the job that resolved the release puts out, as the steps behind it are given it.

use lockstep_runner::Failure;
use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::strings::{CommitSha, Sha256, Tag};
use serde::{Deserialize, Deserializer, de};

use crate::Inputs;

/// The release, as it was resolved.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Resolved {
    pub(crate) tag: Tag,
    pub(crate) commit: CommitSha,
    /// The build run.
    #[serde(deserialize_with = "number")]
    pub(crate) run_id: u64,
    /// What its bundle was uploaded as.
    pub(crate) upload: String,
    /// The SHA-256 of the bundle's `SHA256SUMS`, once that is downloaded.
    #[serde(default)]
    pub(crate) sums: Option<Sha256>,
}

/// What was resolved before. An output that is empty opens nothing.
pub(crate) fn of(asked: &Inputs) -> Result<Resolved, Failure> {
    serde_json::from_str(&asked.inputs).map_err(|error| {
        let what =
            format!("`inputs` is not what the job that resolved the release puts out: {error}");
        Failure::new(Rule::WrongInput, what)
    })
}

/// Outputs are texts.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| de::Error::custom(format!("the build run `{text}` is not a number")))
}
