//! Differences, as people read them.

use similar::TextDiff;

/// A unified diff, from what is there to what should be.
#[must_use]
pub fn diff(path: &str, found: &str, wanted: &str) -> String {
    let (old, new) = match (found.is_empty(), wanted.is_empty()) {
        (true, _) => ("/dev/null".to_owned(), format!("b/{path}")),
        (_, true) => (format!("a/{path}"), "/dev/null".to_owned()),
        _ => (format!("a/{path}"), format!("b/{path}")),
    };
    let diff = TextDiff::from_lines(found, wanted);
    diff.unified_diff().context_radius(3).header(&old, &new).to_string()
}

/// The first line, from 1, that differs.
#[must_use]
pub fn first_difference(found: &str, wanted: &str) -> usize {
    let same = found.lines().zip(wanted.lines()).take_while(|(one, other)| one == other).count();
    same + 1
}
