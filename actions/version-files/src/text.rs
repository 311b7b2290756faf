//! Files that have no reader of their own: one line says the version, and is known by what stands around it.

use regex_lite::Regex;

use crate::{Field, Invalid, Words};

/// The fields that a regular expression with one group finds: there must be one.
pub(crate) fn pattern(
    text: &str,
    pattern: &str,
    name: &str,
    words: Words,
) -> Result<Vec<Field>, Invalid> {
    let regex = Regex::new(&format!("(?m){pattern}"))
        .map_err(|error| Invalid::new(format!("`{pattern}` is no regular expression: {error}")))?;
    let mut found = regex.captures_iter(text).filter_map(|captures| captures.get(1));
    match (found.next(), found.next()) {
        (Some(found), None) => Ok(vec![Field {
            name: name.to_owned(),
            place: found.range(),
            text: found.as_str().to_owned(),
            words,
        }]),
        (None, _) => Err(Invalid::new(format!("has no {name}"))),
        (Some(_), Some(second)) => {
            Err(Invalid::new(format!("has {name} more than once")).at(second.start()))
        }
    }
}

/// Python's `__version__`, where it is assigned: not in a comment and not in a text of several lines.
pub(crate) fn python(text: &str) -> Result<Vec<Field>, Invalid> {
    pattern(
        &without_long_texts(text),
        r#"^__version__(?:\s*:\s*[\w.\[\]]+)?\s*=\s*["']([^"'\n]*)["']"#,
        "__version__",
        Words::Python,
    )
}

/// The same text with what stands between triple quotes blanked, so that every byte keeps its place.
fn without_long_texts(text: &str) -> String {
    let mut blanked = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let next = ["\"\"\"", "'''", "#", "\"", "'"]
            .into_iter()
            .filter_map(|quote| Some((rest.find(quote)?, quote)))
            .min_by_key(|(at, quote)| (*at, 3 - quote.len()));
        let Some((at, quote)) = next else { break };
        blanked.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = match quote {
            "#" => rest.find('\n').unwrap_or(rest.len()),
            quote => end_of(rest, quote),
        };
        let (inside, after) = rest.split_at(end);
        if quote.len() == 3 {
            blanked.extend(inside.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            blanked.push_str(inside);
        }
        rest = after;
    }
    blanked.push_str(rest);
    blanked
}

/// Where a text that begins with a quote ends: one of a single quote at the line's end at the latest.
fn end_of(text: &str, quote: &str) -> usize {
    let mut at = quote.len();
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(quote) {
            return at + quote.len();
        }
        if quote.len() == 1 && rest.starts_with('\n') {
            return at;
        }
        let escaped = usize::from(rest.starts_with('\\'));
        at += rest.chars().take(1 + escaped).map(char::len_utf8).sum::<usize>();
    }
    text.len()
}
