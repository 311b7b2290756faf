//! Names of Python projects.

/// A Python project's name as indices and addresses have it
/// ([specification](https://packaging.python.org/en/latest/specifications/name-normalization/)).
#[must_use]
pub fn normalized(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_signs_are_one() {
        assert_eq!(normalized("Some.-_Tool"), "some-tool");
    }
}
