//! What is wrong with a model, and the way to the value that is to change. Where that stands in the text,
//! [`crate::load`] knows.

use std::fmt;

use lockstep_schemas::diagnostic::Rule;

use crate::suggest;

/// The way from a model's root to one of its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path(pub Vec<Segment>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// The value of a key.
    Key(String),
    /// The key rather than its value.
    KeyItself(String),
    /// An item of a list, from 0.
    Index(usize),
}

/// As `--json` writes it: `targets.linux-x64.steps[2]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) | Segment::KeyItself(key) if index == 0 => f.write_str(key)?,
                Segment::Key(key) | Segment::KeyItself(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl Path {
    /// The path of a top-level key.
    pub fn of(key: impl fmt::Display) -> Self {
        Self::default().key(key)
    }

    /// The path of a key below.
    #[must_use]
    pub fn key(&self, key: impl fmt::Display) -> Self {
        self.with(Segment::Key(key.to_string()))
    }

    /// The path of a key below, the key itself being meant.
    #[must_use]
    pub fn key_itself(&self, key: impl fmt::Display) -> Self {
        self.with(Segment::KeyItself(key.to_string()))
    }

    /// The path of an item below.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// Whether `other` is this path or above it.
    #[must_use]
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    fn with(&self, segment: Segment) -> Self {
        let mut path = self.clone();
        path.0.push(segment);
        path
    }
}

/// A rule that a model breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The value that is to change.
    pub at: Path,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
    /// The name that the model does not define, where that is what is wrong.
    pub unknown: Option<String>,
}

/// The violations found so far.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// All of them.
    #[must_use]
    pub fn into_inner(self) -> Vec<Violation> {
        self.0
    }

    /// Something is wrong.
    pub fn add(
        &mut self,
        rule: Rule,
        at: Path,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let remedy = Some(remedy.into());
        self.0.push(Violation { rule, at, message: message.into(), remedy, unknown: None });
    }

    /// A name is used that the model does not define.
    pub fn unknown<'a>(
        &mut self,
        at: Path,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        self.0.push(Violation {
            rule: Rule::UnknownName,
            at,
            message: format!("there is no {what} `{name}`"),
            remedy: Some(suggest::instead_of(name, known)),
            unknown: Some(name.to_owned()),
        });
    }

    /// An item of a list stands in it twice.
    pub fn repeated<T: PartialEq + fmt::Display>(&mut self, list: &[T], at: &Path) {
        for (index, item) in list.iter().enumerate() {
            if list[..index].contains(item) {
                self.add(
                    Rule::NamedTwice,
                    at.index(index),
                    format!("`{item}` is named twice"),
                    "name it once",
                );
            }
        }
    }
}
