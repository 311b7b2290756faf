//! What one target's build uploads for the job that needs every target: a tar, since an upload keeps no
//! modes.

use std::path::Path;

use lockstep_archives::Format;
use lockstep_bundle::{CHANGED_ON_THE_WAY, Digest, WorkingFolder, built_files};
use lockstep_files::json;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{PartialManifest, names};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{TargetId, Version};

use crate::archive::{entry, keep_links};

/// Packs the files that artifacts of the whole release take from a target, each at its own path.
pub(crate) fn pack(
    plan: &Plan,
    version: &Version,
    target: &TargetId,
    out: &Path,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let mut entries = Vec::new();
    for member in plan.release_members(target) {
        let found = built_files(Path::new("."), member, version.as_str());
        for file in report.found(found).unwrap_or_default() {
            entries.extend(report.found(entry(file.path.clone(), file.path.into())));
        }
    }
    // Two artifacts may take the same file.
    entries.sort();
    entries.dedup();
    keep_links(&mut entries);
    if entries.is_empty() || report.has_problems() {
        return Ok(());
    }
    let path = out.join(names::FILES);
    lockstep_archives::pack(Format::Tar, &entries, &path).map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("cannot be packed: {error}"))
            .in_file(path.shown())
    })
}

/// Unpacks a target's files below its own folder, if each file is the one that was built.
pub(crate) fn unpack(
    plan: &Plan,
    target: &TargetId,
    folder: WorkingFolder<'_>,
    into: &Path,
    report: &mut Report,
) {
    if plan.release_members(target).next().is_none() {
        return;
    }
    let Some(upload) = report.found(folder.uploaded(target)) else { return };
    let manifest = json::read(&upload.join(names::MANIFEST), "the target's manifest");
    let Some(manifest) = report.found::<PartialManifest>(manifest) else { return };
    let tar = upload.join(names::FILES);
    let Some(digest) = report.found(Digest::of_file(&tar)) else { return };
    if manifest.release_files.as_ref() != Some(&digest.sha256) {
        report.problem(
            Diagnostic::new(Rule::ChangedInTransit, format!("is not what {target} uploaded"))
                .in_file(tar.shown())
                .with_remedy(CHANGED_ON_THE_WAY),
        );
        return;
    }
    let into = into.join(target.as_str());
    let unpacked = lockstep_archives::unpack(Format::Tar, &tar, &into).map_err(|error| {
        Diagnostic::new(error.rule(), format!("cannot be unpacked: {error}")).in_file(tar.shown())
    });
    for name in report.found(unpacked).unwrap_or_default() {
        let Some(digest) = report.found(Digest::of_file(&into.join(&name))) else { continue };
        let built = manifest.files().find(|file| file.path.as_str() == name);
        let is_built = built.is_some_and(|built| {
            built.sha256 == digest.sha256
                && (cfg!(windows) || built.executable == digest.executable)
        });
        if !is_built {
            report.problem(
                Diagnostic::new(
                    Rule::ChangedInTransit,
                    format!("`{name}` in it is not the file that {target} built"),
                )
                .in_file(tar.shown())
                .with_remedy(CHANGED_ON_THE_WAY),
            );
        }
    }
}
