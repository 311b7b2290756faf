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
