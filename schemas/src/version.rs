//! One version in the words of each ecosystem.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strings::{InvalidString, TagPattern, Version};

/// In whose words a version is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VersionScheme {
    /// [Semantic Versioning](https://semver.org), as Cargo, npm and most others write it.
    #[default]
    Semver,
    /// Python's
    /// ([specification](https://packaging.python.org/en/latest/specifications/version-specifiers/)):
    /// `1.2.3-rc.1` is `1.2.3rc1`.
    Pep440,
    /// Three numbers and nothing else, as `CMake` takes them
    /// ([documentation](https://cmake.org/cmake/help/latest/command/project.html)).
    Numeric,
}

impl VersionScheme {
    /// A version in these words.
    ///
    /// # Errors
    ///
    /// Where it has no counterpart there, in one sentence without a full stop.
    pub fn write(self, version: &Version) -> Result<String, String> {
        let text = version.as_str();
        match self {
            Self::Semver => Some(text.to_owned()),
            Self::Pep440 => version.python(),
            // What is built on the way to a version has that version's numbers.
            Self::Numeric if version.is_development() => Some(version.numbers().to_owned()),
            Self::Numeric => (!text.contains(['-', '+'])).then(|| text.to_owned()),
        }
        .ok_or_else(|| format!("{version} has no counterpart in {}", self.whose()))
    }

    /// The version that a text is in these words; `None` where it is none.
    #[must_use]
    pub fn read(self, text: &str) -> Option<Version> {
        match self {
            Self::Semver => text.parse().ok(),
            Self::Pep440 => Pep440::read(text)?.semantic(),
            Self::Numeric => text.parse().ok().filter(|_| !text.contains(['-', '+'])),
        }
    }

    /// Whether a text says a version in these words. Python reads `1.2.3-rc.1` and `1.2.3rc1` as one.
    #[must_use]
    pub fn says(self, text: &str, version: &Version) -> bool {
        match self.write(version) {
            Ok(written) if written == text => true,
            Ok(written) => self == Self::Pep440 && Pep440::same(text, &written),
            Err(_) => false,
        }
    }

    /// Whether one version comes after another there: by the
    /// [precedence](https://semver.org/#spec-item-11) of semantic versions, or in Python's
    /// [order](https://packaging.python.org/en/latest/specifications/version-specifiers/#summary-of-permitted-suffixes-and-relative-ordering),
    /// in which a development release comes before every other prerelease.
    #[must_use]
    pub fn is_above(self, one: &Version, other: &Version) -> bool {
        let semantic = |version: &Version| semver::Version::parse(version.as_str()).ok();
        if self == Self::Pep440
            && let (Some(one), Some(other)) =
                (Pep440::read(one.as_str()), Pep440::read(other.as_str()))
        {
            return one.order() > other.order();
        }
        match (semantic(one), semantic(other)) {
            (Some(one), Some(other)) => one.cmp_precedence(&other).is_gt(),
            // Numbers that are longer than a program counts.
            _ => false,
        }
    }

    /// Whose words these are, for people.
    #[must_use]
    pub fn whose(self) -> &'static str {
        match self {
            Self::Semver => "semantic versions",
            Self::Pep440 => "Python's versions",
            Self::Numeric => "versions of three numbers",
        }
    }
}

impl Version {
    /// The version of a snapshot that a run built on the way to this version: `1.2.3-dev.4711`. It comes before the
    /// version and its other prereleases, and every ecosystem has a word for it.
    ///
    /// `run` is the run's [id](https://docs.github.com/en/actions/reference/workflows-and-actions/variables).
    ///
    /// # Errors
    ///
    /// Where its numbers are so long that there is no room for more.
    pub fn snapshot(&self, run: u64) -> Result<Self, InvalidString> {
        format!("{}-dev.{run}", self.numbers()).parse()
    }

    /// It without its build metadata: what stands behind a `+` registries leave out.
    #[must_use]
    pub fn without_build(&self) -> &str {
        self.as_str().split('+').next().unwrap_or_default()
    }

    /// What to tag where this version cannot be published: the next patch, or the next of the same prereleases. `None` where its
    /// numbers are larger than a program counts.
    #[must_use]
    pub fn following(&self) -> Option<Self> {
        let mut next = semver::Version::parse(self.as_str()).ok()?;
        next.build = semver::BuildMetadata::EMPTY;
        if next.pre.is_empty() {
            next.patch = next.patch.checked_add(1)?;
        } else {
            let (label, number) = next.pre.rsplit_once('.').unwrap_or((&next.pre, "0"));
            let pre = match number.parse::<u64>() {
                Ok(number) => format!("{label}.{}", number.checked_add(1)?),
                Err(_) => format!("{}.1", next.pre),
            };
            next.pre = semver::Prerelease::new(&pre).ok()?;
        }
        next.to_string().parse().ok()
    }

