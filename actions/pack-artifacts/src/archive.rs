//! Archives with a fixed layout.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use lockstep_archives::{Entry, kept_as};
use lockstep_bundle::{built_files, is_executable};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::paths::{Shown as _, below, folder_of, from_folder};
use lockstep_schemas::plan::{ArchiveFile, ArchivePlan, Placement, at_version};

use crate::Packing;

pub(crate) fn pack(
    packing: &Packing<'_>,
    (plan, file): (&ArchivePlan, &ArchiveFile),
    name: &str,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let before = report.count();
    let mut entries = entries(packing, &file.members, report);
    keep_links(&mut entries);
    if let Some(manifest) = &file.manifest {
        let place = at_version(manifest, packing.version.as_str());
        entries.push(Entry::file(place, packing.into.join(names::MANIFEST), false));
    }
    if report.count() > before {
        return Ok(());
    }
    let path = packing.into.join(name);
    lockstep_archives::pack(plan.format_of(file).into(), &entries, &path).map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("cannot be packed: {error}"))
            .in_file(path.shown())
    })
}

/// The files that members mean, each with its place.
pub(crate) fn entries(
    packing: &Packing<'_>,
    members: &[Placement],
    report: &mut Report,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for member in members {
        let root = packing.root(member);
        let found = built_files(&root, member, packing.version.as_str());
        for file in report.found(found).unwrap_or_default() {
            entries.extend(report.found(entry(file.to, root.join(&file.path))));
        }
    }
    let mut names = HashMap::new();
    for entry in &entries {
        if let Some(other) = names.insert(kept_as(&entry.name), entry.name.as_str()) {
            let name = &entry.name;
            let message = if other == name {
                format!("two built files would be packed as `{name}`")
            } else {
                format!("would be packed as `{name}`, which some systems take for `{other}`")
            };
            report.problem(
                Diagnostic::new(Rule::PackedTwice, message)
                    .in_file(entry.path.shown())
                    .with_remedy("give each a place of its own in the model"),
            );
        }
    }
    entries
}

/// Keeps as links those among files that lead to another of them, which otherwise would be there once more. What leads elsewhere is
/// packed as the file that it leads to.
pub(crate) fn keep_links(entries: &mut [Entry]) {
    // Links say nothing of what is above them all.
    let plain = |path: &Path| below("", path.shown().trim_start_matches('/'));
    let places: HashMap<String, String> = entries
        .iter()
        .filter_map(|entry| Some((plain(&entry.path)?, entry.name.clone())))
        .collect();
    for entry in entries {
        let Ok(to) = std::fs::read_link(&entry.path) else { continue };
        let folder = entry.path.parent().and_then(plain);
        let leads = folder.and_then(|folder| below(&folder, &to.shown()));
        let place = leads.and_then(|leads| places.get(&leads));
        entry.link = place.map(|place| from_folder(folder_of(&entry.name), place));
    }
}

/// A file with its place.
pub(crate) fn entry(name: String, path: PathBuf) -> Result<Entry, Diagnostic> {
    let executable = executable(&path)?;
    Ok(Entry::file(name, path, executable))
}

fn executable(path: &Path) -> Result<bool, Diagnostic> {
    let metadata = path.metadata().map_err(|error| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}"))
            .in_file(path.shown())
    })?;
    Ok(is_executable(path, &metadata))
}
