//! What values and their types are called in messages.

use lockstep_schemas::strings::excerpt;
use serde_json::Value;

/// A type of JSON Schema, in words.
pub fn in_words(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "object" => "keys with values",
        "array" => "a list",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        other => other,
    }
}

/// A value, as the thing that was found.
pub fn found(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("{value}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text `{}`", excerpt(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "keys with values".to_owned(),
    }
}
