//! What each target uploaded last: a re-run of failed jobs leaves the uploads of all attempts side by side.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lockstep_bundle::{UPLOAD_PREFIX, WorkingFolder, list};
use lockstep_files::json;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{PartialManifest, names};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::TargetId;

/// Puts the newest upload of each target where the release is made of it.
pub(crate) fn take(
    plan: &Plan,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let downloads = folder.downloads();
    if !downloads.is_dir() {
        return Err(Failure::from(nothing(&downloads)));
    }
    let there = list(&downloads)?;
    // Of a pattern that one upload matches, no folder of its name is made
    // (https://github.com/actions/download-artifact/issues/419).
    if there.iter().any(|name| name == names::MANIFEST) {
        let path = downloads.join(names::MANIFEST);
        let partial: PartialManifest = json::read(&path, "the target's manifest")?;
        folder.make_empty(&folder.uploads())?;
        take_one(&downloads, &folder.upload(&partial.target))?;
        report.line(format_args!("{}: the one upload", partial.target));
        return Ok(());
    }
    let mut newest: BTreeMap<TargetId, (u32, PathBuf)> = BTreeMap::new();
    for name in &there {
        match of_attempt(name, plan) {
            Some((target, attempt)) => {
                let known = newest.entry(target).or_insert((0, PathBuf::new()));
                if attempt > known.0 {
                    *known = (attempt, downloads.join(name));
                }
            }
            None => report.problem(
                Diagnostic::new(Rule::StrayFile, "is no upload of a target of this release")
                    .in_file(downloads.join(name).shown())
                    .with_remedy("remove what uploads it under a name that begins with `target-`"),
            ),
        }
    }
    if newest.is_empty() {
        report.problem(nothing(&downloads));
    }
    // What an earlier call took is replaced by what is whole alone.
    if report.has_problems() {
        return Ok(());
    }
    folder.make_empty(&folder.uploads())?;
    for (target, (attempt, upload)) in newest {
        take_one(&upload, &folder.upload(&target))?;
        report.line(format_args!("{target}: attempt {attempt}"));
    }
    Ok(())
}

fn nothing(downloads: &Path) -> Diagnostic {
    Diagnostic::new(Rule::UploadMissing, "no target uploaded anything")
        .in_file(downloads.shown())
        .with_remedy("look at the build jobs; run them again, and then this one")
}

/// The target and the attempt that an upload is of: `target-linux-x64-2`.
fn of_attempt(name: &str, plan: &Plan) -> Option<(TargetId, u32)> {
    let (target, attempt) = name.strip_prefix(UPLOAD_PREFIX)?.rsplit_once('-')?;
    let target: TargetId = target.parse().ok()?;
    let attempt: u32 = attempt.parse().ok().filter(|attempt| *attempt > 0)?;
    plan.target(&target).map(|_| (target, attempt))
}

fn take_one(from: &Path, to: &Path) -> Result<(), Diagnostic> {
    fs::rename(from, to).map_err(|error| {
        Diagnostic::new(
            Rule::FileUnwritable,
            format!("cannot be moved from {}: {error}", from.shown()),
        )
        .in_file(to.shown())
    })
}
