//! What waits at npm for an approval ([documentation](https://docs.npmjs.com/staged-publishing)).

use std::fs;
use std::path::PathBuf;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::StageId;
use serde::Deserialize;

use super::publishing::{Access, Refusal, refusal, with_access};
use crate::process::output;

/// A version that is staged.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Staged {
    /// What npm calls it.
    pub id: StageId,
    /// The name of its package.
    pub package_name: String,
    /// Its version.
    pub version: String,
}

/// All that is staged of whoever asks. Who only stages may not see it: a trusted workflow never does.
///
/// # Errors
///
/// Where npm does not start, or says what cannot be read.
pub fn staged(access: Access<'_>) -> Result<Result<Vec<Staged>, Refusal>, Diagnostic> {
    let output = output(with_access(access).args(["stage", "list", "--json"]))?;
    if !output.status.success() {
        return Ok(Err(refusal(&output)));
    }
    serde_json::from_slice(&output.stdout).map(Ok).map_err(|error| {
        let message = format!("what npm says of what is staged cannot be read: {error}");
        Diagnostic::new(Rule::ClientFailed, message)
    })
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
