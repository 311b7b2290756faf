//! Installing an artifact in a folder of its own, as users do: by its client.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockstep_archives::{Format, unpack};
use lockstep_bundle::{Expected, npm};
use lockstep_schemas::model::ArtifactKind;
use lockstep_schemas::plan::TargetPlan;
use lockstep_toolkit::{Problem, documents};
use serde_json::json;

use crate::host::Host;

/// An installed artifact.
#[derive(Debug)]
pub(crate) struct Installed {
    /// Where its files are.
    pub(crate) folder: PathBuf,
    /// Where its programs are, if its client puts them together.
    pub(crate) programs: Option<PathBuf>,
    /// How it was installed, for people.
    pub(crate) how: String,
}

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
    pub(crate) fn install(self) -> Result<Installed, Problem> {
        let kind = self.expected.artifact.kind;
        match (kind, self.expected.artifact.format) {
            (ArtifactKind::NpmPackage | ArtifactKind::NpmPlatformPackage, _) => self.by_npm(),
            (ArtifactKind::Wheel, _) if self.is_of_this_machine() => self.by_pip(),
            (ArtifactKind::Wheel, _) => {
                let why = "unpacked: pip installs it on its own platform alone";
                self.unpacked(Format::Zip, why)
            }
            (_, Some(format)) => self.unpacked(format.into(), "unpacked"),
            _ => Ok(Installed {
                folder: self.into.to_owned(),
                programs: None,
                how: "as it is".to_owned(),
            }),
        }
    }

    fn is_of_this_machine(self) -> bool {
        self.target.is_none_or(|target| Host::this().installs(target))
    }

    fn unpacked(self, format: Format, how: &str) -> Result<Installed, Problem> {
        unpack(format, self.file, self.into).map_err(|error| {
            Problem::new(format!("can not be unpacked: {error}")).of_file(self.file.display())
        })?;
        Ok(Installed { folder: self.into.to_owned(), programs: None, how: how.to_owned() })
    }

    /// Installs it in an empty project. Optional dependencies of this very version are published with it, and so
    /// not yet: npm does without them.
    fn by_npm(self) -> Result<Installed, Problem> {
        let mut command = npm();
        command.args(["install", "--no-audit", "--no-fund", "--prefer-offline"]);
        command.current_dir(self.into);
        let foreign = self.target.filter(|_| !self.is_of_this_machine());
        let (project, how) = match foreign {
            None => {
                command.args(self.platform_package).arg(self.file);
                (json!({ "private": true }), "installed by npm".to_owned())
            }
            // As another platform npm takes a dependency only if it is optional, as users have it.
            Some(target) => {
                command.arg(format!("--os={}", target.os.npm()));
                command.arg(format!("--cpu={}", target.cpu.npm()));
                command.args(target.libc.map(|libc| format!("--libc={}", libc.npm())));
                let file = format!("file:{}", self.file.display()).replace('\\', "/");
                let project =
                    json!({ "private": true, "optionalDependencies": { self.package(): file } });
                (project, format!("installed by npm as on {}", target.id))
            }
        };
        documents::write(&self.into.join("package.json"), &project)?;
        run(&mut command, self.file)?;
        let modules = self.into.join("node_modules");
        let folder = modules.join(self.package());
        match foreign {
            Some(target) if !folder.is_dir() => Err(Problem::new(format!(
                "npm does not install it on {}",
                target.id
            ))
            .of_file(self.file.display())
            .with_remedy("`os`, `cpu`, `libc` or `engines` in its package.json is of another, or what it depends on is not to be had")),
            _ => Ok(Installed { folder, programs: Some(modules.join(".bin")), how }),
        }
    }

    /// The package's name.
    fn package(&self) -> &str {
        self.expected.file.package.as_deref().unwrap_or_default()
    }

    /// Installs it in an environment of its own.
    fn by_pip(self) -> Result<Installed, Problem> {
        let python = if cfg!(windows) { "python" } else { "python3" };
        let environment = self.into.join("environment");
        run(Command::new(python).args(["-m", "venv"]).arg(&environment), self.file)?;
        let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let python = programs.join("python");
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
        run(pip.arg(self.file), self.file)?;
        let where_to = "import sysconfig; print(sysconfig.get_path('platlib'))";
        let folder = run(Command::new(&python).args(["-c", where_to]), self.file)?;
        Ok(Installed {
            folder: PathBuf::from(folder.trim_end()),
            programs: Some(programs),
            how: "installed by pip".to_owned(),
        })
    }
}

/// Runs a client, and returns what it said.
fn run(command: &mut Command, file: &Path) -> Result<String, Problem> {
    let program = command.get_program().to_owned();
    let name = Path::new(&program).file_stem().map(OsString::from).unwrap_or_default();
    let name = name.display();
    let problem = |message: String| Problem::new(message).of_file(file.display());
    let output = command.output().map_err(|error| {
        problem(format!("{name} does not start: {error}")).with_remedy(
            "artifacts are installed by their clients: install it where they are packed",
        )
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(problem(format!("{name} does not install it:\n{}", said.trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
