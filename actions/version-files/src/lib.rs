//! The files that carry a project's version: their fields, and nothing else of them.
//!
//! A field is a range of bytes. Setting one replaces those bytes, so whatever stands around them stays: comments,
//! order, indentation, line ends, a byte order mark, the final newline or its absence.

mod format;
mod json;
mod requirement;
mod text;
mod toml;

use std::ops::Range;

use lockstep_schemas::strings::Version;

pub use format::{Format, Own, fields};

/// A field that carries a version, where it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name, in the notation of its format.
    pub name: String,
    /// The bytes of the version.
    pub place: Range<usize>,
    /// What stands there.
    pub text: String,
    /// In whose words it is written.
    pub words: Words,
}

/// In whose words a version is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// [Semantic Versioning](https://semver.org).
    Semantic,
    /// Python's
    /// ([specification](https://packaging.python.org/en/latest/specifications/version-specifiers/)).
    Python,
    /// What Cargo takes of a dependency
    /// ([documentation](https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html)).
    Requirement,
}

/// Something of a file that is not as it must be: what, and the byte that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where, if it is somewhere.
    pub at: Option<usize>,
}

impl Invalid {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), at: None }
    }

    fn at(mut self, at: usize) -> Self {
        self.at = Some(at);
        self
    }
}

impl Field {
    /// What it says where it carries a version.
    ///
    /// # Errors
    ///
    /// Where the version has no counterpart in its words, in words.
    pub fn saying(&self, version: &Version) -> Result<String, String> {
        match self.words {
            Words::Semantic => Ok(version.to_string()),
            Words::Python => version
                .python()
                .ok_or_else(|| format!("{version} has no counterpart in Python's versions")),
            Words::Requirement => requirement::saying(&self.text, version),
        }
    }

    /// Whether it says a version.
    #[must_use]
    pub fn says(&self, version: &Version) -> bool {
        self.saying(version).is_ok_and(|text| text == self.text)
    }
}

/// A file's text with its fields saying a version, and every other byte as it was.
///
/// # Errors
///
/// Where the version has no counterpart in the words of a field, in words.
pub fn set(text: &str, fields: &[Field], version: &Version) -> Result<String, String> {
    let mut places: Vec<(Range<usize>, String)> = Vec::new();
    for field in fields {
        places.push((field.place.clone(), field.saying(version)?));
    }
    places.sort_by_key(|(place, _)| place.start);
    places.dedup();
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for (place, says) in places {
        changed.push_str(&text[at..place.start]);
        changed.push_str(&says);
        at = place.end;
    }
    changed.push_str(&text[at..]);
    Ok(changed)
}

/// The line and column of a byte of a text, from 1.
#[must_use]
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    (line, column)
}
