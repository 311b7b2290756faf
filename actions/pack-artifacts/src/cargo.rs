//! Crates, packed by cargo.

use std::path::Path;

use lockstep_clients::cargo::{self, Package};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::CratePlan;

/// Packs a crate, without building it: that is the tests' affair.
pub(crate) fn package(
    plan: &CratePlan,
    expected: &str,
    into: &Path,
    is_snapshot: bool,
) -> Result<(), Diagnostic> {
    let manifest = Path::new(plan.directory.as_str()).join("Cargo.toml");
    let package = plan.package.as_str();
    let problem =
        |rule, message: String| Diagnostic::new(rule, message).in_file(manifest.display());
    let target = crate::temporary()?;
    let locked = plan.locked.then_some(Package::Locked);
    let options: Vec<Package> =
        locked.into_iter().chain(is_snapshot.then_some(Package::Uncommitted)).collect();
    cargo::package(&manifest, package, target.path(), &options)
        .map_err(|problem| problem.in_file(manifest.display()))?;
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
