//! The files of a bundle that a channel ships.

use std::path::{Path, PathBuf};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::strings::{FileName, Integrity, Sha256};

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
    /// Its digest as npm has it, of an npm package.
    pub integrity: Option<Integrity>,
    /// The name of the package that it is, where it is one.
    pub package: Option<String>,
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
        let (size, sha256) = (digest.size, digest.sha256);
        Ok(Self { name, path, size, sha256, integrity: None, package: None })
    }
}

/// The files that a channel ships, in the plan's order: of its artifacts those of targets that it promises to ship to. What
/// carries the manifest is not in it, and is read.
///
/// # Errors
///
/// Where a file is not there.
pub fn shipped(
    folder: &Path,
    plan: &Plan,
    manifest: &Manifest,
    channel: &ChannelPlan,
) -> Result<Vec<Shipped>, Diagnostic> {
    let mut shipped = Vec::new();
    for expected in expected(plan.shipped_by(channel), &manifest.version)? {
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
            integrity: record.integrity.clone(),
            package: expected.file.package().map(str::to_owned),
        }));
    }
    Ok(shipped)
}
