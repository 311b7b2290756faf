//! A bundle as it is found by whoever publishes it.

use std::path::{Path, PathBuf};

use lockstep_files::json;
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{CommitSha, Version};

use crate::{Release, Verified, manifest, verify};

/// A bundle with its plan and its manifest, read and not yet verified.
#[derive(Debug)]
pub struct Opened {
    /// Its plan.
    pub plan: Plan,
    /// Its manifest.
    pub manifest: Manifest,
    plan_file: PathBuf,
    folder: PathBuf,
}

impl Opened {
    /// Reads the plan and the manifest of the bundle in a folder.
    ///
    /// # Errors
    ///
    /// Where one of them cannot be read, or is not valid.
    pub fn read(plan_file: &Path, folder: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            plan: json::read_plan(plan_file)?,
            manifest: manifest(folder)?,
            plan_file: plan_file.to_owned(),
            folder: folder.to_owned(),
        })
    }

    /// Verifies it, of a version, and of a commit where that is known. A snapshot is refused: nobody publishes one.
    ///
    /// # Errors
    ///
    /// Everything that is not as it must be, up to a thousand.
    pub fn verify<'a>(
        &'a self,
        version: &'a Version,
        commit: Option<&'a CommitSha>,
    ) -> Result<Verified<'a>, Vec<Diagnostic>> {
        let release = Release {
            plan: &self.plan,
            plan_file: &self.plan_file,
            version,
            commit,
            is_snapshot: false,
            manifest: &self.manifest,
        };
        verify(release, &self.folder)
    }
}
