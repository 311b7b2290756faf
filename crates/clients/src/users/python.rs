//! uv and pip, each in an environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::PypiClient;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::{Sha256, normalized};
use serde_json::Value;

use super::Log;
use crate::python::PYTHON;

/// Which of a project's files must be installed: another would hide that it is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A wheel.
    Wheel,
    /// The source, which is built.
    Source,
}

/// What is installed.
#[derive(Debug, Clone)]
pub struct Project<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Which of its files.
    pub form: Form,
    /// The digests that they may have.
    pub digests: Vec<&'a Sha256>,
}

/// Installs projects by a client into a folder that is empty, and returns the environment. Each comes from an index of its own
/// where there is one, and what it requires from where the client is configured for.
///
/// # Errors
///
/// Where the client does not.
pub fn install(
    client: PypiClient,
    projects: &[Project<'_>],
    index: Option<&str>,
    folder: &Path,
    log: &Log,
) -> Result<PathBuf, Diagnostic> {
    let environment = folder.join("environment");
    let installation = Installation { projects, index, environment: &environment, folder, log };
    match client {
        PypiClient::Uv => installation.by_uv(),
        PypiClient::Pip => installation.by_pip(),
    }?;
    Ok(environment)
}

/// What is installed, and into which environment.
struct Installation<'a> {
    projects: &'a [Project<'a>],
    index: Option<&'a str>,
    environment: &'a Path,
    folder: &'a Path,
    log: &'a Log,
}

impl Installation<'_> {
    /// By uv, which holds to the digests itself.
    fn by_uv(&self) -> Result<(), Diagnostic> {
        let Self { projects, index, environment, folder, log } = *self;
        let mut venv = uv(folder);
        venv.args(["venv", "--quiet", "--no-project"]).arg(environment);
        log.run(&mut venv, "uv makes no environment to install into")?;
        let requirements = folder.join("requirements.txt");
        let lines: String = projects.iter().map(required).collect();
        fs::write(&requirements, lines).map_err(|error| {
            Diagnostic::new(Rule::FileUnwritable, format!("{}: {error}", requirements.shown()))
        })?;
        let install = || {
            let mut uv = uv(folder);
            uv.args(["pip", "install", "--no-progress", "--python"]).arg(python(environment));
            uv.arg("--requirements").arg(&requirements);
            for project in projects {
                uv.args([project.form.flag(), project.name]);
            }
            uv
        };
        let failed = "uv does not install it";
        if let Some(index) = index {
            // It asks one index alone for all that this index has, and what is required is elsewhere.
            log.run(install().args(["--no-deps", "--default-index", index]), failed)?;
        }
        log.run(&mut install(), failed)
    }

    /// By pip, which says what it chose.
    fn by_pip(&self) -> Result<(), Diagnostic> {
        let Self { projects, index, environment, folder, log } = *self;
        let mut venv = Command::new(PYTHON);
        venv.args(["-m", "venv"]).arg(environment).current_dir(folder);
        log.run(&mut venv, "Python makes no environment to install into")?;
        let chosen = folder.join("report.json");
        let mut pip = Command::new(python(environment));
        pip.args(["-m", "pip", "install", "--no-input", "--disable-pip-version-check"]);
        pip.arg("--no-cache-dir").arg("--report").arg(&chosen).current_dir(folder);
        for project in projects {
            pip.args([project.form.flag(), project.name]);
            pip.arg(format!("{}=={}", project.name, project.version));
        }
        pip.args(index.iter().flat_map(|index| ["--extra-index-url", *index]));
        log.run(&mut pip, "pip does not install it")?;
        let report = fs::read(&chosen).unwrap_or_default();
        let report: Value = serde_json::from_slice(&report).unwrap_or_default();
        projects.iter().try_for_each(|project| is_chosen(project, &report))
    }
}

impl Form {
    /// The flag by which both clients take nothing else of a project.
    fn flag(self) -> &'static str {
        match self {
            Self::Wheel => "--only-binary",
            Self::Source => "--no-binary",
        }
    }
}

fn python(environment: &Path) -> PathBuf {
    programs(environment).join("python")
}

/// Where an environment's programs are.
#[must_use]
pub fn programs(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

/// A line that asks for a project, whose file uv then holds to these digests
/// ([documentation](https://docs.astral.sh/uv/reference/cli/#uv-pip-install--verify-hashes)).
fn required(project: &Project<'_>) -> String {
    let hashes = project.digests.iter().map(|digest| format!(" --hash=sha256:{digest}"));
    format!("{}=={}{}\n", project.name, project.version, hashes.collect::<String>())
}

/// That pip chose one of the files that a project may be installed from, by its report
/// ([format](https://pip.pypa.io/en/stable/reference/installation-report/)).
fn is_chosen(project: &Project<'_>, report: &Value) -> Result<(), Diagnostic> {
    let mut installed = report["install"].as_array().into_iter().flatten();
    let chosen = installed.find(|one| {
        let name = one["metadata"]["name"].as_str();
        name.is_some_and(|name| normalized(name) == normalized(project.name))
    });
    let digest =
        chosen.and_then(|one| one["download_info"]["archive_info"]["hashes"]["sha256"].as_str());
    if digest.is_some_and(|digest| project.digests.iter().any(|known| known.as_str() == digest)) {
        return Ok(());
    }
    let address = chosen.and_then(|one| one["download_info"]["url"].as_str()).unwrap_or_default();
    let name = address.rsplit('/').next().unwrap_or_default();
    let message = format!("pip installs another file of {}: `{name}`", project.name);
    Err(Diagnostic::new(Rule::ClientFailed, message).with_remedy(
        "the tags of the file that these users must get do not match this machine, or another one matches it better",
    ))
}

fn uv(folder: &Path) -> Command {
    let mut uv = Command::new("uv");
    uv.env("UV_CACHE_DIR", folder.join("cache")).current_dir(folder);
    uv
}
