//! Which version comes next, after
//! [npm's rules](https://docs.npmjs.com/cli/v11/commands/npm-version), with prereleases counted from 1.

use lockstep_schemas::strings::Version;
use semver::Prerelease;

/// How far the next version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Incompatible.
    Major,
    /// With something new.
    Minor,
    /// With something mended.
    Patch,
}

/// The version after another: a step on, or the next prerelease of a label such as `rc`. A step from a prerelease
/// is its release, where that is far enough.
///
/// # Errors
///
/// Where there is no next one, in one sentence without a full stop.
pub fn next(current: &Version, step: Option<Step>, label: Option<&str>) -> Result<Version, String> {
    let mut next = parse(current)?;
    let is_release = next.pre.is_empty();
    next.build = semver::BuildMetadata::EMPTY;
    match (step, label) {
        (None, None) => return Err("neither a step nor a prerelease is named".to_owned()),
        (Some(step), label) => {
            let is_new = is_release || label.is_some();
            advance(&mut next, step, is_new)?;
            next.pre = label.map_or(Ok(Prerelease::EMPTY), first)?;
        }
        (None, Some(_)) if is_release => {
            return Err(format!(
                "{current} is not a prerelease, so say which step comes next: major, minor or patch"
            ));
        }
        (None, Some(label)) => {
            let number = next.pre.strip_prefix(label).and_then(|rest| rest.strip_prefix('.'));
            let first_part = next.pre.split('.').next().unwrap_or_default();
            // `rc1` is of the label too, and orders by its letters.
            let is_of_label = first_part.trim_end_matches(|c: char| c.is_ascii_digit()) == label;
            next.pre = match number.map(str::parse::<u64>) {
                Some(Ok(number)) => prerelease(label, number.checked_add(1))?,
                _ if is_of_label => {
                    return Err(format!(
                        "which prerelease comes after {current} is not known: name it"
                    ));
                }
                _ => first(label)?,
            };
        }
    }
    next.to_string().parse().map_err(|error| format!("{error}"))
}

fn parse(version: &Version) -> Result<semver::Version, String> {
    // Numbers of a version may be longer than a program counts.
    semver::Version::parse(version.as_str()).map_err(|error| format!("{version}: {error}"))
}

fn first(label: &str) -> Result<Prerelease, String> {
    prerelease(label, Some(1))
}

fn prerelease(label: &str, number: Option<u64>) -> Result<Prerelease, String> {
    let wrong = || format!("`{label}` is not a word for a prerelease, such as alpha, beta or rc");
    let is_word = label.starts_with(|c: char| c.is_ascii_alphabetic()) && !label.contains('.');
    let number = number.filter(|_| is_word).ok_or_else(wrong)?;
    Prerelease::new(&format!("{label}.{number}")).map_err(|_| wrong())
}

fn advance(version: &mut semver::Version, step: Step, is_new: bool) -> Result<(), String> {
    let (minor, patch) = (version.minor, version.patch);
    let (number, is_on) = match step {
        Step::Major => (&mut version.major, is_new || minor != 0 || patch != 0),
        Step::Minor => (&mut version.minor, is_new || patch != 0),
        Step::Patch => (&mut version.patch, is_new),
    };
    if is_on {
        *number = number.checked_add(1).ok_or("there is no larger number")?;
    }
    if step != Step::Patch {
        version.patch = 0;
    }
    if step == Step::Major {
        version.minor = 0;
    }
    Ok(())
}
