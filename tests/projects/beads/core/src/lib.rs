//! Beads.

/// How many beads are on a string.
#[must_use]
pub fn count(string: &str) -> usize {
    string.matches('o').count()
}
