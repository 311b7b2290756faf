//! Source code that has no reader here: its comments and texts are known, and expressions look at the rest.

use std::cmp::Reverse;
use std::ops::Range;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use regex_lite::Regex;

use crate::field::Literal;

/// How a language writes what is no code.
pub(crate) struct Language {
    /// What begins a comment that ends with its line.
    pub(crate) line_comments: &'static [&'static str],
    /// Comments that may have several lines: how they begin and end.
    pub(crate) comments: &'static [(&'static str, &'static str)],
    /// Texts that may have several lines: how they begin and end.
    pub(crate) texts: &'static [(&'static str, &'static str)],
    /// The quotes of other texts.
    pub(crate) quotes: &'static [&'static str],
    /// Whether a text may have several lines; else it ends with its line at the latest.
    pub(crate) quotes_span_lines: bool,
}

/// What is left of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// Code and the texts in it.
    Texts,
    /// Code alone.
    Code,
}

/// A source file in which what is no code is blanked, so that every byte keeps its place.
pub(crate) struct Code<'t> {
    text: &'t str,
    without_comments: String,
    without_texts: String,
}

impl<'t> Code<'t> {
    pub(crate) fn read(text: &'t str, language: &Language) -> Self {
        Self {
            text,
            without_comments: blanked(text, language, Keep::Texts),
            without_texts: blanked(text, language, Keep::Code),
        }
    }

    /// The one text that the group of an expression finds in code, comments left out.
    pub(crate) fn one(&self, pattern: &str, name: &str) -> Result<Literal<'t>, Diagnostic> {
        let found = one(&self.without_comments, pattern, name)?;
        Ok(Literal { text: &self.text[found.clone()], place: found })
    }

    /// Everything that the group of an expression finds.
    pub(crate) fn all(&self, pattern: &str) -> Vec<Literal<'t>> {
        let Ok(regex) = Regex::new(&multi_line(pattern)) else { return Vec::new() };
        let found = regex.captures_iter(&self.without_comments);
        let places = found.filter_map(|captures| captures.get(1).map(|group| group.range()));
        places.map(|place| Literal { text: &self.text[place.clone()], place }).collect()
    }

    /// Those of some texts, in order, that stand in blocks and calls which are wanted: each is told by the words before
    /// its brace or parenthesis, the outermost first.
    pub(crate) fn within(
        &self,
        literals: Vec<Literal<'t>>,
        is_wanted: impl Fn(&[&str]) -> bool,
    ) -> Vec<Literal<'t>> {
        let mut open = Vec::new();
        let mut at = 0;
        let mut wanted = literals;
        wanted.retain(|literal| {
            let between = self.without_texts[at..literal.place.start].bytes().enumerate();
            for (offset, byte) in between {
                match byte {
                    b'{' | b'(' => {
                        let before = self.without_texts[..at + offset].trim_end();
                        let words = before.rsplit(['\n', ';', '{', '}', '(']).next();
                        open.push(words.unwrap_or_default().trim());
                    }
                    b'}' | b')' => drop(open.pop()),
                    _ => {}
                }
            }
            at = literal.place.start;
            is_wanted(&open)
        });
        wanted
    }

    /// What stands between the parentheses of the one call of a function.
    pub(crate) fn arguments(&self, function: &str, name: &str) -> Result<Range<usize>, Diagnostic> {
        let open = one(&self.without_texts, &format!(r"^[ \t]*(?:{function})[ \t]*(\()"), name)?;
        let mut depth = 0_usize;
        for (index, byte) in self.without_texts.bytes().enumerate().skip(open.start) {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 1 => return Ok(open.end..index),
                b')' => depth -= 1,
                _ => {}
            }
        }
        Err(Diagnostic::new(Rule::VersionFileSyntax, "has a parenthesis that is not closed")
            .at_byte(open.start))
    }

    /// What follows the first place in some arguments that an expression matches, no inner call's.
    pub(crate) fn argument(
        &self,
        arguments: &Range<usize>,
        label: &str,
        value: &str,
    ) -> Option<Literal<'t>> {
        let mut depth = 0_usize;
        let mut outer = String::with_capacity(arguments.len());
        for byte in self.without_texts[arguments.clone()].bytes() {
            depth += usize::from(byte == b'(');
            outer.push(if depth == 0 && byte.is_ascii() { char::from(byte) } else { ' ' });
            depth = depth.saturating_sub(usize::from(byte == b')'));
        }
        let label = Regex::new(label).ok()?.find(&outer)?;
        let after = arguments.start + label.end()..arguments.end;
        let value = Regex::new(value).ok()?.captures(&self.without_comments[after.clone()])?;
        let found = value.get(1)?.range();
        let place = after.start + found.start..after.start + found.end;
        Some(Literal { text: &self.text[place.clone()], place })
    }
}

/// The one text that the group of an expression finds.
pub(crate) fn pattern<'t>(
    text: &'t str,
    pattern: &str,
    name: &str,
) -> Result<Literal<'t>, Diagnostic> {
    let place = one(text, pattern, name)?;
    Ok(Literal { text: &text[place.clone()], place })
}

