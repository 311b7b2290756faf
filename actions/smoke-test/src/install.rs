//! Installing an artifact in a folder of its own, as users do: by its client.

use std::path::Path;

use lockstep_archives::{Format, unpack};
use lockstep_bundle::Expected;
use lockstep_clients::npm::{self, Platform};
use lockstep_clients::python::{Environment, Interpreter};
use lockstep_files::json;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{PlannedFile, TargetPlan, WheelFile};
use lockstep_schemas::platform::Libc;
use lockstep_smoke::{Host, Installed};
use serde_json::json;

/// What is installed, and for which target.
#[derive(Clone, Copy)]
pub(crate) struct Installation<'a> {
    pub(crate) expected: &'a Expected<'a>,
    /// The artifact.
    pub(crate) file: &'a Path,
    /// The platform package that it needs, for an npm package that has some.
    pub(crate) platform_package: Option<&'a Path>,
    pub(crate) target: Option<&'a TargetPlan>,
    /// An empty folder.
    pub(crate) into: &'a Path,
}

impl Installation<'_> {
    /// Installs it.
    pub(crate) fn install(self) -> Result<Installed, Diagnostic> {
        match self.expected.file {
            PlannedFile::NpmPlatformPackage(_, file) => self.by_npm(&file.package),
            PlannedFile::NpmPackage(plan) => self.by_npm(plan.package.as_str()),
            PlannedFile::Wheel(_, file) if self.is_of_this_machine() || file.is_for_everybody() => {
                self.by_pip(file)
            }
            PlannedFile::Wheel(..) => {
                let why = "unpacked: pip installs it on its own platform alone";
                self.unpacked(Format::Zip, why)
            }
            PlannedFile::Archive(plan, file) => {
                self.unpacked(plan.format_of(file).into(), "unpacked")
            }
            PlannedFile::Sdist(_) | PlannedFile::Crate(_) | PlannedFile::Binary(..) => {
                Ok(Installed {
                    folder: self.into.to_owned(),
                    programs: Vec::new(),
                    how: "as it is".to_owned(),
                })
            }
        }
    }

    fn is_of_this_machine(self) -> bool {
        self.target.is_none_or(|target| Host::this().installs(target))
    }

    fn unpacked(self, format: Format, how: &str) -> Result<Installed, Diagnostic> {
        unpack(format, self.file, self.into).map_err(|error| {
            Diagnostic::new(error.rule(), format!("cannot be unpacked: {error}"))
                .in_file(self.file.shown())
        })?;
        Ok(Installed { folder: self.into.to_owned(), programs: Vec::new(), how: how.to_owned() })
    }

    /// Installs it in an empty project. Optional dependencies of this very version are published with it, and so
    /// not yet: npm does without them.
    fn by_npm(self, package: &str) -> Result<Installed, Diagnostic> {
        let foreign = self.target.filter(|_| !self.is_of_this_machine());
        let (project, packages, how) = match foreign {
            None => {
                let packages = self.platform_package.into_iter().chain([self.file]).collect();
                (json!({ "private": true }), packages, "installed by npm".to_owned())
            }
            // As another platform npm takes a dependency only if it is optional, as users have it.
            Some(target) => {
                let file = format!("file:{}", self.file.shown()).replace('\\', "/");
                let project = json!({ "private": true, "optionalDependencies": { package: file } });
                (project, Vec::new(), format!("installed by npm as on {}", target.id))
            }
        };
        json::write(&self.into.join("package.json"), &project)?;
        npm::install(self.into, packages, foreign.map(platform)).map_err(|p| self.of_file(p))?;
        let modules = self.into.join("node_modules");
        let folder = modules.join(package);
        match foreign {
            Some(target) if !folder.is_dir() => Err(Diagnostic::new(Rule::SmokeTest, format!(
                "npm does not install it on {}",
                target.id
            ))
            .in_file(self.file.shown())
            .with_remedy("`os`, `cpu`, `libc` or `engines` in its package.json does not match this target, or a dependency is not available")),
            _ => Ok(Installed { folder, programs: vec![modules.join(".bin")], how }),
        }
    }

    /// Installs it in an environment of its own.
    fn by_pip(self, wheel: &WheelFile) -> Result<Installed, Diagnostic> {
        let install = || -> Result<Installed, Diagnostic> {
            // One of the stable interface is installed by whatever later Python is here.
            let python = wheel.python.as_ref().filter(|_| !wheel.abi3);
            let python = python.map_or_else(|| Ok(Interpreter::any()), |tag| {
                Interpreter::of(tag).ok_or_else(|| {
                    Diagnostic::new(Rule::ClientMissing, format!("no Python is here that wheels name `{tag}`"))
                        .with_remedy("set it up in a step of `build.setup` on the targets that make wheels: `actions/setup-python` installs several at once")
                })
            })?;
            let environment = Environment::create(&python, self.into.join("environment"))?;
            environment.install(self.file)?;
            Ok(Installed {
                folder: environment.packages()?,
                programs: vec![environment.programs()],
                how: "installed by pip".to_owned(),
            })
        };
        install().map_err(|problem| self.of_file(problem))
    }

    fn of_file(&self, problem: Diagnostic) -> Diagnostic {
        problem.in_file(self.file.shown())
    }
}

/// A target in npm's words.
fn platform(target: &TargetPlan) -> Platform {
    Platform {
        os: target.os.npm().unwrap_or_default(),
        cpu: target.cpu.slices().first().map_or("", |cpu| cpu.npm()),
        libc: target.libc.map(Libc::npm),
    }
}
