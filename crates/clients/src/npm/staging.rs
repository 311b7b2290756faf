//! What waits at npm for an approval ([documentation](https://docs.npmjs.com/staged-publishing)).

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::StageId;
use serde_json::Value;

use super::publishing::{Access, Refusal, refusal, with_access};
use crate::process::output;

/// A version that is staged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// What npm calls it; none where that is no id.
    pub id: Option<StageId>,
    /// The dist-tag that it gets when it is approved.
    pub tag: String,
}

/// Of what is staged in a version, each package that is shown to whoever asks. Who only stages may not see it: a trusted workflow
/// never does.
///
/// # Errors
///
/// Where npm does not start, or says what cannot be read.
pub fn staged(
    access: Access<'_>,
    version: &str,
) -> Result<Result<HashMap<String, Staged>, Refusal>, Diagnostic> {
    let output = output(with_access(access).args(["stage", "list", "--json"]))?;
    if !output.status.success() {
        return Ok(Err(refusal(&output)));
    }
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).map_err(|error| {
        let message = format!("what npm says of what is staged cannot be read: {error}");
        Diagnostic::new(Rule::ClientFailed, message)
    })?;
    let text = |one: &Value, key: &str| one[key].as_str().map(str::to_owned);
    let of_it = all.iter().filter(|one| one["version"] == version);
    let staged = of_it.filter_map(|one| {
        let id = one["id"].as_str().and_then(|id| id.parse().ok());
        let tag = text(one, "tag").unwrap_or_default();
        Some((text(one, "packageName")?, Staged { id, tag }))
    });
    Ok(Ok(staged.collect()))
}

/// The digest that npm shows of a version to whoever asks, as `dist.integrity` has it.
///
/// # Errors
///
/// Where npm does not start.
pub fn integrity(
    access: Access<'_>,
    package: &str,
    version: &str,
) -> Result<Result<Option<String>, Refusal>, Diagnostic> {
    let mut command = with_access(access);
    command.args(["view", "--json", &format!("{package}@{version}"), "dist.integrity"]);
    let output = output(&mut command)?;
    if !output.status.success() {
        return Ok(Err(refusal(&output)));
    }
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    Ok(Ok(said.as_str().map(str::to_owned)))
}

/// Downloads the tarball of one into a new folder below the one that npm runs in.
///
/// # Errors
///
/// Where npm does not start, or the folder cannot be used.
pub fn download(
    access: Access<'_>,
    stage: &StageId,
) -> Result<Result<PathBuf, Refusal>, Diagnostic> {
    let unusable = |error: std::io::Error| {
        Diagnostic::new(Rule::FileUnwritable, format!("a folder for what is staged: {error}"))
    };
    // npm calls the file as it likes: whatever stands in a new folder is it.
    let folder = access.within.join(stage.as_str());
    fs::create_dir_all(&folder).map_err(unusable)?;
    let mut command = with_access(Access { within: &folder, ..access });
    let output = output(command.args(["stage", "download", stage.as_str(), "--json"]))?;
    if !output.status.success() {
        return Ok(Err(refusal(&output)));
    }
    let file = fs::read_dir(&folder).map_err(unusable)?.next().transpose().map_err(unusable)?;
    file.map(|file| Ok(file.path())).ok_or_else(|| {
        let message = format!("npm says that it downloaded {stage}, and there is no file");
        Diagnostic::new(Rule::ClientFailed, message)
    })
}
