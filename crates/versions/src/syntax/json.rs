//! JSON.

use std::collections::HashSet;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};

use crate::field::Literal;

/// A document as it was read.
pub(crate) struct Json<'t> {
    text: &'t str,
    root: Value<'t>,
}

impl<'t> Json<'t> {
    /// Reads JSON as every reader reads it: no comments, no key twice.
    pub(crate) fn read(text: &'t str) -> Result<Self, Diagnostic> {
        Self::within(text, false)
    }

    /// Reads JSON with comments and with commas behind the last of some, as `bun.lock` and `deno.jsonc` are.
    pub(crate) fn read_with_comments(text: &'t str) -> Result<Self, Diagnostic> {
        Self::within(text, true)
    }

    fn within(text: &'t str, has_comments: bool) -> Result<Self, Diagnostic> {
        let options = ParseOptions {
            allow_comments: has_comments,
            allow_loose_object_property_names: false,
            allow_trailing_commas: has_comments,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_extended_string_escapes: false,
            allow_non_finite_numbers: false,
        };
        let read = parse_to_ast(text, &CollectOptions::default(), &options);
        let read = read.map_err(|error| {
            Diagnostic::new(Rule::VersionFileSyntax, format!("is not JSON: {}", error.kind()))
                .at_byte(error.range().start)
        })?;
        let root = read
            .value
            .ok_or_else(|| Diagnostic::new(Rule::VersionFileSyntax, "is not JSON: it is empty"))?;
        unambiguous(&root)?;
        Ok(Self { text, root })
    }

    pub(crate) fn root(&self) -> &Value<'t> {
        &self.root
    }

    /// The text of a value as it stands in the file.
    pub(crate) fn literal(&self, name: &str, value: &Value<'t>) -> Result<Literal<'t>, Diagnostic> {
        let range = value.range();
        let Value::StringLit(literal) = value else {
            return Err(Diagnostic::new(Rule::VersionFieldForm, format!("{name} is not text"))
                .at_byte(range.start));
        };
        let place = range.start + 1..range.end - 1;
        match self.text.get(place.clone()) {
            Some(text) if text == literal.value => Ok(Literal { text, place }),
            _ => Err(Diagnostic::new(
                Rule::VersionFieldForm,
                format!("{name} is written with escapes"),
            )
            .at_byte(range.start)),
        }
    }
}

/// The value of a key.
pub(crate) fn get<'v, 't>(value: &'v Value<'t>, key: &str) -> Option<&'v Value<'t>> {
    let Value::Object(object) = value else { return None };
    object.properties.iter().find(|property| property.name.as_str() == key).map(|p| &p.value)
}

/// The text of a key.
pub(crate) fn text<'v>(value: &'v Value<'_>, key: &str) -> Option<&'v str> {
    match get(value, key)? {
        Value::StringLit(text) => Some(&text.value),
        _ => None,
    }
}

/// The value at some keys.
pub(crate) fn at<'v, 't>(root: &'v Value<'t>, keys: &[String]) -> Option<&'v Value<'t>> {
    keys.iter().try_fold(root, |value, key| match value {
        Value::Array(array) => array.elements.get(key.parse::<usize>().ok()?),
        value => get(value, key),
    })
}

/// The texts of a list.
pub(crate) fn texts(value: &Value<'_>) -> Vec<String> {
    let Value::Array(array) = value else { return Vec::new() };
    let texts = array.elements.iter().filter_map(|element| match element {
        Value::StringLit(literal) => Some(literal.value.to_string()),
        _ => None,
    });
    texts.collect()
}

/// The entries below a key.
pub(crate) fn entries<'v, 't>(
    value: &'v Value<'t>,
    key: &str,
) -> impl Iterator<Item = (&'v str, &'v Value<'t>)> {
    let object: Option<&'v Object<'t>> = match get(value, key) {
        Some(Value::Object(object)) => Some(object),
        _ => None,
    };
    let properties = object.into_iter().flat_map(|object| &object.properties);
    properties.map(|property| (property.name.as_str(), &property.value))
}

fn unambiguous(value: &Value<'_>) -> Result<(), Diagnostic> {
    match value {
        Value::Object(object) => {
            let mut keys = HashSet::new();
            for property in &object.properties {
                if !keys.insert(property.name.as_str()) {
                    let message = format!("has the key `{}` twice", property.name.as_str());
                    return Err(Diagnostic::new(Rule::DuplicateKey, message)
                        .at_byte(property.range().start));
                }
                unambiguous(&property.value)?;
            }
            Ok(())
        }
        Value::Array(array) => array.elements.iter().try_for_each(unambiguous),
        _ => Ok(()),
    }
}
