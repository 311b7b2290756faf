//! Patterns of names and paths: `*` stands for any text within one part, as in a shell, and `**` for any parts.

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

/// The part of a pattern that stands for any parts of a path, also for none.
const ANY: &str = "**";

/// What every `*` and `**` of a pattern takes of a path with `/`, if it matches.
#[must_use]
pub fn taken(pattern: &str, path: &str) -> Option<Vec<String>> {
    let patterns: Vec<&str> = pattern.split('/').collect();
    let parts: Vec<&str> = path.split('/').collect();
    taken_parts(&patterns, &parts)
}

fn taken_parts(patterns: &[&str], parts: &[&str]) -> Option<Vec<String>> {
    let Some((first, rest)) = patterns.split_first() else {
        return parts.is_empty().then(Vec::new);
    };
    if *first == ANY {
        // The fewest first, of what is not hidden.
        let visible = parts.iter().take_while(|part| !part.starts_with('.')).count();
        // Something is behind a folder.
        let fewest = usize::from(rest.is_empty());
        return (fewest..=visible).find_map(|count| {
            let mut taken = vec![parts[..count].join("/")];
            taken.extend(taken_parts(rest, &parts[count..])?);
            Some(taken)
        });
    }
    let (part, others) = parts.split_first()?;
    let here = Part::new(first).takes(part)?;
    let mut taken: Vec<String> = here.into_iter().map(str::to_owned).collect();
    taken.extend(taken_parts(rest, others)?);
    Some(taken)
}

/// How many texts a pattern takes.
#[must_use]
pub fn stars(pattern: &str) -> usize {
    pattern.split('/').map(|part| if part == ANY { 1 } else { part.matches('*').count() }).sum()
}

/// A pattern with the texts that another took in the places of its own `*` and `**`.
#[must_use]
pub fn filled(pattern: &str, taken: &[String]) -> String {
    let mut taken = taken.iter().map(String::as_str);
    let mut next = || taken.next().unwrap_or_default();
    let part = |part: &str| {
        if part == ANY {
            return next().to_owned();
        }
        let mut texts = part.split('*');
        let first = texts.next().unwrap_or_default().to_owned();
        texts.fold(first, |filled, text| filled + next() + text)
    };
    let parts: Vec<String> = pattern.split('/').map(part).collect();
    // What stands for no part leaves no empty one.
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// Files that match a pattern below a folder, in order, as paths with `/`, each with what every `*` and `**` of the
/// pattern took. A name that is not UTF-8 matches nothing, and no `**` goes through a link.
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
            if *part == ANY {
                each_below(root, &path, "", is_last, &mut |path, through| {
                    let through = through.to_owned();
                    below.push((path, taken.iter().cloned().chain([through]).collect()));
                })?;
            } else {
                step(root, &path, &taken, part, is_last, &mut below)?;
            }
        }
        found = below;
    }
    found.sort();
    // Two ways through folders can lead to one file.
    found.dedup_by(|one, other| one.0 == other.0);
    Ok(found)
}

/// The folders that a pattern with `*` at its end leaves out, with all that is in them.
///
/// # Errors
///
/// Where a folder cannot be read.
pub fn left_out(root: &Path, pattern: &str) -> io::Result<Vec<String>> {
    let Some(folder) = pattern.strip_suffix("/*") else { return Ok(Vec::new()) };
    let mut folders = Vec::new();
    for (path, _) in find_folders(root, folder)? {
        each_below(root, &path, "", false, &mut |below, through| {
            if !through.is_empty() && !through.contains('/') {
                folders.push(below);
            }
        })?;
    }
    Ok(folders)
}

fn find_folders(root: &Path, pattern: &str) -> io::Result<Vec<(String, Vec<String>)>> {
    let mut found = vec![(String::new(), Vec::new())];
    for part in pattern.split('/').filter(|part| *part != ANY) {
        let mut below = Vec::new();
        for (path, taken) in found {
            step(root, &path, &taken, part, false, &mut below)?;
        }
        found = below;
    }
    Ok(found)
}

/// Each folder below one, and itself; or each file, by its path and by what leads to it from there.
fn each_below(
    root: &Path,
    path: &str,
    through: &str,
    files: bool,
    take: &mut dyn FnMut(String, &str),
) -> io::Result<()> {
    if !files {
        take(path.to_owned(), through);
    }
    let join = |base: &str, name: &str| {
        if base.is_empty() { name.to_owned() } else { format!("{base}/{name}") }
    };
    for entry in std::fs::read_dir(root.join(path))? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let (below, through) = (join(path, name), join(through, name));
        if entry.file_type()?.is_dir() {
            each_below(root, &below, &through, files, take)?;
        } else if files && root.join(&below).is_file() {
            take(below, &through);
        }
    }
    Ok(())
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
        assert_eq!(takes("a/**", "a/b/c.h"), texts(&["b/c.h"]));
        assert_eq!(takes("a/**/*.h", "a/b/c/d.h"), texts(&["b/c", "d"]));
        assert_eq!(takes("a/**/*.h", "a/d.h"), texts(&["", "d"]));
        assert_eq!(takes("a/**", "a"), None, "a folder is no file");
        assert_eq!(takes("**", "a/.git/config"), None, "what is hidden is written out");
        assert_eq!(takes("**/x", "x"), texts(&[""]));
    }

    #[test]
    fn what_was_taken_is_put_elsewhere() {
        let put = |pattern: &str, taken: &[&str]| {
            filled(pattern, &taken.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(put("include/**", &["a/b.h"]), "include/a/b.h");
        assert_eq!(put("x/**/*.h", &["", "d"]), "x/d.h");
        assert_eq!(put("lib", &["d"]), "lib");
        assert_eq!((stars("a/**/*.h"), stars("a"), stars("*-*")), (2, 0, 2));
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
        std::fs::write(folder.join("a/b/deep"), "").unwrap();
        std::fs::write(folder.join("a/.hidden"), "").unwrap();
        assert_eq!(found("**"), ["a/b/deep", "a/file", "file"]);
        assert_eq!(found("**/file"), ["a/file", "file"]);
        assert_eq!(found("a/**"), ["a/b/deep", "a/file"]);
        assert_eq!(found("**/b/*"), ["a/b/deep"]);
        assert_eq!(left_out(&folder, "a/*").unwrap(), ["a/b"]);
        assert!(left_out(&folder, "a/**").unwrap().is_empty());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
