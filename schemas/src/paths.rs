//! Paths of files: in words, and whether every system can have them.

use std::path::{MAIN_SEPARATOR, Path};

/// A path as people and programs read it.
pub trait Shown {
    /// It with `/` between its parts on every platform: what Lockstep says of a file is the same wherever it says it, and an
    /// annotation finds its file.
    fn shown(&self) -> String;
}

impl Shown for Path {
    fn shown(&self) -> String {
        #[allow(clippy::disallowed_methods, reason = "the one place that shows a path")]
        let text = self.display().to_string();
        if MAIN_SEPARATOR == '/' {
            return text;
        }
        // What the system made absolute for its own use has a beginning that nobody types.
        let text = match text.strip_prefix(r"\\?\UNC\") {
            Some(share) => format!(r"\\{share}"),
            None => text.strip_prefix(r"\\?\").unwrap_or(&text).to_owned(),
        };
        text.replace(MAIN_SEPARATOR, "/")
    }
}

/// A path below a folder, both below the root; `None` where it leads out of that.
#[must_use]
pub fn below(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if path.starts_with('/') {
        return None;
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder that a path stands in, below the root; that of the root itself is empty.
#[must_use]
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The path from a folder to a place, both below the root.
#[must_use]
pub fn from_folder(folder: &str, place: &str) -> String {
    let parts = |path: &str| {
        path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let (folder, place) = (parts(folder), parts(place));
    let same = folder.iter().zip(&place).take_while(|(one, other)| one == other).count();
    let same = same.min(place.len().saturating_sub(1));
    let up = std::iter::repeat_n("..".to_owned(), folder.len() - same);
    up.chain(place[same..].iter().cloned()).collect::<Vec<_>>().join("/")
}

/// What stands for a device in Windows, whatever ending follows it
/// ([Naming files](https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions)); with a digit behind them, also
/// those of [`PORTS`].
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Devices of which there are several. The digits may be raised.
const PORTS: [&str; 2] = ["com", "lpt"];

/// Why Windows cannot have a file at a path with `/`, if it cannot: the first part of the path that it takes for something else.
#[must_use]
pub fn not_on_windows(path: &str) -> Option<String> {
    path.split('/').find_map(|part| {
        if matches!(part, "." | "..") {
            return None;
        }
        let is_refused = |c: &char| c.is_control() || r#"<>:"|?*\"#.contains(*c);
        if let Some(c) = part.chars().find(is_refused) {
            let (part, c) = (part.escape_debug(), c.escape_debug());
            return Some(format!("`{part}` has `{c}` in it"));
        }
        for (end, name) in [('.', "dot"), (' ', "blank")] {
            if part.ends_with(end) {
                return Some(format!("`{part}` ends with a {name}, which it drops"));
            }
        }
        is_device(part).then(|| format!("`{part}` is a device there"))
    })
}

fn is_device(part: &str) -> bool {
    let name = part.split('.').next().unwrap_or(part).trim_end_matches(' ').to_ascii_lowercase();
    let is_port = |port: &str| {
        let mut number = name.strip_prefix(port).unwrap_or_default().chars();
        matches!(
            (number.next(), number.next()),
            (Some('0'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}'), None)
        )
    };
    DEVICES.contains(&name.as_str()) || PORTS.into_iter().any(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_one_place_to_another() {
        for (folder, place, path) in [
            ("lib", "lib/libt.so.1", "libt.so.1"),
            ("bin", "lib/libt.so", "../lib/libt.so"),
            ("", "lib/libt.so", "lib/libt.so"),
            ("a/b", "a/c/d", "../c/d"),
            ("a/b", "a", "../../a"),
        ] {
            assert_eq!(from_folder(folder, place), path);
            assert_eq!(below(folder, path).as_deref(), Some(place));
        }
        assert_eq!(below("lib", "../../t"), None);
        assert_eq!(below("lib", "/t"), None);
    }

    #[test]
    fn names_that_windows_has_for_itself() {
        for name in [
            "aux",
            "NUL.txt",
            "a/con/b",
            "com1",
            "Com\u{b9}.log",
            "lpt9.tar.gz",
            "con .txt",
            "conout$",
            "a.",
            "b ",
            "c./d",
            "a:b",
            "c:/d",
            "what?",
            "a*",
            "a\\b",
            "<",
            "a\u{1}",
        ] {
            assert!(not_on_windows(name).is_some(), "{name}");
        }
        for name in [
            "auxiliary",
            "com",
            "com10",
            "console",
            "a.aux",
            ".con",
            "lpt",
            "./a",
            "../a",
            "caf\u{e9}",
            "a b",
        ] {
            assert_eq!(not_on_windows(name), None, "{name}");
        }
    }
}
