//! Gates that are scripts: that one ends well, or that a version rises by as much as a script asks for.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use lockstep_clients::{bash, git};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Script, Tag, Version};
use lockstep_schemas::version::VersionScheme;

use crate::Release;

/// How much a version rises, or must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rise {
    /// Not at all.
    None,
    /// By what only mends.
    Patch,
    /// By what adds.
    Minor,
    /// By what breaks.
    Major,
}

impl Rise {
    /// From one version to another, as Cargo and npm read versions: below 1.0.0 each number says what the one before it says
    /// above.
    #[must_use]
    pub fn between(base: &Version, version: &Version) -> Self {
        let (base, version) = (numbers(base), numbers(version));
        let Some(at) = (0..3).find(|at| base[*at] != version[*at]) else { return Self::None };
        let first = base.iter().position(|number| number != "0").unwrap_or(2);
        match at.saturating_sub(first) {
            0 => Self::Major,
            1 => Self::Minor,
            _ => Self::Patch,
        }
    }

    fn read(word: &str) -> Option<Self> {
        [Self::None, Self::Patch, Self::Minor, Self::Major]
            .into_iter()
            .find(|rise| rise.id() == word)
    }

    /// Its name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// The three numbers of a version, which can be longer than a program counts.
fn numbers(version: &Version) -> [String; 3] {
    let numbers = version.as_str().split(['-', '+']).next().unwrap_or_default();
    let mut numbers = numbers.split('.').map(str::to_owned);
    std::array::from_fn(|_| numbers.next().unwrap_or_default())
}

/// Asks a script how much the version must rise by. What it prints, `tell` gets.
///
/// # Errors
///
/// Where the version rises by less, or the script does not say; where git does not know the last release.
pub fn compatible(
    release: &Release<'_>,
    version: &Version,
    run: &Script,
    folder: &Path,
    tell: &mut dyn FnMut(&str),
) -> Result<String, Diagnostic> {
    let Some((tag, base)) = last_release(release.plan, version)? else {
        return Ok("there is no earlier release to be compared with".to_owned());
    };
    git::have_tag(folder, &release.plan.project.repository, &tag)?;
    let mut script = script(release, version, run, folder)?;
    script.env("LOCKSTEP_BASE_VERSION", base.as_str()).env("LOCKSTEP_BASE_TAG", tag.as_str());
    let (status, last) = told(script, tell)?;
    let unclear = |message: String| {
        Diagnostic::new(Rule::VersionTooLow, message).with_remedy("the script's last line is the least that the version must rise by: `major`, `minor`, `patch` or `none`")
    };
    if !status.success() {
        return Err(unclear(format!("what changed is not known: the script ended with {status}")));
    }
    let wanted = Rise::read(&last).ok_or_else(|| {
        let shown: String = last.chars().take(80).collect();
        unclear(format!("what changed is not known: the script's last line is `{shown}`"))
    })?;
    let rise = Rise::between(&base, version);
    let why =
        format!("{base} → {version} is {}, and what changed asks for {}", rise.id(), wanted.id());
    if rise >= wanted {
        return Ok(why);
    }
    Err(Diagnostic::new(Rule::VersionTooLow, why).differs(&wanted.id(), &rise.id()).with_remedy(
        format!("release it as a {} version, or take back what asks for that", wanted.id()),
    ))
}

/// Runs a script that says no more than that it ends well.
///
/// # Errors
///
/// Where it does not.
pub fn ends_well(
    release: &Release<'_>,
    version: &Version,
    run: &Script,
    folder: &Path,
    tell: &mut dyn FnMut(&str),
) -> Result<String, Diagnostic> {
    let (status, _) = told(script(release, version, run, folder)?, tell)?;
    if status.success() {
        return Ok("the script ended well".to_owned());
    }
    let message = format!("the script ended with {status}");
    Err(Diagnostic::new(Rule::GateClosed, message).with_remedy("what it printed says why"))
}

/// The longest line that is told at once, in bytes.
const LONGEST: u64 = 64 << 10;

/// Runs a script and tells each line as it comes; how it ended, and the last line that has something on it.
fn told(
    mut script: Command,
    tell: &mut dyn FnMut(&str),
) -> Result<(ExitStatus, String), Diagnostic> {
    let failed = |error: std::io::Error| bash::not_started(&error);
    let mut running = script.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut last = String::new();
    if let Some(stdout) = running.stdout.take() {
        let mut lines = BufReader::new(stdout);
        let mut line = Vec::new();
        while lines.by_ref().take(LONGEST).read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            tell(text);
            if !text.trim().is_empty() {
                text.trim().clone_into(&mut last);
            }
            line.clear();
        }
    }
    Ok((running.wait().map_err(failed)?, last))
}

/// The script of a gate, as it is run.
fn script(
    release: &Release<'_>,
    version: &Version,
    run: &Script,
    folder: &Path,
) -> Result<Command, Diagnostic> {
    let mut script = bash::script(run)?;
    script
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        // It asks nobody for anything of the release's.
        .env_remove("GITHUB_TOKEN")
        .env_remove("GH_TOKEN")
        .env("LOCKSTEP_VERSION", version.as_str())
        .env("LOCKSTEP_TAG", release.tag.as_str())
        .env("LOCKSTEP_COMMIT", release.commit.as_str());
    Ok(script)
}

/// The newest release below a version, prereleases aside.
///
/// # Errors
///
/// Where the repository cannot be asked for its tags.
pub fn last_release(plan: &Plan, version: &Version) -> Result<Option<(Tag, Version)>, Diagnostic> {
    let pattern = &plan.tag;
    let is_above = |one: &Version, other: &Version| VersionScheme::Semver.is_above(one, other);
    let mut last: Option<(Tag, Version)> = None;
    for tag in git::tags(&plan.project.repository, pattern.prefix())? {
        let Some(found) = pattern.version_of(tag.as_str()) else { continue };
        let is_newer = last.as_ref().is_none_or(|(_, last)| is_above(&found, last));
        if !found.as_str().contains('-') && is_above(version, &found) && is_newer {
            last = Some((tag, found));
        }
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_a_version_rises() {
        let rise = |base: &str, version: &str| {
            Rise::between(&base.parse().unwrap(), &version.parse().unwrap()).id()
        };
        for (base, version, wanted) in [
            ("1.2.3", "2.0.0", "major"),
            ("1.2.3", "1.3.0", "minor"),
            ("1.2.3", "1.2.4", "patch"),
            ("1.2.3", "1.2.3", "none"),
            ("1.2.3-rc.1", "1.2.3", "none"),
            ("1.2.3", "2.0.0-rc.1", "major"),
            ("0.2.3", "0.3.0", "major"),
            ("0.2.3", "1.0.0", "major"),
            ("0.2.3", "0.2.4", "minor"),
            ("0.0.3", "0.0.4", "major"),
            ("0.0.3", "0.1.0", "major"),
            ("0.0.0", "0.0.1", "major"),
        ] {
            assert_eq!(rise(base, version), wanted, "{base} → {version}");
        }
    }
}
