//! What the build made whole: wheels, sdists and binaries, taken as they are.

use std::path::Path;

use lockstep_bundle::{Expected, expected, matching};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{PlannedFile, WheelPlan, at_version};

use crate::Packing;

/// Of the wheels that a pattern matches, that which is expected; or all of them, so that who reads the error sees them. One that
/// nothing expects would be left behind, so it is told, once.
fn wheels(
    packing: &Packing<'_>,
    of: &Expected<'_>,
    plan: &WheelPlan,
    found: Vec<String>,
) -> Result<Vec<String>, Diagnostic> {
    let siblings = packing.plan.packed_by(of.file.target()).filter(
        |file| matches!(file, PlannedFile::Wheel(other, _) if other.package == plan.package),
    );
    let siblings = expected(siblings, packing.version)?;
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let is_first = siblings.first().is_some_and(|first| first.name == of.name);
    let is_known = |path: &&String| siblings.iter().any(|one| one.is_named(&name(path)));
    let strange: Vec<&str> =
        found.iter().filter(|path| !is_known(path)).map(String::as_str).collect();
    let own: Vec<String> = found.iter().filter(|path| of.is_named(&name(path))).cloned().collect();
    if let [first, ..] = *strange.as_slice()
        && is_first
        && (siblings.len() > 1 || !own.is_empty())
    {
        let more = match &strange[1..] {
            [] => String::new(),
            more => format!(", nor one like {}", more.join(", ")),
        };
        let what = format!("was built, but the model has no such wheel{more}");
        return Err(Diagnostic::new(Rule::PackageMismatch, what).in_file(first).with_remedy(format!(
            "add its Python to `pythons` of artifact `{}`, or let the build not make it; it must remove what an earlier one left",
            plan.id
        )));
    }
    Ok(if own.is_empty() && siblings.len() == 1 { found } else { own })
}

/// Why a wheel of this name is not the one that is expected.
fn why_not(expected: &Expected<'_>, name: &str) -> String {
    let PlannedFile::Wheel(plan, file) = expected.file else { return String::new() };
    file.is(name, plan.package.as_str(), &expected.version)
        .err()
        .map_or_else(String::new, |why| format!(": {why}"))
}

/// Takes a file from `path`, where the build left it, and returns its name.
pub(crate) fn copy(
    packing: &Packing<'_>,
    expected: &Expected<'_>,
    path: &str,
) -> Result<String, Diagnostic> {
    let path = at_version(path, &expected.version);
    let what = format!("the {} of artifact `{}`", expected.file.kind(), expected.file.artifact());
    let mut found = matching(Path::new("."), &path)?;
    if let PlannedFile::Wheel(plan, _) = expected.file {
        found = wheels(packing, expected, plan, found)?;
    }
    let problem = |rule, message: String| Diagnostic::new(rule, message).in_file(&path);
    let [found] = found.as_slice() else {
        let remedy =
            "one file must match: a build step makes it, and removes what an earlier one left";
        let message = match found.as_slice() {
            [] => format!("`{}` is not there: {what}", expected.name),
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
            let why = why_not(expected, &names[0]);
            problem(Rule::PackageMismatch, format!("{what} was built as `{}`{why}", names[0]))
                .with_remedy(remedy)
        })?;
        matching.to_string()
    } else {
        expected.name.clone()
    };
    let copied = std::fs::copy(found, packing.into.join(&name));
    copied
        .map(|_| name)
        .map_err(|error| problem(Rule::FileUnwritable, format!("cannot be copied: {error}")))
}
