//! pypiserver, an index of Python packages.

use std::process::Command;

use tempfile::TempDir;

use super::process::Process;
use super::proxy::Proxy;
use crate::tools;

/// An index behind a proxy, as long as a test holds it.
#[derive(Debug)]
pub struct Pypi {
    /// What stands before it.
    pub proxy: Proxy,
    /// What it has.
    pub files: TempDir,
    _index: Process,
}

impl Pypi {
    /// One that has nothing.
    #[must_use]
    pub fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let index = Process::start(|port| {
            let mut command = Command::new(tools::folder().join("venv/bin/pypi-server"));
            // Whoever asks may upload, and nothing is uploaded twice. What it does not have it asks nobody for.
            command.args(["run", "--interface", "127.0.0.1", "--port", &port.to_string()]);
            command.args(["--passwords", ".", "--authenticate", ".", "--disable-fallback"]);
            command.arg(files.path());
            command
        });
        let proxy = Proxy::before(index.port);
        Self { proxy, files, _index: index }
    }

    /// The environment in which uv and pip use it.
    #[must_use]
    pub fn env(&self) -> [(&'static str, String); 4] {
        let at = self.proxy.address();
        [
            ("UV_DEFAULT_INDEX", format!("{at}simple")),
            ("PIP_INDEX_URL", format!("{at}simple")),
            ("UV_PUBLISH_URL", at),
            ("PYPI_FILES", self.files.path().display().to_string()),
        ]
    }
}

impl Default for Pypi {
    fn default() -> Self {
        Self::new()
    }
}
