//! Running a check of what was installed.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Output, Stdio};

use lockstep_clients::bash;
use lockstep_runner::Failure;
use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::{BuildMode, Smoke};
use lockstep_schemas::plan::TargetPlan;
use lockstep_schemas::strings::{Text, Version};

use crate::install::Installed;

/// A check of one installed artifact.
pub(crate) struct Script<'a> {
    pub(crate) smoke: &'a Smoke,
    pub(crate) file: &'a Path,
    pub(crate) installed: &'a Installed,
    pub(crate) target: Option<&'a TargetPlan>,
    pub(crate) version: &'a Version,
}

impl Script<'_> {
    /// Runs it as GitHub would, with the programs of what was installed before all others.
    pub(crate) fn run(&self, mode: BuildMode) -> Result<Output, Failure> {
        let mut command = bash::script(&self.smoke.run)?;
        if let Some(programs) = &self.installed.programs {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = std::iter::once(programs.clone()).chain(std::env::split_paths(&path));
            let path: OsString = std::env::join_paths(folders).map_err(|error| {
                Failure::new(Rule::WrongInput, format!("PATH cannot be added to: {error}"))
            })?;
            command.env("PATH", path);
        }
        let target = self.target.map_or("", |target| target.id.as_str());
        let emulator = self.target.and_then(|target| target.emulator.as_ref());
        command
            .current_dir(&self.installed.folder)
            .env("LOCKSTEP_ARTIFACT", self.file)
            .env("LOCKSTEP_EMULATOR", emulator.map_or("", Text::as_str))
            .env("LOCKSTEP_MODE", mode.id())
            .env("LOCKSTEP_ROOT", crate::absolute(Path::new("."))?)
            .env("LOCKSTEP_TARGET", target)
            .env("LOCKSTEP_VERSION", self.version.as_str())
            .stdin(Stdio::null())
            .output()
            .map_err(|error| bash::not_started(&error).into())
    }
}

/// Whether a text has a version in it, as itself or in Python's words, and not as a part of another.
pub(crate) fn prints(said: &str, version: &Version) -> bool {
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
