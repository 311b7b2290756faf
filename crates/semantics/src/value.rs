//! Values of expressions, and how GitHub compares them
//! ([literals](https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#literals),
//! [operators](https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#operators)).

/// A value, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing, as of what is not there.
    Null,
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// A text of which is known that it is not empty, and none that anything compares it with.
    Other,
    /// What is not known; by its expression, which is always the same.
    Unknown(String),
}

impl Value {
    /// Whether it holds: `false`, `0`, `''` and `null` do not. Nothing where it is not known.
    #[must_use]
    pub fn holds(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Boolean(value) => Some(*value),
            Self::Number(value) => Some(*value != 0.0 && !value.is_nan()),
            Self::Text(text) => Some(!text.is_empty()),
            Self::Other => Some(true),
            Self::Unknown(_) => None,
        }
    }

    /// Whether two are equal, loosely: texts without regard to case, and values of two types as numbers.
    #[must_use]
    pub fn equals(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Other, Self::Text(_)) | (Self::Text(_), Self::Other) => Some(false),
            // A text that nothing compares it with may still be a number, which then is not known.
            (Self::Unknown(_) | Self::Other, _) | (_, Self::Unknown(_) | Self::Other) => None,
            (Self::Text(a), Self::Text(b)) => Some(a.to_uppercase() == b.to_uppercase()),
            (Self::Null, Self::Null) => Some(true),
            #[expect(clippy::float_cmp, reason = "as GitHub does")]
            (a, b) => Some(a.number()? == b.number()?),
        }
    }

    /// Whether one comes before another. Nothing where it is not known.
    #[must_use]
    pub fn is_less(&self, other: &Self, or_equal: bool) -> Option<bool> {
        if let (Self::Text(a), Self::Text(b)) = (self, other) {
            let (a, b) = (a.to_uppercase(), b.to_uppercase());
            return Some(if or_equal { a <= b } else { a < b });
        }
        let (a, b) = (self.number()?, other.number()?);
        Some(if or_equal { a <= b } else { a < b })
    }

    /// Its value as a number; NaN where it does not stand for one.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Null => Some(0.0),
            Self::Boolean(value) => Some(f64::from(u8::from(*value))),
            Self::Number(value) => Some(*value),
            Self::Text(text) => Some(number(text.trim())),
            Self::Other | Self::Unknown(_) => None,
        }
    }

    /// It as text, where it is known.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Null => Some(String::new()),
            Self::Boolean(value) => Some(value.to_string()),
            Self::Number(value) => Some(value.to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Other | Self::Unknown(_) => None,
        }
    }
}

/// A text as a number: any legal JSON number, hexadecimal or octal; nothing is zero.
fn number(text: &str) -> f64 {
    if text.is_empty() {
        return 0.0;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            #[expect(clippy::cast_precision_loss, reason = "as GitHub does")]
            return u64::from_str_radix(digits, radix).map_or(f64::NAN, |value| value as f64);
        }
    }
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    let parsed = text.parse().ok().filter(|_| is_number);
    match text {
        "Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => parsed.unwrap_or(f64::NAN),
    }
}
