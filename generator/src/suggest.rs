//! "Did you mean".

/// The remedy for a word that is none of the known ones.
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
    const LONGEST: usize = 60;
    if word.len() > LONGEST {
        return None;
    }
    let allowed = (word.chars().count() / 3).max(1);
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
