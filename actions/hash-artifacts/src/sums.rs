//! The bundle summed up: `SHA256SUMS`, and the `.sha256` files beside artifacts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lockstep_bundle::{WorkingFolder, expected, list};
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::Version;

use crate::files::line;
use crate::hashing::digests;

pub(crate) fn write(
    plan: &Plan,
    version: &Version,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let bundle = folder.bundle();
    let there = list(&bundle)?;
    if !there.iter().any(|name| name == names::MANIFEST) {
        return Err(Failure::from(
            Diagnostic::new(Rule::FileMissing, format!("has no {}", names::MANIFEST))
                .in_file(bundle.shown())
                .with_remedy("`hash-artifacts --merge` writes it before this"),
        ));
    }
    let mut with_sidecar = Vec::new();
    for expected in expected(plan.files().filter(|file| file.has_sidecar()), version)? {
        let name = expected.among(&there).map_err(|problem| problem.in_file(bundle.shown()));
        with_sidecar.extend(report.found(name).map(|name| name.to_string()));
    }
    let sidecar = |name: &str| format!("{name}.sha256");
    // What an earlier call wrote is written anew.
    let is_ours =
        |name: &str| name == names::SUMS || with_sidecar.iter().any(|with| sidecar(with) == name);
    let mut lines = hashed(&bundle, there.iter().filter(|name| !is_ours(name)), report);
    if report.has_problems() {
        return Ok(());
    }
    let sidecars: Vec<String> = with_sidecar.iter().map(|name| sidecar(name)).collect();
    for (name, sidecar) in with_sidecar.iter().zip(&sidecars) {
        lockstep_files::write(&bundle.join(sidecar), lines.get(name).map_or("", String::as_str))?;
    }
    lines.extend(hashed(&bundle, sidecars.iter(), report));
    let sums: String = lines.into_values().collect();
    lockstep_files::write(&bundle.join(names::SUMS), &sums)?;
    report.group(names::SUMS, sums.trim_end());
    Ok(())
}

/// The line of each file, by its name.
fn hashed<'n>(
    bundle: &Path,
    names: impl Iterator<Item = &'n String>,
    report: &mut Report,
) -> BTreeMap<String, String> {
    let names: Vec<&String> = names.collect();
    let paths: Vec<PathBuf> = names.iter().map(|name| bundle.join(name)).collect();
    let found = names.into_iter().zip(digests(&paths));
    let lines =
        found.filter_map(|(name, digest)| Some((name.clone(), line(&report.found(digest)?, name))));
    lines.collect()
}