/// Every text that the group of an expression finds, of which there is one at least.
pub(crate) fn patterns<'t>(
    text: &'t str,
    pattern: &str,
    name: &str,
) -> Result<Vec<Literal<'t>>, Diagnostic> {
    let regex = regex(pattern)?;
    let found = regex.captures_iter(text).filter_map(|captures| captures.get(1));
    let found: Vec<Literal<'t>> =
        found.map(|found| Literal { text: found.as_str(), place: found.range() }).collect();
    if found.is_empty() {
        return Err(Diagnostic::new(Rule::VersionFieldMissing, format!("has no {name}")));
    }
    Ok(found)
}

fn regex(pattern: &str) -> Result<Regex, Diagnostic> {
    Regex::new(&multi_line(pattern)).map_err(|error| {
        Diagnostic::new(
            Rule::VersionPattern,
            format!("`{pattern}` is not a regular expression: {error}"),
        )
    })
}

fn one(text: &str, pattern: &str, name: &str) -> Result<Range<usize>, Diagnostic> {
    let regex = regex(pattern)?;
    let mut found = regex.captures_iter(text).filter_map(|captures| captures.get(1));
    match (found.next(), found.next()) {
        (Some(found), None) => Ok(found.range()),
        (None, _) => Err(Diagnostic::new(Rule::VersionFieldMissing, format!("has no {name}"))),
        (Some(_), Some(second)) => {
            Err(Diagnostic::new(Rule::VersionFieldUnclear, format!("has {name} more than once"))
                .at_byte(second.start())
                .with_remedy("write an expression that only one place matches; if all of them carry the version, say `all: true`"))
        }
    }
}

/// `^` and `$` are the ends of a line, whatever ends it.
fn multi_line(pattern: &str) -> String {
    format!("(?mR){pattern}")
}

fn blanked(text: &str, language: &Language, keep: Keep) -> String {
    let mut blanked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, begins)) = next(rest, language) {
        blanked.push_str(&rest[..at]);
        rest = &rest[at..];
        let (inside, is_kept) = match begins {
            Begins::LineComment => (rest.find('\n').unwrap_or(rest.len()), false),
            Begins::Comment(begin, end) | Begins::Text(begin, end) => {
                let inner = rest[begin.len()..].find(end);
                (inner.map_or(rest.len(), |at| begin.len() + at + end.len()), false)
            }
            Begins::Quote(quote) => {
                (end_of(rest, quote, language.quotes_span_lines), keep == Keep::Texts)
            }
        };
        let (inside, after) = rest.split_at(inside);
        // What begins a text stays, and what ends it: where one stands is no gap.
        let (begin, end) = match begins {
            Begins::LineComment | Begins::Comment(..) => ("", ""),
            Begins::Text(begin, end) => (begin, end),
            Begins::Quote(quote) => (quote, quote),
        };
        if is_kept && !inside.contains('\n') {
            blanked.push_str(inside);
        } else {
            let ends = inside.len() >= begin.len() + end.len() && inside.ends_with(end);
            let end = if ends { end } else { "" };
            blanked.push_str(begin);
            let inner = &inside.as_bytes()[begin.len()..inside.len() - end.len()];
            blanked.extend(inner.iter().map(|byte| if *byte == b'\n' { '\n' } else { ' ' }));
            blanked.push_str(end);
        }
        rest = after;
    }
    blanked.push_str(rest);
    blanked
}

#[derive(Clone, Copy)]
enum Begins {
    LineComment,
    Comment(&'static str, &'static str),
    Text(&'static str, &'static str),
    Quote(&'static str),
}

/// What is no code and begins first; of two that begin at once the longer.
fn next(text: &str, language: &Language) -> Option<(usize, Begins)> {
    let of_lines = language.line_comments.iter().map(|begin| (*begin, Begins::LineComment));
    let comments =
        language.comments.iter().map(|(begin, end)| (*begin, Begins::Comment(begin, end)));
    let texts = language.texts.iter().map(|(begin, end)| (*begin, Begins::Text(begin, end)));
    let quotes = language.quotes.iter().map(|quote| (*quote, Begins::Quote(quote)));
    let mut all: Vec<(&str, Begins)> =
        of_lines.chain(comments).chain(texts).chain(quotes).collect();
    all.sort_by_key(|(begin, _)| Reverse(begin.len()));
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, c)| {
        // An escaped quote begins nothing.
        if is_escaped || c == '\\' {
            is_escaped = !is_escaped;
            return None;
        }
        let (_, begins) = all.iter().find(|(begin, _)| text[at..].starts_with(begin))?;
        Some((at, *begins))
    })
}

/// Where a text that begins with a quote ends.
fn end_of(text: &str, quote: &str, spans_lines: bool) -> usize {
    let mut at = quote.len();
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(quote) {
            return at + quote.len();
        }
        if rest.starts_with('\n') && !spans_lines {
            return at;
        }
        let escaped = usize::from(rest.starts_with('\\'));
        at += rest.chars().take(1 + escaped).map(char::len_utf8).sum::<usize>();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Keep, Language, blanked};

    /// What is blanked keeps its length and its lines, so that places in it are places in the text.
    #[test]
    fn lines_stay() {
        let language = Language {
            line_comments: &["#"],
            comments: &[("/*", "*/")],
            texts: &[],
            quotes: &["\""],
            quotes_span_lines: false,
        };
        let text = "a /* one\ntwo */ b # three\nc \"four\"\n";
        let code = blanked(text, &language, Keep::Code);
        assert_eq!(code, "a       \n       b        \nc \"    \"\n");
    }
}
