//! What a program finds wrong, in one form for people, for the runner and as JSON.

mod rule;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use rule::Rule;

/// One thing that is wrong: what, where, what was expected and found, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Diagnostic {
    /// The rule that is broken.
    pub rule: Rule,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What should have been found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Where something is wrong. Nothing of it is known of what is wrong with no file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// The file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The member of that archive or package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The way to the value in that model, such as `targets.linux-x64.glibc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The bytes of the file's text, for who shows them.
    #[serde(skip)]
    pub bytes: Option<Range<usize>>,
}

impl Diagnostic {
    /// A rule that is broken, and how.
    #[must_use]
    pub fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            place: Place::default(),
            expected: None,
            found: None,
            remedy: None,
        }
    }

    /// The same, in a file.
    #[must_use]
    pub fn in_file(mut self, file: impl fmt::Display) -> Self {
        self.place.file = Some(file.to_string());
        self
    }

    /// The same, in a member of its file.
    #[must_use]
    pub fn in_member(mut self, member: impl Into<String>) -> Self {
        self.place.member = Some(member.into());
        self
    }

    /// The same, at a line of its file.
    #[must_use]
    pub fn at_line(mut self, line: usize) -> Self {
        self.place.line = Some(line);
        self
    }

    /// The same, at a line and column of its file.
    #[must_use]
    pub fn at(mut self, line: usize, column: usize) -> Self {
        (self.place.line, self.place.column) = (Some(line), Some(column));
        self
    }

    /// The same, at a byte of its file's text. [`Self::in_text`] counts lines and columns.
    #[must_use]
    pub fn at_byte(mut self, at: usize) -> Self {
        self.place.bytes = Some(at..at);
        self
    }

    /// The same, in a file whose text is known: the byte that it is about has a line and a column.
    #[must_use]
    pub fn in_text(mut self, file: impl fmt::Display, text: &str) -> Self {
        if let Some(bytes) = &self.place.bytes {
            let (line, column) = line_and_column(text, bytes.start);
            self = self.at(line, column);
        }
        self.in_file(file)
    }

    /// The same, with what should have been found and what was.
    #[must_use]
    pub fn differs(mut self, expected: &impl ToString, found: &impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self.found = Some(found.to_string());
        self
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// What is wrong, with what was expected and found.
    #[must_use]
    pub fn in_words(&self) -> String {
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) => {
                format!("{}: expected {expected}, found {found}", self.message)
            }
            _ => self.message.clone(),
        }
    }
}

/// For people: the place, what is wrong, and on a line of its own what to do.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, member, line, column, .. } = &self.place;
        if let Some(file) = file {
            write!(f, "{file}")?;
            for number in line.iter().chain(column) {
                write!(f, ":{number}")?;
            }
            f.write_str(": ")?;
        }
        if let Some(member) = member {
            write!(f, "`{}`: ", member.escape_debug())?;
        }
        f.write_str(&self.in_words())?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n  {}", remedy.replace('\n', "\n  ")),
            None => Ok(()),
        }
    }
}

/// The line and column of a byte of a text, from 1.
#[must_use]
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    (line, column)
}

/// What a program prints with `--json`: one document, whatever came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ProgramReport {
    /// The program.
    pub program: String,
    /// Its exit status: 0 good, 1 found problems, 2 could not do it.
    pub status: u8,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// What is wrong and stops nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Diagnostic>,
    /// Its outputs by their names, where all is good.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    /// The document that it makes, where it makes one: `verify-manifest` a verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_people() {
        let all = Diagnostic::new(Rule::GlibcFloor, "is too new")
            .in_file("tool.tgz")
            .at(3, 7)
            .in_member("bin/to\tol")
            .differs(&"2.17", &"2.34")
            .with_remedy("build it elsewhere");
        let said = "tool.tgz:3:7: `bin/to\\tol`: is too new: expected 2.17, found 2.34\n  build it elsewhere";
        assert_eq!(all.to_string(), said);
        let line = Diagnostic::new(Rule::Drift, "differs").in_file("a.yml").at_line(3);
        assert_eq!(line.to_string(), "a.yml:3: differs");
        assert_eq!(Diagnostic::new(Rule::Drift, "differs").to_string(), "differs");
    }

    #[test]
    fn a_byte_has_a_line_and_a_column() {
        let text = "a\nüb\r\nc";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, 4), (2, 2), "a column is a character");
        assert_eq!(line_and_column(text, 3), (2, 1), "in the middle of one, it is that one");
        assert_eq!(line_and_column(text, text.len()), (3, 2));
        let found = Diagnostic::new(Rule::VersionMismatch, "no").at_byte(4).in_text("f", text);
        assert_eq!((found.place.line, found.place.column), (Some(2), Some(2)));
    }

    #[test]
    fn rules_have_names_of_their_own() {
        let mut names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            let name = serde_json::to_value(rule).unwrap();
            assert_eq!(name, rule.id());
            assert!(rule.meaning().trim().ends_with('.'), "{rule}");
        }
    }
}
