//! What the build made whole: wheels, sdists and binaries, taken as they are.

use std::path::Path;

use lockstep_bundle::{Expected, matching};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::at_version;

use crate::Packing;

/// Takes a file from `path`, where the build left it.
pub(crate) fn copy(
    packing: &Packing<'_>,
    expected: &Expected<'_>,
    path: &str,
) -> Result<(), Diagnostic> {
    let version = expected
        .file
        .version_words(packing.version)
        .map_err(|error| Diagnostic::new(Rule::WrongForm, error))?;
    let path = at_version(path, &version);
    let what = format!("the {} of artifact `{}`", expected.file.kind(), expected.file.artifact());
    let found = matching(Path::new("."), &path)?;
    let problem = |rule, message: String| Diagnostic::new(rule, message).in_file(&path);
    let [found] = found.as_slice() else {
        let remedy =
            "one file must match: a build step makes it, and removes what an earlier one left";
        let message = match found.as_slice() {
            [] => format!("{what} is not there"),
            many => {
                format!("{what} must be one file, but {} match: {}", many.len(), many.join(", "))
            }
        };
        return Err(problem(Rule::BuiltFileMissing, message).with_remedy(remedy));
    };
    let name = found.rsplit('/').next().unwrap_or(found).to_owned();
    // A binary has its name from the plan, a package from its maker, who must know this version.
    let name = if expected.file.package().is_some() {
        let names = [name];
        let remedy = format!("it must be `{}`, as the plan names it", expected.name);
        let matching = expected.among(&names).map_err(|_| {
            problem(Rule::PackageMismatch, format!("{what} was built as `{}`", names[0]))
                .with_remedy(remedy)
        })?;
        matching.to_string()
    } else {
        expected.name.clone()
    };
    let copied = std::fs::copy(found, packing.into.join(name));
    copied
        .map(drop)
        .map_err(|error| problem(Rule::FileUnwritable, format!("cannot be copied: {error}")))
}
