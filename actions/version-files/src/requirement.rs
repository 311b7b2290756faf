//! What Cargo takes of a dependency, where that is one of our own
//! ([documentation](https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html)).

use lockstep_schemas::strings::Version;
use semver::VersionReq;

/// The operators that name one version.
const OPERATORS: [char; 3] = ['=', '^', '~'];

/// What a requirement says where it means a version: with its own operator, and with as many parts as it has,
/// except where the version is a prerelease, which parts of one never mean. A range stays as it is, if it takes
/// the version.
pub(crate) fn saying(requirement: &str, version: &Version) -> Result<String, String> {
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
    let whole = version.as_str().split('+').next().unwrap_or_default();
    let kept = if parts >= 3 || whole.contains('-') {
        whole.to_owned()
    } else {
        whole.split('.').take(parts).collect::<Vec<_>>().join(".")
    };
    Ok(format!("{before}{kept}{after}"))
}

fn range(requirement: &str, version: &Version) -> Result<String, String> {
    let takes = VersionReq::parse(requirement)
        .map_err(|error| format!("`{requirement}` is no requirement of Cargo: {error}"))?
        .matches(&semver::Version::parse(version.as_str()).map_err(|error| error.to_string())?);
    if takes {
        Ok(requirement.to_owned())
    } else {
        Err(format!("`{requirement}` does not take {version}, and what it should say is not known"))
    }
}
