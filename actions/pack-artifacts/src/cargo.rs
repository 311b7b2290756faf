//! Crates, packed by cargo.

use std::path::Path;

use lockstep_clients::cargo::{self, Package};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{CratePlan, Plan, PlannedFile};

/// Packs a crate, without building it: that is the tests' affair. The project's other crates of its workspace are packed along,
/// since no registry has those that it may need.
pub(crate) fn package(
    release: &Plan,
    plan: &CratePlan,
    expected: &str,
    into: &Path,
    is_snapshot: bool,
) -> Result<(), Diagnostic> {
    let manifest = Path::new(plan.directory.as_str()).join("Cargo.toml");
    let package = plan.package.as_str();
    let problem = |rule, message: String| Diagnostic::new(rule, message).in_file(manifest.shown());
    let here = Path::new(".");
    let target = crate::temporary()?;
    let locked = plan.locked.then_some(Package::Locked);
    let options: Vec<Package> =
        locked.into_iter().chain(is_snapshot.then_some(Package::Uncommitted)).collect();
    let in_manifest = |problem: Diagnostic| problem.in_file(manifest.shown());
    let crates: Vec<&str> = release.files().filter_map(crate_name).collect();
    let together = if crates.len() > 1 {
        let members = cargo::members(here, &manifest).map_err(in_manifest)?;
        cargo::together(&members, package, &crates)
    } else {
        vec![package.to_owned()]
    };
    let together: Vec<&str> = together.iter().map(String::as_str).collect();
    cargo::package(here, &manifest, &together, target.path(), &options).map_err(in_manifest)?;
    let packed = target.path().join("package");
    let made = lockstep_bundle::list(&packed)?;
    // A dry run does not know the version.
    let found = made
        .iter()
        .find(|name| **name == expected || (expected.contains('{') && name.starts_with(package)));
    let Some(name) = found else {
        let message = format!("cargo made {}, not {}", made.join(", "), expected);
        return Err(problem(Rule::PackageMismatch, message)
            .with_remedy("the crate's version must be the release's"));
    };
    let copied = std::fs::copy(packed.join(name), into.join(name));
    copied.map(drop).map_err(|error| {
        problem(Rule::FileUnwritable, format!("the crate cannot be copied: {error}"))
    })
}

fn crate_name(file: PlannedFile<'_>) -> Option<&str> {
    match file {
        PlannedFile::Crate(plan) => Some(plan.package.as_str()),
        PlannedFile::Archive(..)
        | PlannedFile::NpmPlatformPackage(..)
        | PlannedFile::NpmPackage(_)
        | PlannedFile::Wheel(..)
        | PlannedFile::Sdist(_)
        | PlannedFile::Binary(..) => None,
    }
}
