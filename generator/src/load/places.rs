//! A model's values by their paths, and where they stand in its text.

use lockstep_yaml::{Kind, Node, Place};

use crate::violation::{Path, Segment};

/// Where a value, or the key that is meant, stands; the nearest that exists.
pub fn of(root: &Node, path: &Path) -> Place {
    let mut node = root;
    let mut place = &root.place;
    // For a whole mapping the key above it says more than its first line.
    for segment in &path.0 {
        match (segment, &node.kind) {
            (Segment::Key(key) | Segment::KeyItself(key), Kind::Mapping(entries)) => {
                let Some(entry) = entries.get(key) else { break };
                node = &entry.value;
                let is_scalar = matches!(node.kind, Kind::Scalar(_));
                let wants_value = matches!(segment, Segment::Key(_)) && is_scalar;
                place = if wants_value { &node.place } else { &entry.key_place };
                // An absent value stands nowhere; its key does.
                if wants_value && place.bytes.is_empty() {
                    place = &entry.key_place;
                }
            }
            (Segment::Index(index), Kind::Sequence(items)) => {
                let Some(item) = items.get(*index) else { break };
                node = item;
                place = match &node.kind {
                    Kind::Mapping(entries) => {
                        entries.first().map_or(&node.place, |(_, entry)| &entry.key_place)
                    }
                    _ => &node.place,
                };
            }
            _ => break,
        }
    }
    place.clone()
}

/// The value at a path.
pub fn value<'n>(root: &'n Node, path: &Path) -> Option<&'n Node> {
    path.0.iter().try_fold(root, |node, segment| match (segment, &node.kind) {
        (Segment::Key(key), Kind::Mapping(entries)) => Some(&entries.get(key)?.value),
        (Segment::Index(index), Kind::Sequence(items)) => items.get(*index),
        _ => None,
    })
}
