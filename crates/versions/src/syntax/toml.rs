//! TOML.

use std::ops::Range;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use toml_edit::{Document, Item, TableLike, Value};

use crate::field::Literal;

/// A document as it was read.
pub(crate) struct Toml<'t> {
    text: &'t str,
    document: Document<&'t str>,
}

impl<'t> Toml<'t> {
    pub(crate) fn read(text: &'t str) -> Result<Self, Diagnostic> {
        let document = Document::parse(text).map_err(|error| {
            let invalid = Diagnostic::new(
                Rule::VersionFileSyntax,
                format!("is not TOML: {}", error.message()),
            );
            match error.span() {
                Some(span) => invalid.at_byte(span.start),
                None => invalid,
            }
        })?;
        Ok(Self { text, document })
    }

    /// An item, by its keys; a number is the place of an item in a list.
    pub(crate) fn at(&self, keys: &[impl AsRef<str>]) -> Option<&Item> {
        keys.iter().map(AsRef::as_ref).try_fold(self.document.as_item(), |item, key| {
            if item.is_array() || item.is_array_of_tables() {
                item.get(key.parse::<usize>().ok()?)
            } else {
                item.get(key)
            }
        })
    }

    /// The text at some keys.
    pub(crate) fn text(&self, keys: &[&str]) -> Option<&str> {
        self.at(keys)?.as_str()
    }

    /// The texts of the list at some keys.
    pub(crate) fn texts(&self, keys: &[&str]) -> Vec<String> {
        let array = self.at(keys).and_then(Item::as_array);
        array.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// What stands below some keys.
    pub(crate) fn entries(&self, keys: &[&str]) -> impl Iterator<Item = (&str, &Item)> {
        self.at(keys).and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter)
    }

    /// An item's text as it stands in the file.
    pub(crate) fn literal(&self, name: &str, item: &Item) -> Result<Literal<'t>, Diagnostic> {
        self.standing(name, item.as_str(), item.span())
    }

    /// The same, of a value in a list.
    pub(crate) fn literal_of(&self, name: &str, value: &Value) -> Result<Literal<'t>, Diagnostic> {
        self.standing(name, value.as_str(), value.span())
    }

    /// What stands between the quotes of a value, with its escapes.
    pub(crate) fn written(&self, value: &Value) -> Option<Literal<'t>> {
        value.as_str()?;
        let place = self.inside(&value.span()?);
        Some(Literal { text: self.text.get(place.clone())?, place })
    }

    fn standing(
        &self,
        name: &str,
        text: Option<&str>,
        span: Option<Range<usize>>,
    ) -> Result<Literal<'t>, Diagnostic> {
        let span = span.unwrap_or_default();
        let Some(text) = text else {
            return Err(Diagnostic::new(Rule::VersionFieldForm, format!("{name} is not text"))
                .at_byte(span.start));
        };
        let place = self.inside(&span);
        match self.text.get(place.clone()) {
            Some(written) if written == text => Ok(Literal { text: written, place }),
            _ => Err(Diagnostic::new(
                Rule::VersionFieldForm,
                format!("{name} is written with escapes"),
            )
            .at_byte(span.start)),
        }
    }

    /// The place of a text without its quotes.
    fn inside(&self, span: &Range<usize>) -> Range<usize> {
        let written = &self.text[span.clone()];
        let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| {
            written.len() >= 2 * quote.len()
                && written.starts_with(quote)
                && written.ends_with(quote)
        });
        let length = quote.map_or(0, str::len);
        span.start + length..span.end - length
    }
}
