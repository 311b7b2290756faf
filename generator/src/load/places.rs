//! A model's values by their paths, and where they stand in its text.

use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_yaml::{Kind, Node, Span};

use crate::violation::{Path, Segment};

/// Where a value, or the key that is meant, stands; the nearest that exists.
fn of(root: &Node, path: &Path) -> Span {
    let mut node = root;
    let mut span = &root.span;
    // For a whole mapping the key above it says more than its first line.
    for segment in &path.0 {
        match (segment, &node.kind) {
            (Segment::Key(key) | Segment::KeyItself(key), Kind::Mapping(entries)) => {
                let Some(entry) = entries.get(key) else { break };
                node = &entry.value;
                let is_scalar = matches!(node.kind, Kind::Scalar(_));
                let wants_value = matches!(segment, Segment::Key(_)) && is_scalar;
                span = if wants_value { &node.span } else { &entry.key_span };
                // An absent value stands nowhere; its key does.
                if wants_value && span.bytes.is_empty() {
                    span = &entry.key_span;
                }
            }
            (Segment::Index(index), Kind::Sequence(items)) => {
                let Some(item) = items.get(*index) else { break };
                node = item;
                span = match &node.kind {
                    Kind::Mapping(entries) => {
                        entries.first().map_or(&node.span, |(_, entry)| &entry.key_span)
                    }
                    _ => &node.span,
                };
            }
            _ => break,
        }
    }
    span.clone()
}

/// A diagnostic of the value at a path, with where that stands.
pub fn located(root: &Node, path: &Path, mut problem: Diagnostic) -> Diagnostic {
    let Span { line, column, bytes } = of(root, path);
    problem.place.path = Some(path.to_string()).filter(|path| !path.is_empty());
    problem.place.bytes = Some(bytes);
    problem.at(line, column)
}

/// The value at a path.
pub fn value<'n>(root: &'n Node, path: &Path) -> Option<&'n Node> {
    path.0.iter().try_fold(root, |node, segment| match (segment, &node.kind) {
        (Segment::Key(key), Kind::Mapping(entries)) => Some(&entries.get(key)?.value),
        (Segment::Index(index), Kind::Sequence(items)) => items.get(*index),
        _ => None,
    })
}
