//! Python, and pip in an environment of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::run;
use lockstep_schemas::diagnostic::Diagnostic;

/// The name by which Python is called.
pub const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// A virtual environment ([venv](https://docs.python.org/3/library/venv.html)).
#[derive(Debug, Clone)]
pub struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// Where Python does not.
    pub fn create(folder: PathBuf) -> Result<Self, Diagnostic> {
        let mut command = Command::new(PYTHON);
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
