//! The script, as it is started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lockstep_clients::bash;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{BuildMode, Smoke};
use lockstep_schemas::plan::TargetPlan;
use lockstep_schemas::strings::{Text, Version};

/// Something that was installed.
#[derive(Debug)]
pub struct Installed {
    /// Where its files are.
    pub folder: PathBuf,
    /// Where its programs are, which are found before all others.
    pub programs: Vec<PathBuf>,
    /// How it was installed, for people.
    pub how: String,
}

/// A check of one thing that was installed.
#[derive(Debug, Clone, Copy)]
pub struct Script<'a> {
    /// The check.
    pub smoke: &'a Smoke,
    /// What was installed, where that is one file.
    pub file: Option<&'a Path>,
    /// It, installed.
    pub installed: &'a Installed,
    /// The target that it is of.
    pub target: Option<&'a TargetPlan>,
    /// The version of the release.
    pub version: &'a Version,
}

impl Script<'_> {
    /// It as GitHub would run it, with the programs of what was installed before all others.
    ///
    /// # Errors
    ///
    /// Where there is no bash, or the path cannot be added to.
    pub fn command(&self, mode: BuildMode) -> Result<Command, Diagnostic> {
        let mut command = bash::script(&self.smoke.run)?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.installed.programs.iter().cloned().chain(std::env::split_paths(&path));
        let path: OsString = std::env::join_paths(folders).map_err(|error| {
            Diagnostic::new(Rule::WrongInput, format!("PATH cannot be added to: {error}"))
        })?;
        let root = std::path::absolute(".")
            .map_err(|error| Diagnostic::new(Rule::FileUnreadable, format!(".: {error}")))?;
        let target = self.target.map_or("", |target| target.id.as_str());
        let emulator = self.target.and_then(|target| target.emulator.as_ref());
        command
            .current_dir(&self.installed.folder)
            .env("PATH", path)
            .env("LOCKSTEP_ARTIFACT", self.file.unwrap_or(Path::new("")))
            .env("LOCKSTEP_EMULATOR", emulator.map_or("", Text::as_str))
            .env("LOCKSTEP_MODE", mode.id())
            .env("LOCKSTEP_ROOT", root)
            .env("LOCKSTEP_TARGET", target)
            .env("LOCKSTEP_VERSION", self.version.as_str())
            .stdin(Stdio::null());
        Ok(command)
    }
}

/// Whether a text has a version in it, as itself or in Python's words, and not as a part of another.
#[must_use]
pub fn prints(said: &str, version: &Version) -> bool {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '+';
    let has = |version: &str| {
        said.match_indices(version).any(|(at, _)| {
            let (before, after) = (&said[..at], &said[at + version.len()..]);
            let mut after = after.chars();
            let next = after.next();
            // A sentence's full stop is not one before another number.
            let another =
                next == Some('.') && after.next().is_some_and(|c| c.is_ascii_alphanumeric());
            let part = before.ends_with(|c: char| c.is_ascii_digit() || c == '.');
            !part && !another && !next.is_some_and(goes_on)
        })
    };
    has(version.as_str()) || version.python().is_some_and(|python| has(&python))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_no_part_of_another() {
        let version = "1.2.3-rc.1".parse().unwrap();
        for said in ["tool 1.2.3-rc.1\n", "v1.2.3-rc.1.", "(1.2.3-rc.1)", "tool 1.2.3rc1"] {
            assert!(prints(said, &version), "{said}");
        }
        for said in ["tool 1.2.3", "11.2.3-rc.1", "1.2.3-rc.10", "1.2.3-rc.1.2", "1.2.3-rc.1+a", ""]
        {
            assert!(!prints(said, &version), "{said}");
        }
    }
}
