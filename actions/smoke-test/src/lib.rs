//! Installs artifacts as users do, and runs the checks that the plan has for them.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod install;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Parser;
use indexmap::IndexMap;
use lockstep_bundle::{Expected, WorkingFolder, expected, list, target};
use lockstep_clients::bash;
use lockstep_files::json;
use lockstep_runner::inputs::{ProjectPlan, WorkFolder};
use lockstep_runner::{Action, Failure, Program, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::SmokeRecord;
use lockstep_schemas::model::{BuildMode, Smoke, Tier};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{Plan, PlannedFile, TargetPlan};
use lockstep_schemas::strings::{FileName, TargetId, Version};
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
    /// Run those that carry the manifest, and only those.
    #[arg(long, conflicts_with = "target")]
    pub with_manifest: bool,
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
        let files = plan.packed_by(self.target.as_ref());
        let files = files.filter(|file| file.manifest().is_some() == self.with_manifest);
        let mut advisory = IndexMap::new();
        for expected in expected(files, &self.version)? {
            if expected.file.is_installed() {
                advisory.extend(all.test(&expected, report)?);
            }
        }
        if !advisory.is_empty() {
            json::write(&folder.advisory(), &advisory)?;
        }
        Ok(())
    }
}

/// How often a check is tried whose failure stops nothing: enough to tell what fails now and then from what never runs.
const TRIES: u32 = 3;

/// That an artifact cannot be installed, or does not run in a build mode.
struct Failed {
    /// The build mode; none where nothing of it could be run.
    mode: Option<BuildMode>,
    problem: Diagnostic,
}

impl Failed {
    fn is_of(&self, mode: BuildMode) -> bool {
        self.mode.is_none_or(|of| of == mode)
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
    fn name(&self, expected: &Expected<'_>) -> Result<FileName, Diagnostic> {
        among(expected, self.names, self.packed)
    }

    /// Installs one and runs its check, in each build mode. Of one whose failure stops nothing, how that went.
    fn test(
        &self,
        expected: &Expected<'_>,
        report: &mut Report,
    ) -> Result<Option<(FileName, Vec<SmokeRecord>)>, Failure> {
        let Some(name) = report.found(self.name(expected)) else { return Ok(None) };
        let of_mode = |mode: &BuildMode| SmokeRecord { mode: *mode, tries: 0, failures: 0 };
        let mut records: Vec<SmokeRecord> = self.plan.modes.iter().map(of_mode).collect();
        let is_advisory = self.plan.is_advisory(expected.file);
        let mut failed = Vec::new();
        for _ in 0..if is_advisory { TRIES } else { 1 } {
            let failures = self.try_once(expected, &name, report)?;
            for record in &mut records {
                record.tries += 1;
                record.failures += u32::from(failures.iter().any(|one| one.is_of(record.mode)));
            }
            if failures.is_empty() {
                break;
            }
            failed = failures;
        }
        if !is_advisory {
            report.problems(failed.into_iter().map(|failure| failure.problem));
            return Ok(None);
        }
        for Failed { mode, mut problem } in failed {
            let of_mode = records.iter().find(|record| mode.is_none_or(|mode| mode == record.mode));
            if let Some(SmokeRecord { tries, failures, .. }) = of_mode {
                let _ = write!(problem.message, ", in {failures} of {tries} tries");
            }
            report.warning(problem.with_remedy(format!(
                "nobody is promised it as `{}`, so this stops nothing; the manifest tells it",
                Tier::Official
            )));
        }
        Ok(Some((name, records)))
    }

    /// Installs one and runs its check, in each build mode: what failed.
    fn try_once(
        &self,
        expected: &Expected<'_>,
        name: &FileName,
        report: &mut Report,
    ) -> Result<Vec<Failed>, Failure> {
        let file = absolute(&self.packed.join(name.as_str()))?;
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
        let installed = match installed.install() {
            Ok(installed) => installed,
            Err(problem) => return Ok(vec![Failed { mode: None, problem }]),
        };
        report.line(format_args!("{name}: {}", installed.how));
        let Some(smoke) = expected.file.smoke() else { return Ok(Vec::new()) };
        let (target, version) = (self.target, &self.inputs.version);
        let script = Script { smoke, file: Some(&file), installed: &installed, target, version };
        let mut failures = Vec::new();
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
            let problem = failed(&format!("{name} {what}"), smoke);
            failures.push(Failed { mode: Some(*mode), problem });
        }
        Ok(failures)
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
        let Some(package) = packages.pop() else { return Ok(None) };
        // What targets packed comes into the bundle with the manifest, after this.
        let uploaded = WorkingFolder(&self.inputs.folder.directory).uploaded(&target.id)?;
        let name = among(&package, &list(&uploaded)?, &uploaded)?;
        absolute(&uploaded.join(name.as_str())).map(Some)
    }
}

/// The name of an artifact among those in a folder.
fn among(expected: &Expected<'_>, names: &[String], folder: &Path) -> Result<FileName, Diagnostic> {
    expected.among(names).map_err(|problem| {
        problem.in_file(folder.shown()).with_remedy("`pack-artifacts` packs it before this")
    })
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
