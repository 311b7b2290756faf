//! Patterns of refs, as environments and sets of rules have them.

use glob::{MatchOptions, Pattern};

/// How a pattern of refs is read: `*` stops at a slash
/// ([documentation](https://docs.github.com/en/rest/deployments/branch-policies#create-a-deployment-branch-policy)).
const AS_GITHUB: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// Whether a name fits a pattern; nothing where the pattern cannot be read here.
pub(crate) fn fits(pattern: &str, name: &str) -> Option<bool> {
    let read = Pattern::new(&in_words_of_glob(pattern)).ok()?;
    Some(read.matches_with(name, AS_GITHUB))
}

/// A pattern of [Ruby's](https://docs.ruby-lang.org/en/master/File.html#method-c-fnmatch) as the library reads it: several
/// stars are one, unless they are all of a part, and `^` leaves out as `!` does.
fn in_words_of_glob(pattern: &str) -> String {
    let part = |part: &str| match part {
        "**" => part.to_owned(),
        part => {
            let stars = part.split('*').enumerate();
            let kept = stars.filter(|(index, text)| *index == 0 || !text.is_empty());
            let kept: Vec<&str> = kept.map(|(_, text)| text).collect();
            let end = if part.ends_with('*') { "*" } else { "" };
            format!("{}{end}", kept.join("*")).replace("[^", "[!")
        }
    };
    pattern.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read_as_github_reads_them() {
        let cases = [
            ("v*", "v1.2.3", true),
            ("v*", "v1/2", false),
            ("v**", "v1.2.3", true),
            ("v***.3", "v1.2.3", true),
            ("**/x", "a/b/x", true),
            ("v[^a]", "v1", true),
            ("v[^a]", "va", false),
            ("v?", "v1", true),
            ("*", ".hidden", false),
            ("v", "v", true),
            ("", "v", false),
            ("*v", "xv", true),
        ];
        for (pattern, name, wanted) in cases {
            assert_eq!(fits(pattern, name), Some(wanted), "{pattern} of {name}");
        }
    }
}
