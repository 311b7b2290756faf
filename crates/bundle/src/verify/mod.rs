//! Verifying: a bundle is what its manifest says, and all that the plan asks for.

mod artifact;
mod files;
mod manifest;
mod places;
mod sums;

use std::path::Path;

use lockstep_files::json;
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::manifest::{Manifest, names};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{CommitSha, Version};

use crate::findings::Findings;

/// What a bundle must be.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// The plan of the commit that it was built from.
    pub plan: &'a Plan,
    /// That plan's file, which must be the one in the bundle.
    pub plan_file: &'a Path,
    /// The version.
    pub version: &'a Version,
    /// The commit; any, where it is not known.
    pub commit: Option<&'a CommitSha>,
    /// Whether it is a snapshot. Who publishes has none.
    pub is_snapshot: bool,
    /// The bundle's manifest.
    pub manifest: &'a Manifest,
}

/// A bundle of which every byte is what manifest, plan and the packages' own claims say. [`verify`] alone makes one, so
/// whoever has one need not ask again.
#[derive(Debug, Clone, Copy)]
pub struct Verified<'a> {
    folder: &'a Path,
    plan: &'a Plan,
    manifest: &'a Manifest,
}

impl<'a> Verified<'a> {
    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &'a Path {
        self.folder
    }

    /// The plan of the commit that it was built from.
    #[must_use]
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// Its manifest.
    #[must_use]
    pub fn manifest(&self) -> &'a Manifest {
        self.manifest
    }
}

/// The manifest of a bundle.
///
/// # Errors
///
/// Where it cannot be read, or is not valid.
pub fn manifest(folder: &Path) -> Result<Manifest, Diagnostic> {
    let path = folder.join(names::MANIFEST);
    json::read(&path, "the manifest").map_err(|problem| {
        if path.exists() {
            return problem;
        }
        problem.with_remedy("`hash-artifacts --merge` writes it; `--bundle` names its folder")
    })
}

/// Verifies the bundle in a folder. A manifest of another release is not looked into: nothing else would be right.
///
/// # Errors
///
/// Everything that is not as it must be, up to a thousand.
pub fn verify<'a>(release: Release<'a>, folder: &'a Path) -> Result<Verified<'a>, Vec<Diagnostic>> {
    let mut findings = Findings::default();
    let looked = look(release, folder, &mut findings);
    if let Err(unknown) = looked {
        findings.add(unknown);
    }
    let mut problems = findings.into_inner();
    if problems.is_empty() {
        return Ok(Verified { folder, plan: release.plan, manifest: release.manifest });
    }
    for problem in &mut problems {
        let place = &mut problem.place;
        place.file = place.file.as_ref().map(|file| folder.join(file).shown());
    }
    Err(problems)
}

fn look(release: Release<'_>, folder: &Path, findings: &mut Findings) -> Result<(), Diagnostic> {
    manifest::check_release(release, findings);
    if !findings.is_empty() {
        return Ok(());
    }
    // Of files that no plan knows there may be any number.
    if manifest::check(release, findings)? {
        files::check(release, folder, findings)?;
    }
    Ok(())
}