    /// What its prereleases are called: the first word after the numbers, such as `beta` of `1.2.3-beta.1`. `None` of what is no
    /// prerelease, or has no word there.
    #[must_use]
    pub fn prerelease_label(&self) -> Option<&str> {
        let text = self.as_str().split('+').next().unwrap_or_default();
        let word = text.split_once('-')?.1.split('.').next().unwrap_or_default();
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        Some(word).filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
    }

    /// Whether it is a prerelease.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        self.as_str().split('+').next().unwrap_or_default().contains('-')
    }

    /// Its three numbers.
    fn numbers(&self) -> &str {
        self.as_str().split(['-', '+']).next().unwrap_or_default()
    }

    /// Whether it is on the way to the version of its numbers, as a snapshot is.
    fn is_development(&self) -> bool {
        self.as_str().strip_prefix(self.numbers()).is_some_and(|rest| rest.starts_with("-dev."))
    }

    /// The version as Python writes it
    /// ([specification](https://packaging.python.org/en/latest/specifications/version-specifiers/)):
    /// `1.2.3-rc.1` and `1.2.3-rc1` are `1.2.3rc1`. `None` where Python has no counterpart.
    #[must_use]
    pub fn python(&self) -> Option<String> {
        // A number alone would be a post-release there, which comes after the version.
        let (_, pre) = self.as_str().split_once('-').unwrap_or((self.as_str(), "none"));
        let is_named = pre.starts_with(|c: char| c.is_ascii_lowercase());
        is_named.then(|| Pep440::read(self.as_str()))?.map(|version| version.to_string())
    }
}

impl TagPattern {
    /// The version that a tag is of; `None` where it is not of this pattern.
    #[must_use]
    pub fn version_of(&self, tag: &str) -> Option<Version> {
        tag.strip_prefix(self.prefix())?.parse().ok()
    }

    /// What stands before the version.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.as_str().strip_suffix("{version}").unwrap_or_default()
    }
}

/// A version of Python, as far as it has a semantic counterpart.
#[derive(Debug, PartialEq, Eq)]
struct Pep440<'t> {
    release: &'t str,
    phase: Option<(&'static str, u64)>,
}

/// What stands in Python for each word that a prerelease can begin with
/// ([normalization](https://packaging.python.org/en/latest/specifications/version-specifiers/#pre-release-spelling)).
const PHASES: [(&str, &str); 9] = [
    ("alpha", "a"),
    ("beta", "b"),
    ("preview", "rc"),
    ("pre", "rc"),
    ("rc", "rc"),
    ("dev", ".dev"),
    ("a", "a"),
    ("b", "b"),
    ("c", "rc"),
];

impl<'t> Pep440<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let ends = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let release = text[..ends].trim_end_matches('.');
        let rest = text[release.len()..].to_ascii_lowercase();
        if release.split('.').any(|part| part.is_empty() || part.parse::<u64>().is_err()) {
            return None;
        }
        if rest.is_empty() {
            return Some(Self { release, phase: None });
        }
        let named = rest.trim_start_matches(['.', '-', '_']);
        let (word, phase) = PHASES.into_iter().find(|(word, _)| named.starts_with(word))?;
        let number = named[word.len()..].strip_prefix(['.', '-', '_']);
        let number = number.unwrap_or(&named[word.len()..]);
        let number = if number.is_empty() { 0 } else { digits(number)? };
        Some(Self { release, phase: Some((phase, number)) })
    }

    fn same(one: &'t str, other: &'t str) -> bool {
        Self::read(one).is_some_and(|one| Some(one) == Self::read(other))
    }

    /// What it is ordered by.
    fn order(&self) -> (Vec<u64>, usize, u64) {
        let numbers = self.release.split('.').map(|part| part.parse().unwrap_or(u64::MAX));
        let phases = [".dev", "a", "b", "rc"];
        let (phase, number) = self.phase.map_or((phases.len(), 0), |(phase, number)| {
            (phases.iter().position(|known| *known == phase).unwrap_or_default(), number)
        });
        (numbers.collect(), phase, number)
    }

    fn semantic(&self) -> Option<Version> {
        let Some((phase, number)) = self.phase else { return self.release.parse().ok() };
        let word = match phase {
            "a" => "alpha",
            "b" => "beta",
            phase => phase.trim_start_matches('.'),
        };
        format!("{}-{word}.{number}", self.release).parse().ok()
    }
}

fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl std::fmt::Display for Pep440<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.release)?;
        self.phase.map_or(Ok(()), |(phase, number)| write!(f, "{phase}{number}"))
    }
}
