//! Digests of many files at the same time, and how far they are.

use std::io::{IsTerminal as _, stderr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use indicatif::{ProgressBar, ProgressStyle};
use lockstep_bundle::{
    ARCHIVES, Contents, Digest, Expected, Inside, WorkingFolder, claims, in_parallel,
    unfit_for_windows,
};
use lockstep_files::json;
use lockstep_runner::{Report, protocol};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{ArtifactRecord, SmokeRecord};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::platform::Os;
use lockstep_schemas::strings::{FileName, Version};

/// Hashes files, each result in the place of its path.
pub(crate) fn digests(paths: &[PathBuf]) -> Vec<Result<Digest, Diagnostic>> {
    let bar = bar(paths);
    let digests =
        in_parallel(paths, usize::MAX, |path| Digest::of_file_with(path, &|bytes| bar.inc(bytes)));
    bar.finish_and_clear();
    digests
}

/// Notes in records how the checks went that stop nothing, where `smoke-test` ran some.
pub(crate) fn note_advisory(
    plan: &Plan,
    packed: &[(Expected<'_>, FileName)],
    folder: WorkingFolder<'_>,
    records: &mut [ArtifactRecord],
) -> Result<(), Diagnostic> {
    let path = folder.advisory();
    if !path.exists() {
        return Ok(());
    }
    let mut all: IndexMap<FileName, Vec<SmokeRecord>> =
        json::read(&path, "what `smoke-test` says")?;
    for (expected, name) in packed.iter().filter(|(expected, _)| plan.is_advisory(expected.file)) {
        let of_it =
            records.iter_mut().find(|record| record.name == *name && expected.is_of(record));
        if let (Some(record), Some(advisory)) = (of_it, all.shift_remove(name)) {
            record.advisory = advisory;
        }
    }
    Ok(())
}

/// Hashes artifacts that the plan expects, found in a folder by their names, and what is in them.
pub(crate) fn records(
    plan: &Plan,
    version: &Version,
    artifacts: &[(Expected<'_>, FileName)],
    folder: &Path,
    report: &mut Report,
) -> Vec<ArtifactRecord> {
    let paths: Vec<PathBuf> =
        artifacts.iter().map(|(_, name)| folder.join(name.as_str())).collect();
    let bar = bar(&paths);
    // What is in an artifact is not kept longer than its record is made.
    let hashed = in_parallel(artifacts, ARCHIVES, |(expected, name)| {
        let path = folder.join(name.as_str());
        let contents = Contents::of(expected.file, &path)?;
        bar.inc(contents.digest.size);
        if let Inside::Refused(what) = &contents.inside {
            return Err(Diagnostic::new(Rule::ArchiveRefused, format!("is refused: {what}"))
                .in_file(path.shown()));
        }
        let claims = claims(plan, version, expected, name, &contents);
        Ok((record(expected, name.clone(), contents), claims))
    });
    bar.finish_and_clear();
    let mut records = Vec::new();
    for ((expected, name), record) in artifacts.iter().zip(hashed) {
        let Some((record, claims)) = report.found(record) else { continue };
        for mut claim in claims {
            claim.place.file = Some(folder.join(name.as_str()).shown());
            report.problem(claim);
        }
        let members = record.members.iter().map(|member| member.path.as_str());
        let is_for_it = expected.file.is_for(Os::Windows, plan);
        for problem in unfit_for_windows(&folder.join(name.as_str()).shown(), members) {
            if is_for_it {
                report.problem(problem);
            } else {
                report.line(format_args!("note: {}", Diagnostic { remedy: None, ..problem }));
            }
        }
        records.push(record);
    }
    records
}

fn record(expected: &Expected<'_>, name: FileName, contents: Contents) -> ArtifactRecord {
    ArtifactRecord {
        name,
        artifact: expected.file.artifact().clone(),
        kind: expected.file.kind(),
        package: expected.file.package().map(str::to_owned),
        target: expected.file.target().cloned(),
        members: contents.members(),
        size: contents.digest.size,
        sha256: contents.digest.sha256,
        integrity: contents.integrity,
        advisory: Vec::new(),
    }
}

/// How many of the files' bytes are hashed, where somebody watches.
fn bar(paths: &[PathBuf]) -> ProgressBar {
    if protocol::is_here() || !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bytes = paths.iter().filter_map(|path| path.metadata().ok()).map(|file| file.len()).sum();
    let bar = ProgressBar::new(bytes);
    let style = ProgressStyle::with_template(
        "hashing [{bar:30}] {bytes} of {total_bytes}, {bytes_per_sec}",
    );
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
