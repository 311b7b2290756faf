//! Markdown ([CommonMark](https://spec.commonmark.org)), as far as documents are read.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};

/// What of a document is an example or a title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// The places of blocks of code, in order.
    pub code: Vec<Range<usize>>,
    /// The titles: level, from 1, and the byte at which each begins.
    pub titles: Vec<(usize, usize)>,
}

impl Outline {
    /// Reads a document.
    #[must_use]
    pub fn of(document: &str) -> Self {
        let mut outline = Self::default();
        for (event, place) in Parser::new(document).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(_)) => outline.code.push(place),
                Event::Start(Tag::Heading { level, .. }) => {
                    outline.titles.push((number(level), place.start));
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

fn number(level: HeadingLevel) -> usize {
    level as usize
}
