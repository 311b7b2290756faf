//! Passages of documents that people write: what stands between two markers is Lockstep's, all else is theirs.

use lockstep_files::markdown::Outline;

use crate::render::Passage;

/// What begins and what ends a passage.
pub fn markers(name: &str) -> [String; 2] {
    [format!("<!-- lockstep:{name} -->"), format!("<!-- /lockstep:{name} -->")]
}

/// Why a document has not one place for a passage, and the line that shows it, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misplaced {
    /// The passage's name.
    pub name: &'static str,
    /// What is the matter, behind the name of the document.
    pub what: &'static str,
    /// The line.
    pub line: usize,
}

/// A document with the passages in their places, each marker on a line of its own; a document that is not there
/// yet is the passages alone.
///
/// # Errors
///
/// Where the document has not one such place of each.
pub fn put_all(document: Option<&str>, passages: &[Passage]) -> Result<String, Misplaced> {
    let Some(document) = document else {
        let whole = |passage: &Passage| {
            let [begin, end] = markers(passage.name);
            format!("{begin}\n{}{end}\n", passage.text)
        };
        return Ok(passages.iter().map(whole).collect::<Vec<_>>().join("\n"));
    };
    passages.iter().try_fold(document.to_owned(), |document, passage| put(&document, passage))
}

fn put(document: &str, Passage { name, text: passage }: &Passage) -> Result<String, Misplaced> {
    let [begin, end] = markers(name);
    // What stands in a block of code is an example.
    let outline = Outline::of(document);
    let mut at = 0;
    let (mut begins, mut ends) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(document.split_inclusive('\n')) {
        let bare = line.trim_start_matches('\u{feff}').trim();
        let is_example = || outline.is_code(at + line.find('<').unwrap_or_default());
        if bare == begin && !is_example() {
            begins.push((number, at, line));
        } else if bare == end && !is_example() {
            ends.push((number, at));
        }
        at += line.len();
    }
    let misplaced = |what, line: usize| Err(Misplaced { name, what, line });
    let (begin, line, end) = match (begins.as_slice(), ends.as_slice()) {
        ([], []) => return misplaced("has no markers for what is rendered into it", 1),
        ([(number, ..)], []) => {
            return misplaced(
                "has the marker that begins a passage, and none that ends it",
                *number,
            );
        }
        ([], [(number, _), ..]) => {
            return misplaced(
                "has the marker that ends a passage, and none that begins it",
                *number,
            );
        }
        ([_, (number, ..), ..], _) | ([_], [_, (number, _), ..]) => {
            return misplaced("has a marker of the passage more than once", *number);
        }
        ([(number, begin, _)], [(_, end)]) if begin > end => {
            return misplaced(
                "has the marker that ends the passage before the one that begins it",
                *number,
            );
        }
        ([(_, begin, line)], [(_, end)]) => (begin, line, end),
    };
    let inner = begin + line.len();
    // The passage ends its lines as the document does.
    let passage =
        if line.ends_with("\r\n") { passage.replace('\n', "\r\n") } else { passage.clone() };
    Ok(format!("{}{passage}{}", &document[..inner], &document[*end..]))
}
