//! The files of a bundle that a channel ships.

use std::path::{Path, PathBuf};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{FileName, Id, Sha256};

use crate::{Digest, expected};

/// A file that is shipped.
#[derive(Debug, Clone)]
pub struct Shipped {
    /// Its name.
    pub name: FileName,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Sha256,
}

impl Shipped {
    /// A file that is there, under a name.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or nothing can be called so.
    pub fn of_file(name: &str, path: PathBuf) -> Result<Self, Diagnostic> {
        let digest = Digest::of_file(&path)?;
        let name = name.parse().map_err(|error| {
            Diagnostic::new(Rule::WrongForm, format!("a file cannot be called `{name}`: {error}"))
        })?;
        Ok(Self { name, path, size: digest.size, sha256: digest.sha256 })
    }
}

/// The files of some artifacts, in the plan's order. What carries the manifest is not in it, and is read.
///
/// # Errors
///
/// Where a file is not there.
pub fn shipped(
    folder: &Path,
    plan: &Plan,
    manifest: &Manifest,
    artifacts: &[Id],
) -> Result<Vec<Shipped>, Diagnostic> {
    let files = plan.files().filter(|file| artifacts.contains(file.artifact()));
    let mut shipped = Vec::new();
    for expected in expected(files, &manifest.version)? {
        let mut recorded =
            manifest.artifacts.iter().filter(|record| expected.is_of(record)).peekable();
        if recorded.peek().is_none() {
            shipped.push(Shipped::of_file(&expected.name, folder.join(&expected.name))?);
        }
        shipped.extend(recorded.map(|record| Shipped {
            name: record.name.clone(),
            path: folder.join(record.name.as_str()),
            size: record.size,
            sha256: record.sha256.clone(),
        }));
    }
    Ok(shipped)
}
