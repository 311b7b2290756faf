//! The strings of Lockstep's documents that are not just strings.
//!
//! Each type states its grammar once, as a regular expression that both the parser here and the
//! JSON Schema use, so an editor and the program cannot disagree. The dialect is what ECMA 262
//! (JSON Schema) and `regex-lite` share: no look-around, ASCII classes spelt out.

use std::fmt;

use regex_lite::Regex;

/// A string that does not follow its type's grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidString {
    /// The offending text, shortened to what a line can show.
    pub found: String,
    /// What the text should have been, as a noun phrase: "a full commit SHA: 40 hexadecimal digits".
    pub rule: &'static str,
}

impl fmt::Display for InvalidString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.found, self.rule)
    }
}

impl std::error::Error for InvalidString {}

/// What makes a string one of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grammar {
    /// The type's name.
    pub name: &'static str,
    /// The regular expression.
    pub pattern: &'static str,
    /// The longest text allowed, in characters.
    pub max_length: usize,
    /// What a text of the type is, as a noun phrase.
    pub rule: &'static str,
    /// A text of the type.
    pub example: &'static str,
}

impl Grammar {
    /// Whether a text is of the type.
    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        text.chars().nth(self.max_length).is_none()
            && Regex::new(self.pattern).is_ok_and(|pattern| pattern.is_match(text))
    }
}

/// Shortens a text to what an error message can show; control characters come out escaped.
#[must_use]
pub fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .flat_map(|c| if is_displayable(c) { vec![c] } else { c.escape_default().collect() })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Whether a character can be shown as it is: no control character and none that reorders text.
#[must_use]
pub fn is_displayable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Text on one line: no control characters, no line or paragraph separators, no characters that
/// reorder what is shown, and nowhere `${{`, which GitHub would evaluate.
macro_rules! one_line {
    () => {
        r"^(?:\{|(?:\$+\{)*\$*[^${\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff])*(?:\$+\{)*\$*$"
    };
}

/// As [`one_line`], with line feeds and tabs.
macro_rules! many_lines {
    () => {
        r"^(?:\{|(?:\$+\{)*\$*[^${\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff])*(?:\$+\{)*\$*$"
    };
}

/// One field of a time as cron has it: values, ranges and steps of them.
macro_rules! cron_field {
    ($value:literal) => {
        concat!(
            r"(?:\*|(?:",
            $value,
            r")(?:-(?:",
            $value,
            r"))?)(?:/[1-9][0-9]?)?(?:,(?:\*|(?:",
            $value,
            r")(?:-(?:",
            $value,
            r"))?)(?:/[1-9][0-9]?)?)*"
        )
    };
}

/// One segment or more of a portable relative path. No segment is `.` or `..`.
macro_rules! path {
    ($extra:literal) => {
        path!($extra, "")
    };
    ($extra:literal, $end:literal) => {
        concat!("^(?:", path_part!($extra), "/)*", path_part!($extra), $end, "$")
    };
}

/// One segment of a portable relative path, with blanks inside it at most.
macro_rules! path_part {
    ($extra:literal) => {
        concat!(
            r"\.*[A-Za-z0-9_@+",
            $extra,
            r"-](?:[A-Za-z0-9_.@+ ",
            $extra,
            r"-]*[A-Za-z0-9_.@+",
            $extra,
            r"-])?"
        )
    };
}

macro_rules! string_types {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident { max: $max:literal, pattern: $pattern:expr, rule: $rule:literal, example: $example:literal $(,)? }
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The grammar, as a regular expression that ECMA 262 and Rust read alike.
            pub const PATTERN: &'static str = $pattern;
            /// The longest text allowed, in characters.
            pub const MAX_LENGTH: usize = $max;

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidString;

            fn try_from(text: String) -> Result<Self, InvalidString> {
                static GRAMMAR: LazyLock<Regex> = LazyLock::new(|| {
                    Regex::new($name::PATTERN).expect("a constant pattern")
                });
                if text.chars().nth(Self::MAX_LENGTH).is_none() && GRAMMAR.is_match(&text) {
                    Ok(Self(text))
                } else {
                    Err(InvalidString { found: excerpt(&text), rule: $rule })
                }
            }
        }

        impl FromStr for $name {
            type Err = InvalidString;

            fn from_str(text: &str) -> Result<Self, InvalidString> {
                Self::try_from(text.to_owned())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": concat!($($doc),+).trim(),
                    "type": "string",
                    "pattern": Self::PATTERN,
                    "maxLength": Self::MAX_LENGTH,
                    "examples": [$example],
                    // Read by yaml-language-server, and by our own error messages.
                    "patternErrorMessage": concat!("not ", $rule),
                })
            }
        }
    )+

    /// Every grammar.
    pub const GRAMMARS: &[Grammar] = &[$(Grammar {
        name: stringify!($name),
        pattern: $pattern,
        max_length: $max,
        rule: $rule,
        example: $example,
    }),+];};
}

mod expression;
mod python;
mod repository;
mod types;

pub use expression::Expression;
pub use python::normalized;
pub use types::*;
