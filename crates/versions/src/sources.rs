//! Versions that stand in other repositories, which a build takes as its sources.

use std::path::Path;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::below;
use lockstep_schemas::plan::{Plan, VersionFilePlan};
use lockstep_schemas::strings::Version;

use crate::formats::{Reading, read};
use crate::text::{in_file, text_of};

/// The fields of the version files in sources that say a version, each in words, and what is wrong with the others. The sources stand
/// below a root where the plan has them.
#[must_use]
pub fn in_sources(root: &Path, plan: &Plan, version: &Version) -> (Vec<String>, Vec<Diagnostic>) {
    let (mut said, mut problems) = (Vec::new(), Vec::new());
    for file in &plan.versions.released.files {
        let source = file.source.as_ref();
        let source =
            source.and_then(|name| plan.sources.iter().find(|source| source.name == *name));
        let Some(source) = source else { continue };
        let Some(path) = below(source.path.as_str(), file.path.as_str()) else { continue };
        match one(root, &path, file, version) {
            Ok(fields) => said.extend(fields),
            Err(found) => {
                let remedy = format!(
                    "release the version that {} has, or build another ref of it",
                    source.repository
                );
                problems.extend(found.into_iter().map(|problem| problem.with_remedy(&remedy)));
            }
        }
    }
    (said, problems)
}

/// The fields of a file, where all of them say a version.
fn one(
    root: &Path,
    path: &str,
    file: &VersionFilePlan,
    version: &Version,
) -> Result<Vec<String>, Vec<Diagnostic>> {
    let text = text_of(&root.join(path)).map_err(|unread| vec![unread.in_file(path)])?;
    let reading = match file.part {
        Some(part) => Reading::Part(file.locator.clone(), part),
        None => Reading::Located(file.locator.clone()),
    };
    let contents = read(&reading, &text).map_err(|invalid| vec![in_file(path, &text, invalid)])?;
    if let Some(missing) = contents.missing {
        return Err(vec![missing.in_file(path)]);
    }
    let own = contents.fields.iter().filter(|field| field.subject == crate::Subject::File);
    let (good, bad): (Vec<_>, Vec<_>) = own.partition(|field| field.says(version));
    let problem = |field: &&crate::Field| {
        let expected = field.saying(version).unwrap_or_else(|_| version.to_string());
        let message = format!("{} is {}, not {expected}", field.name, field.text);
        let problem = Diagnostic::new(Rule::VersionMismatch, message);
        in_file(path, &text, problem.at_byte(field.place.start))
    };
    if bad.is_empty() {
        Ok(good.iter().map(|field| format!("{path}: {} is {}", field.name, field.text)).collect())
    } else {
        Err(bad.iter().map(problem).collect())
    }
}
