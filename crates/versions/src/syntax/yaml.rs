//! YAML.

use std::ops::Range;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_yaml::{Bounds, Document, Entry, Kind, Node};
use serde_json::Value;

use crate::field::Literal;

/// Large enough for the lockfiles of large workspaces.
const BOUNDS: Bounds = Bounds { depth: 64, values: 500_000, tags: true, last: false };

/// A document as it was read.
pub(crate) struct Yaml<'t> {
    text: &'t str,
    document: Document,
}

impl<'t> Yaml<'t> {
    pub(crate) fn read(text: &'t str) -> Result<Self, Diagnostic> {
        Self::within(text, BOUNDS)
    }

    /// Reads the last of several documents.
    pub(crate) fn read_last(text: &'t str) -> Result<Self, Diagnostic> {
        Self::within(text, Bounds { last: true, ..BOUNDS })
    }

    fn within(text: &'t str, bounds: Bounds) -> Result<Self, Diagnostic> {
        let first = |mut found: Vec<Diagnostic>| {
            let first = found.swap_remove(0);
            Diagnostic { message: format!("is not read: {}", first.message), ..first }
        };
        let mut document = lockstep_yaml::read(text, bounds).map_err(first)?;
        if document.problems.is_empty() {
            Ok(Self { text, document })
        } else {
            Err(first(std::mem::take(&mut document.problems)))
        }
    }

    /// A value, by its keys; a number is the place of an item in a list.
    pub(crate) fn at(&self, keys: &[impl AsRef<str>]) -> Option<&Node> {
        let root = self.document.root.as_ref()?;
        keys.iter().map(AsRef::as_ref).try_fold(root, |node, key| match &node.kind {
            Kind::Mapping(entries) => Some(&entries.get(key)?.value),
            Kind::Sequence(items) => items.get(key.parse::<usize>().ok()?),
            Kind::Scalar(_) => None,
        })
    }

    /// A key's text as it stands in the file; none where it has escapes.
    pub(crate) fn standing(&self, key: &str, place: &Range<usize>) -> Option<Literal<'t>> {
        let start = place.start;
        let start = start + usize::from(self.text.get(start..)?.starts_with(['"', '\'']));
        let place = start..start + key.len();
        let text = self.text.get(place.clone()).filter(|text| *text == key)?;
        Some(Literal { text, place })
    }

    /// A value's text as it stands in the file.
    pub(crate) fn literal(&self, name: &str, node: &Node) -> Result<Literal<'t>, Diagnostic> {
        let start = node.span.bytes.start;
        let Kind::Scalar(Value::String(text)) = &node.kind else {
            return Err(Diagnostic::new(Rule::VersionFieldForm, format!("{name} is not text"))
                .at_byte(start)
                .with_remedy("a version needs quotes where it could be read as a number"));
        };
        let written = &self.text[start..];
        let start = start + usize::from(written.starts_with(['"', '\'']));
        let place = start..start + text.len();
        match self.text.get(place.clone()) {
            Some(written) if written == text => Ok(Literal { text: written, place }),
            _ => {
                let what = "is not text on one line: it is an alias, a block, or has escapes";
                Err(Diagnostic::new(Rule::VersionFieldForm, format!("{name} {what}"))
                    .at_byte(start)
                    .with_remedy("write the version itself there, plain or in quotes"))
            }
        }
    }
}

/// The entries of a mapping.
pub(crate) fn entries(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    placed(node).map(|(key, _, value)| (key, value))
}

/// The entries of a mapping, each with the place of its key.
pub(crate) fn placed(node: &Node) -> impl Iterator<Item = (&str, &Range<usize>, &Node)> {
    let entries = match &node.kind {
        Kind::Mapping(entries) => Some(entries),
        _ => None,
    };
    let entries = entries.into_iter().flatten();
    entries.map(|(key, Entry { key_span, value })| (key.as_str(), &key_span.bytes, value))
}

/// The texts of a list.
pub(crate) fn texts(node: &Node) -> Vec<String> {
    let Kind::Sequence(items) = &node.kind else { return Vec::new() };
    items.iter().filter_map(|item| item.written.clone()).collect()
}

/// The text of a key.
pub(crate) fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    entries(node).find(|(name, _)| *name == key)?.1.written.as_deref()
}
