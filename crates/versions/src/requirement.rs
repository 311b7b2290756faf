//! What is taken of a dependency, where that is one of our own: often more than one version.

use std::str::FromStr as _;

use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use nodejs_semver::Range;
use pep440_rs::VersionSpecifiers;
use semver::VersionReq;

/// Whose words a requirement is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Cargo's ([documentation](https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html)).
    Cargo,
    /// Maven's, of one version
    /// ([documentation](https://maven.apache.org/pom.html#dependency-version-requirement-specification)).
    Maven,
    /// npm's ([documentation](https://github.com/npm/node-semver#ranges)).
    Npm,
    /// Python's
    /// ([specification](https://packaging.python.org/en/latest/specifications/version-specifiers/)).
    Python,
}

impl Requirement {
    /// Whether a requirement takes a version.
    pub(crate) fn takes(self, text: &str, version: &Version) -> bool {
        let is_said = self.saying(text, version).is_ok_and(|says| says == text);
        match self {
            Self::Cargo => is_said || cargo_takes(text, version),
            // Another version is that of a release which is public, and Maven takes it from there.
            Self::Maven => true,
            Self::Npm | Self::Python => is_said,
        }
    }

    /// What a requirement says where it takes a version; in words why that is not known.
    pub(crate) fn saying(self, text: &str, version: &Version) -> Result<String, String> {
        match self {
            Self::Cargo => cargo(text, version),
            Self::Maven => Ok(version.to_string()),
            Self::Npm => npm(text, version),
            Self::Python => python(text, version),
        }
    }
}

/// The operators that name one version.
const OPERATORS: [char; 3] = ['=', '^', '~'];

/// What a requirement of Cargo's says: the version, with its own operator, and with as many parts as it has,
/// except where the version is a prerelease, which parts of one never mean. A range stays as it is, if it takes
/// the version.
fn cargo(requirement: &str, version: &Version) -> Result<String, String> {
    let bare = requirement.trim_start().trim_start_matches(OPERATORS);
    let numbers = bare.trim();
    let before = &requirement[..requirement.len() - bare.trim_start().len()];
    let after = &requirement[requirement.trim_end().len()..];
    let operators = before.chars().filter(|c| OPERATORS.contains(c)).count();
    let is_plain = operators <= 1
        && numbers.starts_with(|c: char| c.is_ascii_digit())
        && numbers.chars().all(|c| c.is_ascii_alphanumeric() || "-+.".contains(c));
    if !is_plain {
        return range(requirement, version);
    }
    let parts = numbers.split(['-', '+']).next().map_or(3, |numbers| numbers.split('.').count());
    // Cargo takes no heed of what a version says of its build.
    let whole = version.without_build();
    let kept = if parts >= 3 || whole.contains('-') {
        whole.to_owned()
    } else {
        whole.split('.').take(parts).collect::<Vec<_>>().join(".")
    };
    Ok(format!("{before}{kept}{after}"))
}

/// Whether Cargo takes a version by a requirement.
fn cargo_takes(requirement: &str, version: &Version) -> bool {
    let version = semver::Version::parse(version.as_str());
    let requirement = VersionReq::parse(requirement);
    matches!((requirement, version), (Ok(requirement), Ok(version)) if requirement.matches(&version))
}

fn range(requirement: &str, version: &Version) -> Result<String, String> {
    let takes = VersionReq::parse(requirement)
        .map_err(|error| format!("`{requirement}` is not a requirement of Cargo: {error}"))?
        .matches(&semver::Version::parse(version.as_str()).map_err(|error| error.to_string())?);
    if takes { Ok(requirement.to_owned()) } else { Err(untaken(requirement, version)) }
}

/// Whether npm takes something for a range of versions: a path, an address or a tag is none.
pub(crate) fn is_npms(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || " .^~<>=|-+*".contains(c);
    text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(is_part)
        && Range::parse(text).is_ok()
}

/// What a range of npm's says: the same while it takes the version. `^1.2.3` and `~1.2.3` follow with their operator,
/// also where they are of the version's own prerelease.
fn npm(range: &str, version: &Version) -> Result<String, String> {
    let parsed =
        Range::parse(range).map_err(|error| format!("`{range}` is not a range of npm: {error}"))?;
    let wanted = nodejs_semver::Version::parse(version.as_str())
        .map_err(|error| format!("npm does not read {version}: {error}"))?;
    let from = range.strip_prefix(['^', '~']).map(str::trim_start);
    let is_prerelease = |text: &str| text.contains('-');
    let is_stale = from.is_some_and(is_prerelease) && !is_prerelease(version.as_str());
    match from.filter(|from| from.parse::<Version>().is_ok()) {
        Some(_) if parsed.satisfies(&wanted) && !is_stale => Ok(range.to_owned()),
        Some(from) => Ok(format!("{}{version}", &range[..range.len() - from.len()])),
        None if parsed.satisfies(&wanted) => Ok(range.to_owned()),
        None => Err(untaken(range, version)),
    }
}

/// What Python's specifiers say: the same while they take the version.
fn python(specifiers: &str, version: &Version) -> Result<String, String> {
    let parsed = VersionSpecifiers::from_str(specifiers)
        .map_err(|error| format!("`{specifiers}` is not a specifier of Python: {error}"))?;
    let written = VersionScheme::Pep440.write(version)?;
    let wanted = pep440_rs::Version::from_str(&written).map_err(|error| error.to_string())?;
    if parsed.contains(&wanted) {
        Ok(specifiers.to_owned())
    } else {
        Err(untaken(specifiers, version))
    }
}

/// Whether Python takes something for specifiers of versions.
pub(crate) fn is_pythons(text: &str) -> bool {
    !text.is_empty() && VersionSpecifiers::from_str(text).is_ok()
}

fn untaken(range: &str, version: &Version) -> String {
    format!("`{range}` does not take {version}, and what it should say is not known")
}
