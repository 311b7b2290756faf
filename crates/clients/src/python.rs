//! Python, and pip in an environment of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::run;
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::strings::PythonTag;

/// The name by which Python is called.
pub const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// A Python that is installed here.
#[derive(Debug, Clone)]
pub struct Interpreter {
    program: PathBuf,
}

impl Interpreter {
    /// The one that is called by its plain name.
    #[must_use]
    pub fn any() -> Self {
        Self { program: PYTHON.into() }
    }

    /// The one that wheels name so: `cp313t` is `python3.13t`, and `pp311` is `pypy3.11`. Where none has that name, it may be the plain
    /// one, if that says so itself. None where it is not installed.
    #[must_use]
    pub fn of(tag: &PythonTag) -> Option<Self> {
        let tag = tag.as_str();
        let letters = tag.find(|c: char| c.is_ascii_digit()).unwrap_or(tag.len());
        let (kind, version) = tag.split_at(letters);
        let (version, free_threaded) = match version.strip_suffix('t') {
            Some(version) => (version, "t"),
            None => (version, ""),
        };
        if kind == "py" {
            return Some(Self::any());
        }
        let (major, minor) = version.split_at(1);
        let program = match kind {
            "pp" => format!("pypy{major}.{minor}"),
            "graalpy" => format!("graalpy{major}.{minor}"),
            _ => format!("python{major}.{minor}{free_threaded}"),
        };
        // Windows adds the ending to names without a dot alone.
        let program = if cfg!(windows) { format!("{program}.exe") } else { program };
        let named = Self { program: program.into() };
        let cached = cached().into_iter().map(|program| Self { program });
        [named, Self::any()].into_iter().chain(cached).find(|python| python.is(tag))
    }

    /// Whether it is what wheels name so, as it says itself.
    fn is(&self, tag: &str) -> bool {
        const SAYS: &str = "import sys, sysconfig; \
            kind = {'cpython': 'cp', 'pypy': 'pp', 'graalpy': 'graalpy'}.get(sys.implementation.name, ''); \
            print(kind + '%d%d' % sys.version_info[:2] + ('t' if sysconfig.get_config_var('Py_GIL_DISABLED') else ''))";
        let said = Command::new(&self.program).args(["-c", SAYS]).output();
        said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).trim_end() == tag)
    }
}

/// Every Python in the tool cache of a runner, where `actions/setup-python` leaves them: on Windows under one name each
/// ([layout](https://github.com/actions/setup-python/blob/main/docs/advanced-usage.md#hosted-tool-cache)).
fn cached() -> Vec<PathBuf> {
    let Some(cache) = std::env::var_os("RUNNER_TOOL_CACHE") else { return Vec::new() };
    let below = |folder: PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let kinds = ["Python", "PyPy"].map(|kind| PathBuf::from(&cache).join(kind));
    let versions = kinds.into_iter().flat_map(below);
    let builds = versions.flat_map(below);
    let program = if cfg!(windows) { "python.exe" } else { "bin/python3" };
    builds.map(|build| build.join(program)).filter(|program| program.is_file()).collect()
}

/// A virtual environment ([venv](https://docs.python.org/3/library/venv.html)).
#[derive(Debug, Clone)]
pub struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Makes one of a Python.
    ///
    /// # Errors
    ///
    /// Where it does not.
    pub fn create(python: &Interpreter, folder: PathBuf) -> Result<Self, Diagnostic> {
        let mut command = Command::new(&python.program);
        run(
            command.args(["-m", "venv"]).arg(&folder),
            "python failed to create a virtual environment",
        )?;
        Ok(Self { folder })
    }

    /// The folder of its programs.
    #[must_use]
    pub fn programs(&self) -> PathBuf {
        self.folder.join(if cfg!(windows) { "Scripts" } else { "bin" })
    }

    /// Installs a wheel by pip, and what it requires.
    ///
    /// # Errors
    ///
    /// Where pip does not.
    pub fn install(&self, wheel: &Path) -> Result<(), Diagnostic> {
        let mut pip = self.python();
        pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
        run(pip.arg(wheel), "pip does not install it").map(drop)
    }

    /// The folder that packages with native code are installed to.
    ///
    /// # Errors
    ///
    /// Where Python does not say.
    pub fn packages(&self) -> Result<PathBuf, Diagnostic> {
        let ask = "import sysconfig; print(sysconfig.get_path('platlib'))";
        let folder =
            run(self.python().args(["-c", ask]), "python does not say where packages are")?;
        Ok(PathBuf::from(folder.trim_end()))
    }

    fn python(&self) -> Command {
        Command::new(self.programs().join("python"))
    }
}
