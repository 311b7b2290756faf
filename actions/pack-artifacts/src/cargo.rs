//! Crates, packed by cargo.

use std::path::Path;

use lockstep_bundle::Expected;
use lockstep_clients::cargo;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::RelativePath;

/// Packs a crate, without building it: that is the tests' affair.
pub(crate) fn package(expected: &Expected<'_>, into: &Path) -> Result<(), Diagnostic> {
    let directory = expected.artifact.directory.as_ref().map_or(".", RelativePath::as_str);
    let manifest = Path::new(directory).join("Cargo.toml");
    let package = expected.file.package.as_deref().unwrap_or_default();
    let problem =
        |rule, message: String| Diagnostic::new(rule, message).in_file(manifest.display());
    let target = crate::temporary()?;
    cargo::package(&manifest, package, target.path(), expected.artifact.locked == Some(true))
        .map_err(|problem| problem.in_file(manifest.display()))?;
    let packed = target.path().join("package");
    let made = lockstep_bundle::list(&packed)?;
    // A dry run does not know the version.
    let found = made.iter().find(|name| {
        **name == expected.name || (expected.name.contains('{') && name.starts_with(package))
    });
    let Some(name) = found else {
        let message = format!("cargo made {}, not {}", made.join(", "), expected.name);
        return Err(problem(Rule::PackageMismatch, message)
            .with_remedy("the crate's version must be the release's"));
    };
    let copied = std::fs::copy(packed.join(name), into.join(name));
    copied.map(drop).map_err(|error| {
        problem(Rule::FileUnwritable, format!("the crate cannot be copied: {error}"))
    })
}
