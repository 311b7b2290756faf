//! Expressions, which only the generator writes.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A GitHub Actions [expression](https://docs.github.com/en/actions/reference/workflows-and-actions/expressions),
/// without the `${{ }}` around it.
///
/// Only the generator builds one, from parts that it knows; no text of a model becomes one. Its
/// [`Display`](fmt::Display) and serialized form carry the `${{ }}`, and nothing else in Lockstep
/// writes those characters: a `${{` in a rendered file was an `Expression`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression(String);

impl Expression {
    /// An expression from its text. Texts of a model must have been checked by their string type.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The bare text, to build a longer expression from.
    #[must_use]
    pub fn bare(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${{{{ {} }}}}", self.0)
    }
}

impl Serialize for Expression {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.strip_prefix("${{ ")
            .and_then(|rest| rest.strip_suffix(" }}"))
            .map(Self::new)
            .ok_or_else(|| serde::de::Error::custom("an expression is written ${{ … }}"))
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A GitHub Actions expression, with the `${{ }}` around it.",
            "type": "string",
            "pattern": r"^\$\{\{ .* \}\}$",
        })
    }
}
