//! Unpacks the artifacts of one target and runs the checks that the plan has for them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Parser;
use lockstep_archives::{Format, unpack};
use lockstep_bundle::{Expected, WorkingFolder, expected, list, target};
use lockstep_schemas::model::{ArtifactKind, BuildMode, Smoke};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{TargetId, Version};
use lockstep_toolkit::inputs::{ProjectPlan, WorkFolder};
use lockstep_toolkit::{Action, Failure, Problem, Program, Report, documents};

/// Runs what was packed.
#[derive(Debug, Parser)]
#[command(name = "smoke-test", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version of the release, without the tag's prefix.
    #[arg(long)]
    pub version: Version,
    /// The target whose artifacts are run.
    #[arg(long)]
    pub target: TargetId,
    /// Where everything stands.
    #[command(flatten)]
    pub folder: WorkFolder,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan = documents::read_plan(&self.plan.plan)?;
        target(&plan, &self.target)?;
        let out = WorkingFolder(&self.folder.directory).out();
        let before = "`pack-artifacts` packs it before this";
        let names = list(&out).map_err(|problem| problem.with_remedy(before))?;
        for expected in expected(plan.packed_by(Some(&self.target)), &self.version)? {
            let Some(smoke) = &expected.artifact.smoke else { continue };
            let name = expected
                .among(&names)
                .map_err(|problem| problem.of_file(out.display()).with_remedy(before));
            let Some(name) = report.found(name) else { continue };
            let file = absolute(&out.join(name.as_str()))?;
            let unpacked = tempfile::tempdir().map_err(|error| {
                Failure::new(format!("no temporary folder can be made: {error}"))
            })?;
            let folder = report.found(installed(&expected, &file, unpacked.path()));
            let Some(folder) = folder else { continue };
            self.run_in_each_mode(&plan, smoke, &file, &folder, report)?;
        }
        Ok(())
    }
}

impl Inputs {
    fn run_in_each_mode(
        &self,
        plan: &Plan,
        smoke: &Smoke,
        file: &Path,
        folder: &Path,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let name = file.file_name().unwrap_or_default().display();
        for mode in &plan.modes {
            report.line(format_args!("{name} ({}): {}", mode.id(), smoke.run));
            let (status, said) = self.script(smoke, file, folder, *mode)?;
            if !said.trim_end().is_empty() {
                report.line(said.trim_end());
            }
            let problem = if !status.success() {
                Some(format!(
                    "{name} does not run in mode {}: the script ended with {status}",
                    mode.id()
                ))
            } else if smoke.prints_version && !prints(&said, &self.version) {
                Some(format!("{name} does not print {} in mode {}", self.version, mode.id()))
            } else {
                None
            };
            if let Some(message) = problem {
                report.problem(Problem::new(message).with_remedy(format!(
                    "what it said stands in the log of this step; the script is `{}`",
                    smoke.run
                )));
            }
        }
        Ok(())
    }

    /// Runs the script as GitHub runs one
    /// ([`shell: bash`](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell)).
    fn script(
        &self,
        smoke: &Smoke,
        file: &Path,
        folder: &Path,
        mode: BuildMode,
    ) -> Result<(std::process::ExitStatus, String), Failure> {
        let output = Command::new(bash()?)
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c"])
            .arg(smoke.run.as_str())
            .current_dir(folder)
            .env("LOCKSTEP_ARTIFACT", file)
            .env("LOCKSTEP_MODE", mode.id())
            .env("LOCKSTEP_ROOT", absolute(Path::new("."))?)
            .env("LOCKSTEP_TARGET", self.target.as_str())
            .env("LOCKSTEP_VERSION", self.version.as_str())
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Failure::new(format!("bash does not start: {error}")))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status, String::from_utf8_lossy(&said).into_owned()))
    }
}

/// Unpacks an artifact, and says where a script finds its files.
fn installed(expected: &Expected<'_>, file: &Path, into: &Path) -> Result<PathBuf, Problem> {
    let (format, below) = match (expected.artifact.kind, expected.artifact.format) {
        (_, Some(format)) => (format.into(), "."),
        // npm puts everything below `package/`.
        (ArtifactKind::NpmPackage | ArtifactKind::NpmPlatformPackage, _) => {
            (Format::TarGz, "package")
        }
        (ArtifactKind::Wheel, _) => (Format::Zip, "."),
        _ => return Ok(into.to_owned()),
    };
    unpack(format, file, into).map_err(|error| {
        Problem::new(format!("can not be unpacked: {error}")).of_file(file.display())
    })?;
    Ok(into.join(below))
}

/// Whether a text has a version in it, as itself or in Python's words, and not as a part of another.
fn prints(said: &str, version: &Version) -> bool {
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

/// The program `bash`. On Windows a name alone finds the launcher of the Linux subsystem, which stands in
/// the system's folder and runs nothing on a hosted runner.
fn bash() -> Result<PathBuf, Failure> {
    if !cfg!(windows) {
        return Ok(PathBuf::from("bash"));
    }
    let system = std::env::var_os("SystemRoot").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|folder| system.as_ref().is_none_or(|system| !folder.starts_with(system)))
        .map(|folder| folder.join("bash.exe"))
        .find(|file| file.is_file())
        .ok_or_else(|| {
            Failure::new("no bash is on the path").with_remedy("install Git for Windows")
        })
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}
