//! What Cargo takes of a dependency, where that is one of our own
//! ([documentation](https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html)).

use lockstep_schemas::strings::Version;

/// The operators that name one version.
const OPERATORS: [&str; 3] = ["=", "^", "~"];

/// What a requirement says where it means a version: with its own operator, and with as many parts as it has,
/// except where the version is a prerelease, which parts of one never mean.
pub(crate) fn saying(requirement: &str, version: &Version) -> Result<String, String> {
    let operator = OPERATORS.into_iter().find(|operator| requirement.starts_with(operator));
    let operator = operator.unwrap_or_default();
    let rest = &requirement[operator.len()..];
    let space = &rest[..rest.len() - rest.trim_start().len()];
    let numbers = rest.trim_start();
    let is_plain = numbers.starts_with(|c: char| c.is_ascii_digit())
        && numbers.chars().all(|c| c.is_ascii_alphanumeric() || "-+.".contains(c));
    if !is_plain {
        return Err(format!(
            "`{requirement}` names no one version: write `=1.2.3`, `^1.2.3`, `~1.2.3` or `1.2.3`"
        ));
    }
    let parts = numbers.split(['-', '+']).next().map_or(3, |numbers| numbers.split('.').count());
    let whole = version.as_str();
    let kept = if parts >= 3 || whole.contains('-') {
        whole.to_owned()
    } else {
        whole.split('.').take(parts).collect::<Vec<_>>().join(".")
    };
    Ok(format!("{operator}{space}{kept}"))
}
