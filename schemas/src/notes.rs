//! The templates of a release's title and notes, and what has a place in them.

/// What a template has a place for, between braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The project's name.
    Project,
    /// The version.
    Version,
    /// The tag.
    Tag,
    /// What the changelog says of the version, or where it is.
    Changelog,
    /// How users install it, channel by channel.
    Install,
    /// The list of assets.
    Assets,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Project, Self::Version, Self::Tag, Self::Changelog, Self::Install, Self::Assets];

    /// What stands between the braces.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Version => "version",
            Self::Tag => "tag",
            Self::Changelog => "changelog",
            Self::Install => "install",
            Self::Assets => "assets",
        }
    }

    /// Whether it is one line.
    #[must_use]
    pub fn is_one_line(self) -> bool {
        matches!(self, Self::Project | Self::Version | Self::Tag)
    }
}

/// The pieces of a template in order: what has a place there, or text that stands as it is. Braces around something else are
/// text.
pub fn parts(template: &str) -> impl Iterator<Item = Result<Part, &str>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = |text: &str| {
            let name = text.strip_prefix('{')?.split_once('}')?.0;
            Part::ALL.into_iter().find(|part| part.name() == name)
        };
        if let Some(part) = at(rest) {
            rest = &rest[part.name().len() + 2..];
            return Some(Ok(part));
        }
        let end = rest
            .match_indices('{')
            .map(|(index, _)| index)
            .find(|index| at(&rest[*index..]).is_some());
        let (text, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(Err(text))
    })
}

/// The words between braces that nothing has a place for: slips, as a rule.
#[must_use]
pub fn unknown(template: &str) -> Vec<&str> {
    let words = template.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    let is_word =
        |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    words.filter(is_word).filter(|word| Part::ALL.iter().all(|part| part.name() != *word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_place() {
        let shown = |template: &str| {
            let parts = parts(template)
                .map(|part| part.map_or_else(str::to_owned, |part| format!("<{}>", part.name())));
            parts.collect::<Vec<_>>().concat()
        };
        assert_eq!(shown("{project} {tag}"), "<project> <tag>");
        assert_eq!(shown("{{tag}} {"), "{<tag>} {");
        assert_eq!(shown("a {b} c{assets}"), "a {b} c<assets>");
        assert_eq!(shown(""), "");
        assert_eq!(unknown("{tag} {verson} { } {a b}"), ["verson"]);
    }
}
