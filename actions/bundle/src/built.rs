//! The built files that a member of the plan means.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};
use lockstep_schemas::plan::{Member, at_version};
use lockstep_toolkit::Problem;
use regex_lite::Regex;

/// `*` takes no `/` and no leading dot, as in a shell.
const AS_IN_A_SHELL: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// A file, and its place in what is packed from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltFile {
    /// Where it stands, below the root that it was looked for in.
    pub path: String,
    /// Its place.
    pub to: String,
}

/// The files that a member means, in order; none at all is a problem.
pub fn built_files(root: &Path, member: &Member, version: &str) -> Result<Vec<BuiltFile>, Problem> {
    let from = at_version(member.from.as_deref().unwrap_or_default(), version);
    let to = at_version(&member.to, version);
    let found = matching(root, &from)?;
    if found.is_empty() {
        let build = if from.contains('*') { "no file is there" } else { "there is no such file" };
        return Err(Problem::new(format!("{build}, which would be packed as `{to}`"))
            .of_file(&from)
            .with_remedy("a build step must leave it there; paths are below the project's root"));
    }
    Ok(found.into_iter().map(|path| BuiltFile { to: place(&from, &to, &path), path }).collect())
}

/// The files that match a pattern below a root, in order, as paths with `/`.
pub fn matching(root: &Path, pattern: &str) -> Result<Vec<String>, Problem> {
    if !pattern.contains('*') {
        let there = root.join(pattern).is_file();
        return Ok(there.then(|| pattern.to_owned()).into_iter().collect());
    }
    let escaped: PathBuf = root
        .components()
        .map(|part| Pattern::escape(&part.as_os_str().to_string_lossy()))
        .collect::<PathBuf>()
        .join(pattern);
    let problem = |message: String| Problem::new(message).of_file(pattern);
    let found = glob::glob_with(&escaped.to_string_lossy(), AS_IN_A_SHELL)
        .map_err(|error| problem(format!("is no pattern: {error}")))?;
    let mut paths = Vec::new();
    for path in found {
        let path = path.map_err(|error| problem(format!("can not be looked for: {error}")))?;
        if path.is_file() {
            let below = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            paths.push(parts.join("/"));
        }
    }
    paths.sort();
    Ok(paths)
}

/// A file's place: what each `*` of the pattern took, in the place of the `*` of the same number.
fn place(from: &str, to: &str, path: &str) -> String {
    let texts: Vec<String> = from.split('*').map(regex_lite::escape).collect();
    let pattern = Regex::new(&format!("^{}$", texts.join("([^/]*)")));
    let taken = pattern.ok().and_then(|pattern| {
        let taken = pattern.captures(path)?;
        Some(taken.iter().skip(1).flatten().map(|taken| taken.as_str()).collect::<Vec<_>>())
    });
    let mut taken = taken.unwrap_or_default().into_iter();
    let mut place = String::new();
    for (index, text) in to.split('*').enumerate() {
        if index > 0 {
            place.push_str(taken.next().unwrap_or_default());
        }
        place.push_str(text);
    }
    place
}
