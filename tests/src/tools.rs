//! Linters and other tools, which `tests/run` installs.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder that `tests/run` installs tools to.
///
/// # Panics
///
/// When it is not known.
#[must_use]
pub fn folder() -> PathBuf {
    let tools = std::env::var_os("LOCKSTEP_TOOLS").expect(
        "the tools are installed and found by `tests/run`: call that, or set LOCKSTEP_TOOLS",
    );
    PathBuf::from(tools)
}

/// A tool's file.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    folder().join("bin").join(name)
}

/// Runs a linter in the repository's root.
///
/// # Panics
///
/// When it is not installed.
pub fn run(name: &str, arguments: &[&str], files: &[PathBuf]) -> Output {
    Command::new(path(name))
        .args(arguments)
        .args(files)
        .current_dir(crate::root())
        .env("PATH", path_with(&folder()))
        .output()
        .unwrap_or_else(|error| panic!("{name} does not start: {error}"))
}

/// Runs a linter that must find nothing.
pub fn assert_clean(name: &str, arguments: &[&str], files: &[PathBuf]) {
    assert!(!files.is_empty(), "{name} has something to look at");
    let output = run(name, arguments, files);
    assert!(
        output.status.success(),
        "{name} found:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// shellcheck stands beside actionlint, which calls it.
fn path_with(tools: &Path) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [tools.join("bin")].into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).expect("folders of PATH")
}
