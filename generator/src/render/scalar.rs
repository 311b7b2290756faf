//! The one place where text becomes YAML.

use std::fmt::Write as _;

use serde_json::Value;

/// How far the text of a block scalar is indented. Text of several lines is a block in the `run` of a step alone, and the steps of
/// every template begin at the same column.
const BLOCK_INDENT: &str = "          ";

/// Turns every string of a value into the YAML scalar that means it.
pub fn quote_all(value: &mut Value) {
    match value {
        Value::String(text) => *text = quote(text),
        Value::Array(items) => items.iter_mut().for_each(quote_all),
        Value::Object(object) => object.values_mut().for_each(quote_all),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The YAML scalar that means a text, and nothing else: plain where no reader of YAML 1.1 or 1.2
/// could take it for anything but text, a literal block for several lines, else in double quotes.
#[must_use]
pub fn quote(text: &str) -> String {
    block(text).unwrap_or_else(|| on_a_line(text))
}

/// The same on one line: plain, or in double quotes.
#[must_use]
pub fn on_a_line(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { double_quoted(text) }
}

fn is_plain(text: &str) -> bool {
    // `${{` is written by expressions alone: the strings of a model cannot hold it.
    let has_expression = text.contains("${{ ");
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "_./@+=-'\"(),;&$! ".contains(c);
    let in_expression = |c: char| c.is_ascii_graphic() || c == ' ';
    let begins = match text.as_bytes() {
        [b'$', b'{', b'{', ..] => true,
        [first, ..] if first.is_ascii_alphabetic() || *first == b'_' || *first == b'/' => true,
        [b'.', second, ..] => second.is_ascii_alphabetic() || *second == b'/',
        _ => false,
    };
    begins
        && text.chars().all(|c| is_safe(c) || (has_expression && in_expression(c)))
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([' ', ':'])
        && !text.contains("  ")
        && !means_something_else(text)
}

/// Words that some reader of YAML takes for true, false or nothing.
fn means_something_else(text: &str) -> bool {
    const WORDS: [&str; 11] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", ".inf", ".nan"];
    WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// A text of several lines as a [literal block](https://yaml.org/spec/1.2.2/#812-literal-style),
/// where the block can hold it to the letter.
fn block(text: &str) -> Option<String> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let chomping = if body.len() == text.len() { "-" } else { "" };
    let holds = |line: &str| {
        let is_blank = line.trim().is_empty();
        (line.is_empty() || !is_blank)
            && line.chars().all(|c| c == '\t' || lockstep_schemas::strings::is_displayable(c))
    };
    let first = body.lines().next()?;
    if !text.contains('\n')
        || body.ends_with('\n')
        || body.contains('\r')
        || first.is_empty()
        || first.starts_with([' ', '\t'])
        || !body.split('\n').all(holds)
    {
        return None;
    }
    let indented = |line: &str| {
        if line.is_empty() { String::new() } else { format!("{BLOCK_INDENT}{line}") }
    };
    let lines: Vec<String> = body.split('\n').map(indented).collect();
    Some(format!("|{chomping}\n{}", lines.join("\n")))
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if lockstep_schemas::strings::is_displayable(c) => quoted.push(c),
            // Whatever else: by its number, as JSON and YAML both have it.
            c => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests;
