//! Patterns of names and paths: `*` stands for any text within one part, as in a shell.

use std::io;
use std::path::Path;

use regex_lite::Regex;

/// A pattern of a name, or one part of a path's.
#[derive(Debug, Clone)]
pub struct Part(Regex);

impl Part {
    /// A pattern.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        let texts: Vec<String> = pattern.split('*').map(regex_lite::escape).collect();
        #[expect(clippy::expect_used, reason = "escaped text and constants")]
        let regex = Regex::new(&format!("^{}$", texts.join("(.*)"))).expect("escaped text");
        Self(regex)
    }

    /// What each `*` of the pattern takes of a name, if it matches. A leading dot is written out.
    #[must_use]
    pub fn takes<'n>(&self, name: &'n str) -> Option<Vec<&'n str>> {
        if name.starts_with('.') && !self.0.as_str().starts_with("^\\.") {
            return None;
        }
        let taken = self.0.captures(name)?;
        Some(taken.iter().skip(1).flatten().map(|taken| taken.as_str()).collect())
    }
}

/// What every `*` of a pattern takes of a path with `/`, if it matches.
#[must_use]
pub fn taken(pattern: &str, path: &str) -> Option<Vec<String>> {
    if pattern.matches('/').count() != path.matches('/').count() {
        return None;
    }
    let mut taken = Vec::new();
    for (pattern, part) in pattern.split('/').zip(path.split('/')) {
        taken.extend(Part::new(pattern).takes(part)?.into_iter().map(str::to_owned));
    }
    Some(taken)
}

/// Files that match a pattern below a folder, in order, as paths with `/`, each with what every `*` of the
/// pattern took. A name that is not UTF-8 matches nothing.
///
/// # Errors
///
/// Where a folder cannot be read.
pub fn find(root: &Path, pattern: &str) -> io::Result<Vec<(String, Vec<String>)>> {
    let mut found = vec![(String::new(), Vec::new())];
    let parts: Vec<&str> = pattern.split('/').collect();
    for (index, part) in parts.iter().enumerate() {
        let is_last = index + 1 == parts.len();
        let mut below = Vec::new();
        for (path, taken) in found {
            step(root, &path, &taken, part, is_last, &mut below)?;
        }
        found = below;
    }
    found.sort();
    Ok(found)
}

fn step(
    root: &Path,
    path: &str,
    taken: &[String],
    part: &str,
    is_last: bool,
    below: &mut Vec<(String, Vec<String>)>,
) -> io::Result<()> {
    let join =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    let is_wanted = |path: &str| {
        let path = root.join(path);
        if is_last { path.is_file() } else { path.is_dir() }
    };
    if !part.contains('*') {
        let path = join(part);
        if is_wanted(&path) {
            below.push((path, taken.to_vec()));
        }
        return Ok(());
    }
    let pattern = Part::new(part);
    for entry in std::fs::read_dir(root.join(path))? {
        let name = entry?.file_name();
        let Some(name) = name.to_str() else { continue };
        let Some(here) = pattern.takes(name) else { continue };
        let path = join(name);
        if is_wanted(&path) {
            let here = here.into_iter().map(str::to_owned);
            below.push((path, taken.iter().cloned().chain(here).collect()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_star_takes() {
        let takes = |pattern: &str, path: &str| taken(pattern, path);
        let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(takes("dist/*/lib*.so", "dist/x/liby.so"), texts(&["x", "y"]));
        assert_eq!(takes("a", "a"), texts(&[]));
        assert_eq!(takes("a.b", "axb"), None, "a dot is a dot");
        assert_eq!(takes("*", "a/b"), None, "a star is within one part");
        assert_eq!(takes("*/b", "b"), None);
        assert_eq!(takes("*", ".hidden"), None, "a leading dot is written out");
        assert_eq!(takes(".*", ".hidden"), texts(&["hidden"]));
    }

    #[test]
    fn files_alone_match_at_the_end_and_folders_before() {
        let folder = std::env::temp_dir().join(format!("patterns-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("a/b")).unwrap();
        std::fs::write(folder.join("a/file"), "").unwrap();
        std::fs::write(folder.join("file"), "").unwrap();
        let found = |pattern: &str| -> Vec<String> {
            find(&folder, pattern).unwrap().into_iter().map(|(path, _)| path).collect()
        };
        assert_eq!(found("*"), ["file"]);
        assert_eq!(found("*/*"), ["a/file"]);
        assert_eq!(found("a/file"), ["a/file"]);
        assert!(found("file/*").is_empty(), "a file is no folder");
        assert!(found("a/b").is_empty(), "a folder is no file");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
