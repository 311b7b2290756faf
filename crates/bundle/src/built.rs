//! The built files that a member of the plan means.

use std::collections::HashSet;
use std::path::Path;

use lockstep_patterns::{filled, find, left_out, taken};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{Placement, at_version};

/// A file, and its place in what is packed from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltFile {
    /// Where it stands, below the root that it was looked for in.
    pub path: String,
    /// Its place.
    pub to: String,
}

/// The files that a member means, in order; none at all is a problem.
pub fn built_files(
    root: &Path,
    member: &Placement,
    version: &str,
) -> Result<Vec<BuiltFile>, Diagnostic> {
    let from = at_version(&member.from, version);
    let to = at_version(&member.to, version);
    let found = found(root, &from)?;
    if found.is_empty() {
        let build = if from.contains('*') { "no file is there" } else { "there is no such file" };
        return Err(Diagnostic::new(Rule::BuiltFileMissing, format!("{build} to pack as `{to}`"))
            .in_file(&from)
            .with_remedy(
                "a build step must create it; the path is relative to the project's root",
            ));
    }
    let built = found.into_iter().map(|(path, taken)| BuiltFile { to: filled(&to, &taken), path });
    Ok(built.collect())
}

/// The files that match a pattern below a root, in order, as paths with `/`.
pub fn matching(root: &Path, pattern: &str) -> Result<Vec<String>, Diagnostic> {
    Ok(found(root, pattern)?.into_iter().map(|(path, _)| path).collect())
}

fn found(root: &Path, pattern: &str) -> Result<Vec<(String, Vec<String>)>, Diagnostic> {
    find(root, pattern).map_err(|error| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be looked for: {error}"))
            .in_file(pattern)
    })
}

/// The files that somebody names below this folder: lines of patterns in which `*` stands for any text of one part. Each file
/// is there once; a pattern that matches none is a problem.
#[must_use]
pub fn named(patterns: &[String]) -> (Vec<String>, Vec<Diagnostic>) {
    let (mut paths, mut problems) = (Vec::new(), Vec::new());
    let mut known = HashSet::new();
    let patterns = patterns.iter().flat_map(|lines| lines.lines());
    let patterns: Vec<&str> =
        patterns.map(str::trim).filter(|pattern| !pattern.is_empty()).collect();
    if patterns.is_empty() {
        problems.push(Diagnostic::new(Rule::WrongInput, "`files` does not name a file"));
    }
    for pattern in patterns {
        let parts: Vec<&str> = pattern.split('/').filter(|part| *part != ".").collect();
        let pattern = parts.join("/");
        if Path::new(&pattern).has_root() || parts.contains(&"..") {
            let problem = Diagnostic::new(Rule::WrongInput, "is not a path below this folder");
            let remedy = "run this where the files are, and name them from there";
            problems.push(problem.in_file(pattern).with_remedy(remedy));
            continue;
        }
        let found = matching(Path::new("."), &pattern);
        let found = found.unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        if found.is_empty() {
            let problem = Diagnostic::new(Rule::FileUnreadable, "no file is there");
            problems.push(problem.in_file(pattern));
        }
        paths.extend(found.into_iter().filter(|path| known.insert(path.clone())));
    }
    (paths, problems)
}

/// The folders of a target's build that a member's `*` leaves out, which `**` would take.
#[must_use]
pub fn folders_left_out(root: &Path, member: &Placement, version: &str) -> Vec<String> {
    left_out(root, &at_version(&member.from, version)).unwrap_or_default()
}

/// Whether a path matches a pattern.
#[must_use]
pub fn matches(pattern: &str, path: &str) -> bool {
    taken(pattern, path).is_some()
}

/// The place of a built file in what is packed from it, if the pattern means it.
#[must_use]
pub fn place_of(from: &str, to: &str, path: &str) -> Option<String> {
    Some(filled(to, &taken(from, path)?))
}

#[cfg(test)]
mod tests;
