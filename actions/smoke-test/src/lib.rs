//! Installs artifacts as users do, and runs the checks that the plan has for them.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod install;

use std::path::{Path, PathBuf};

use clap::Parser;
use lockstep_bundle::{Expected, WorkingFolder, expected, list, target};
use lockstep_clients::bash;
use lockstep_files::json;
use lockstep_runner::inputs::{ProjectPlan, WorkFolder};
use lockstep_runner::{Action, Failure, Program, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::Smoke;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{Plan, PlannedFile, TargetPlan};
use lockstep_schemas::strings::{TargetId, Version};
use lockstep_smoke::{Host, Script, prints};

use crate::install::Installation;

/// Installs what was packed, and runs it.
#[derive(Debug, Parser)]
#[command(name = "smoke-test", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version of the release, without the tag's prefix.
    #[arg(long)]
    pub version: Version,
    /// The target whose artifacts are run; none for those that need every target.
    #[arg(long)]
    pub target: Option<TargetId>,
    /// Where everything stands.
    #[command(flatten)]
    pub folder: WorkFolder,
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-build";

    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan = json::read_plan(&self.plan.plan)?;
        let folder = WorkingFolder(&self.folder.directory);
        let (packed, target) = match &self.target {
            Some(id) => (folder.out(), Some(target(&plan, id)?)),
            None => (folder.bundle(), Host::this().target(&plan)),
        };
        let before = "`pack-artifacts` packs it before this";
        let names = list(&packed).map_err(|problem| problem.with_remedy(before))?;
        let all = Artifacts { inputs: self, plan: &plan, packed: &packed, names: &names, target };
        for expected in expected(plan.packed_by(self.target.as_ref()), &self.version)? {
            if expected.file.is_installed() {
                all.test(&expected, report)?;
            }
        }
        Ok(())
    }
}

/// The artifacts at hand.
struct Artifacts<'a> {
    inputs: &'a Inputs,
    plan: &'a Plan,
    packed: &'a Path,
    names: &'a [String],
    target: Option<&'a TargetPlan>,
}

impl Artifacts<'_> {
    fn file(&self, expected: &Expected<'_>) -> Result<PathBuf, Diagnostic> {
        let name = expected.among(self.names).map_err(|problem| {
            problem
                .in_file(self.packed.shown())
                .with_remedy("`pack-artifacts` packs it before this")
        })?;
        absolute(&self.packed.join(name.as_str())).map_err(|failure| failure.0)
    }

    /// Installs one, and runs its check in each build mode.
    fn test(&self, expected: &Expected<'_>, report: &mut Report) -> Result<(), Failure> {
        let Some(file) = report.found(self.file(expected)) else { return Ok(()) };
        let platform_package = self.platform_package(expected)?;
        let folder = tempfile::tempdir().map_err(|error| {
            Failure::new(Rule::FileUnwritable, format!("no temporary folder can be made: {error}"))
        })?;
        let installed = Installation {
            expected,
            file: &file,
            platform_package: platform_package.as_deref(),
            target: self.target,
            into: folder.path(),
        };
        let Some(installed) = report.found(installed.install()) else { return Ok(()) };
        let name = file.file_name().unwrap_or_default().display();
        report.line(format_args!("{name}: {}", installed.how));
        let Some(smoke) = expected.file.smoke() else { return Ok(()) };
        let (target, version) = (self.target, &self.inputs.version);
        let script = Script { smoke, file: Some(&file), installed: &installed, target, version };
        for mode in &self.plan.modes {
            report.line(format_args!("{name} ({}): {}", mode.id(), smoke.run));
            let output =
                script.command(*mode)?.output().map_err(|error| bash::not_started(&error))?;
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            if !said.trim_end().is_empty() {
                report.line(said.trim_end());
            }
            let what = if !output.status.success() {
                format!(
                    "does not run in mode {}: the script ended with {}",
                    mode.id(),
                    output.status
                )
            } else if smoke.prints_version && !prints(&said, version) {
                format!("does not print {version} in mode {}", mode.id())
            } else {
                continue;
            };
            report.problem(failed(&format!("{name} {what}"), smoke));
        }
        Ok(())
    }

    /// The platform package of an npm package that this machine would get with it.
    fn platform_package(&self, of: &Expected<'_>) -> Result<Option<PathBuf>, Failure> {
        let PlannedFile::NpmPackage(plan) = of.file else { return Ok(None) };
        let (Some(id), Some(target)) = (&plan.platform_packages, self.target) else {
            return Ok(None);
        };
        let files = self.plan.packed_by(Some(&target.id));
        let mut packages =
            expected(files.filter(|file| file.artifact() == id), &self.inputs.version)?;
        packages.pop().map(|package| self.file(&package)).transpose().map_err(Failure::from)
    }
}

fn failed(what: &str, smoke: &Smoke) -> Diagnostic {
    Diagnostic::new(Rule::SmokeTest, what).with_remedy(format!(
        "see the log of this step for its output; the script is `{}`",
        smoke.run
    ))
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::new(Rule::FileUnreadable, format!("{}: {error}", path.shown())))
}
