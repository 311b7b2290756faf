//! Placeholders: the `{…}` in a model's paths and names, and what may stand there.

use std::fmt;

/// A fact that a path or name of the model can hold a place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Placeholder {
    /// The release's version.
    Version,
    /// The target's id.
    Target,
    /// The target's Rust triple.
    Triple,
    /// The build mode.
    Mode,
    /// The target's archive suffix.
    Suffix,
    /// The target's npm platform.
    Npm,
    /// The target's wheel platform tag.
    Wheel,
    /// The target's operating system: `linux`, `macos` or `windows`.
    Os,
    /// `.exe` on Windows, nothing elsewhere.
    ExeSuffix,
    /// `lib`, or nothing on Windows.
    DllPrefix,
    /// `.so`, `.dylib` or `.dll`.
    DllSuffix,
}

impl Placeholder {
    /// Every placeholder.
    pub const ALL: [Self; 11] = [
        Self::Version,
        Self::Target,
        Self::Triple,
        Self::Mode,
        Self::Suffix,
        Self::Npm,
        Self::Wheel,
        Self::Os,
        Self::ExeSuffix,
        Self::DllPrefix,
        Self::DllSuffix,
    ];

    /// What stands between the braces.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Target => "target",
            Self::Triple => "triple",
            Self::Mode => "mode",
            Self::Suffix => "suffix",
            Self::Npm => "npm",
            Self::Wheel => "wheel",
            Self::Os => "os",
            Self::ExeSuffix => "exe-suffix",
            Self::DllPrefix => "dll-prefix",
            Self::DllSuffix => "dll-suffix",
        }
    }

    /// The placeholder of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|placeholder| placeholder.name() == name)
    }

    /// Whether it differs from target to target.
    #[must_use]
    pub fn is_of_target(self) -> bool {
        !matches!(self, Self::Version | Self::Mode)
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.name())
    }
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text that stands for itself.
    Text(&'a str),
    /// A known placeholder.
    Placeholder(Placeholder),
    /// Something in braces that is no placeholder, or a brace on its own.
    Unknown(&'a str),
}

/// Splits a pattern into its parts, in order; joined they are the pattern again.
#[must_use]
pub fn parts(pattern: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find(['{', '}']) {
        if open > 0 {
            parts.push(Part::Text(&rest[..open]));
        }
        let braced = &rest[open..];
        let length = match braced.find('}') {
            Some(close) if braced.starts_with('{') => close + 1,
            _ => 1,
        };
        let (braced, after) = braced.split_at(length);
        let name = braced.trim_start_matches('{').trim_end_matches('}');
        parts.push(Placeholder::named(name).map_or(Part::Unknown(braced), Part::Placeholder));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// Replaces those placeholders that `value` knows; the others stay as they are.
#[must_use]
pub fn expand(pattern: &str, value: impl Fn(Placeholder) -> Option<String>) -> String {
    parts(pattern)
        .into_iter()
        .map(|part| match part {
            Part::Text(text) | Part::Unknown(text) => text.to_owned(),
            Part::Placeholder(placeholder) => {
                value(placeholder).unwrap_or_else(|| placeholder.to_string())
            }
        })
        .collect()
}
