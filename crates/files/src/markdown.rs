//! Markdown ([CommonMark](https://spec.commonmark.org)), as far as documents are read.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, Event, Options, Parser, Tag, TagEnd};

/// What of a document is an example or a title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// The places of blocks of code, in order.
    pub code: Vec<Range<usize>>,
    /// The titles that stand in nothing else, such as a list: level, from 1, and place.
    pub titles: Vec<(usize, Range<usize>)>,
}

impl Outline {
    /// Reads a document.
    #[must_use]
    pub fn of(document: &str) -> Self {
        let mut outline = Self::default();
        let mut depth = 0_usize;
        for (event, place) in Parser::new(document).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(_)) => outline.code.push(place),
                Event::Start(Tag::BlockQuote(_) | Tag::Item) => depth += 1,
                Event::End(TagEnd::BlockQuote(_) | TagEnd::Item) => depth -= 1,
                Event::Start(Tag::Heading { level, .. }) if depth == 0 => {
                    outline.titles.push((level as usize, place));
                }
                _ => {}
            }
        }
        outline
    }

    /// Whether what stands at a byte is a line of a block of code.
    #[must_use]
    pub fn is_code(&self, at: usize) -> bool {
        let index = self.code.partition_point(|block| block.end <= at);
        self.code.get(index).is_some_and(|block| block.start <= at)
    }
}

/// The definitions of links that a part of a document refers to and does not have itself, as they stand in the whole
/// ([definition](https://spec.commonmark.org/0.31.2/#link-reference-definitions)).
#[must_use]
pub fn definitions<'d>(part: &str, whole: &'d str) -> Vec<&'d str> {
    let mut missing = Vec::new();
    let mut note = |broken: BrokenLink<'_>| {
        missing.push(broken.reference.into_string());
        None
    };
    Parser::new_with_broken_link_callback(part, Options::empty(), Some(&mut note)).for_each(drop);
    let parser = Parser::new(whole);
    let known = parser.reference_definitions();
    let places = missing.iter().filter_map(|label| Some(known.get(label)?.span.clone()));
    let mut places: Vec<Range<usize>> = places.collect();
    places.sort_by_key(|place| place.start);
    places.dedup();
    places.into_iter().map(|place| whole[place].trim()).collect()
}

/// A text that Markdown shows as it is, on one line.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("<br>"),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '`' | '*' | '_' | '[' | ']' | '|' | '#' | '\\' => out.extend(['\\', c]),
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_as_it_is() {
        assert_eq!(shown("a\nb"), "a<br>b");
        assert_eq!(
            shown("<b> & `c` *d* _e_ [f] | # \\"),
            "&lt;b> &amp; \\`c\\` \\*d\\* \\_e\\_ \\[f\\] \\| \\# \\\\"
        );
        assert_eq!(shown("a\tb\u{7}"), "ab");
    }

    #[test]
    fn examples_and_titles() {
        let document = "# One\n\n```\n# code\n```\n\n- # in a list\n\n## Two\n";
        let outline = Outline::of(document);
        let titles: Vec<(usize, &str)> = outline
            .titles
            .iter()
            .map(|(level, place)| (*level, document[place.clone()].trim()))
            .collect();
        assert_eq!(titles, [(1, "# One"), (2, "## Two")]);
        let at = |text: &str| document.find(text).unwrap();
        assert!(outline.is_code(at("# code")));
        assert!(!outline.is_code(at("# One")));
        assert!(!outline.is_code(at("## Two")));
    }

    #[test]
    fn links_whose_address_is_elsewhere() {
        let whole = "[a] and [b]\n\n[a]: https://a.example\n[b]: https://b.example\n[c]: https://c.example\n";
        assert_eq!(
            definitions("[b], [a] and [d]", whole),
            ["[a]: https://a.example", "[b]: https://b.example"]
        );
        assert!(definitions("[a]\n\n[a]: here", whole).is_empty());
    }
}
