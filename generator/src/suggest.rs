//! "Did you mean".

/// The remedy for a word that is not one of the known ones.
#[must_use]
pub fn instead_of<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(nearest) = nearest(word, &known) {
        return format!("did you mean `{nearest}`?");
    }
    match known.as_slice() {
        [] => "there is none yet".to_owned(),
        [one] => format!("write `{one}`"),
        // A list that nobody reads helps nobody.
        many if many.len() > 20 => format!("there are {} to choose from", many.len()),
        many => format!("write one of `{}`", many.join("`, `")),
    }
}

/// The known word that another was most likely meant to be.
#[must_use]
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    nearest_within(word, known, (word.chars().count() / 3).max(1))
}

/// The known word that another was most likely meant to be, of which no more letters may differ.
#[must_use]
pub fn nearest_within<'a>(word: &str, known: &[&'a str], allowed: usize) -> Option<&'a str> {
    const LONGEST: usize = 60;
    if word.len() > LONGEST {
        return None;
    }
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_meant() {
        let known = ["runner", "container", "glibc", "macos"];
        assert_eq!(nearest("runer", &known), Some("runner"));
        assert_eq!(nearest("Runner", &known), Some("runner"), "case is no difference");
        assert_eq!(nearest("macso", &known), Some("macos"), "the last, with two letters swapped");
        assert_eq!(nearest("glbic", &known), Some("glibc"));
    }

    #[test]
    fn a_word_that_is_too_far_means_nothing() {
        // A third of the letters may differ, and always one.
        assert_eq!(nearest("ab", &["ac"]), Some("ac"));
        assert_eq!(nearest("ab", &["cd"]), None);
        assert_eq!(nearest("abcdef", &["abcdxy"]), Some("abcdxy"));
        assert_eq!(nearest("abcdef", &["abcxyz"]), None);
        let longest = "a".repeat(60);
        assert_eq!(nearest(&longest, &[longest.as_str()]), Some(longest.as_str()));
        let longer = "a".repeat(61);
        assert_eq!(nearest(&longer, &[longer.as_str()]), None);
    }

    #[test]
    fn what_to_write_instead() {
        assert_eq!(instead_of("runer", ["runner"]), "did you mean `runner`?");
        assert_eq!(instead_of("x", []), "there is none yet");
        assert_eq!(instead_of("x", ["runner"]), "write `runner`");
        assert_eq!(instead_of("x", ["one", "two"]), "write one of `one`, `two`");
        let twenty = ["word"; 20];
        assert!(instead_of("x", twenty).starts_with("write one of"));
        assert_eq!(instead_of("x", ["word"; 21]), "there are 21 to choose from");
    }
}
