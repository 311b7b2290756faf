//! One version in the words of each ecosystem.

use pep440_rs::PrereleaseKind;
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

/// A part of a version, as `#define TOOL_MAJOR 1` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VersionPart {
    /// The first number.
    Major,
    /// The second.
    Minor,
    /// The third.
    Patch,
    /// The first two, with a dot between them.
    MajorMinor,
}

impl VersionPart {
    /// What it is, in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Major => "first number",
            Self::Minor => "second number",
            Self::Patch => "third number",
            Self::MajorMinor => "first two numbers",
        }
    }

    /// The part of a version.
    #[must_use]
    pub fn of(self, version: &Version) -> String {
        let numbers: Vec<&str> = version.numbers().split('.').collect();
        let at = |index: usize| numbers.get(index).copied().unwrap_or_default();
        match self {
            Self::Major => at(0).to_owned(),
            Self::Minor => at(1).to_owned(),
            Self::Patch => at(2).to_owned(),
            Self::MajorMinor => format!("{}.{}", at(0), at(1)),
        }
    }
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
            return one > other;
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
        is_named.then(|| Pep440::read(self.as_str()))?.map(|version| version.0.to_string())
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

/// A version of Python that has a semantic counterpart: numbers, and one phase before them at most. Numbers of an epoch or behind a
/// release (`1!2.0`, `1.0.post1`) and local words (`1.0+cpu`) have none.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pep440(pep440_rs::Version);

impl Pep440 {
    fn read(text: &str) -> Option<Self> {
        // What people put before it (`v1.2.3`) is no part of it.
        let text = text.strip_prefix(|c: char| c.is_ascii_digit()).map(|_| text)?;
        let version: pep440_rs::Version = text.parse().ok()?;
        let has_more = version.epoch() > 0 || version.is_post() || version.is_local();
        let has_both = version.pre().is_some() && version.dev().is_some();
        (!has_more && !has_both).then_some(Self(version))
    }

    /// Whether two texts say one version, with as many numbers: what a file is called has them as they are written.
    fn same(one: &str, other: &str) -> bool {
        match (Self::read(one), Self::read(other)) {
            (Some(one), Some(other)) => {
                one == other && one.0.release().len() == other.0.release().len()
            }
            _ => false,
        }
    }

    fn semantic(&self) -> Option<Version> {
        let release: Vec<String> = self.0.release().iter().map(ToString::to_string).collect();
        let release = release.join(".");
        let phase = match (self.0.pre(), self.0.dev()) {
            (Some(pre), _) => {
                let word = match pre.kind {
                    PrereleaseKind::Alpha => "alpha",
                    PrereleaseKind::Beta => "beta",
                    PrereleaseKind::Rc => "rc",
                };
                format!("-{word}.{}", pre.number)
            }
            (None, Some(dev)) => format!("-dev.{dev}"),
            (None, None) => String::new(),
        };
        format!("{release}{phase}").parse().ok()
    }
}
