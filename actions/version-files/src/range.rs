//! What npm and Python take of a dependency, where that is one of our own: often more than one version. While it takes
//! the version that is meant it stays as it is.

use std::str::FromStr as _;

use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use nodejs_semver::Range;
use pep440_rs::VersionSpecifiers;

/// Whether npm takes something for a range of versions
/// ([documentation](https://github.com/npm/node-semver#ranges)): a path, an address or a tag is none.
pub(crate) fn is_npms(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || " .^~<>=|-+*".contains(c);
    text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(is_part)
        && Range::parse(text).is_ok()
}

/// What a range of npm's says where it takes a version. `^1.2.3` and `~1.2.3` follow with their operator, also where
/// they are of the version's own prerelease.
pub(crate) fn npm(range: &str, version: &Version) -> Result<String, String> {
    let parsed =
        Range::parse(range).map_err(|error| format!("`{range}` is no range of npm's: {error}"))?;
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

/// What Python's specifiers say where they take a version
/// ([specification](https://packaging.python.org/en/latest/specifications/version-specifiers/)).
pub(crate) fn python(specifiers: &str, version: &Version) -> Result<String, String> {
    let parsed = VersionSpecifiers::from_str(specifiers)
        .map_err(|error| format!("`{specifiers}` is no specifier of Python's: {error}"))?;
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
