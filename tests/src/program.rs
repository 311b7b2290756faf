//! The programs, called as a user calls them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::platform::Platform;

/// The folder of the built programs.
static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut build = Command::new(env!("CARGO"));
    // What cargo tells a test of its own package, build scripts of other packages take for a change, and all that needs
    // them is compiled again.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        }) {
            build.env_remove(name);
        }
    }
    let status = build
        .args(["build", "--quiet", "--workspace", "--bins"])
        .current_dir(crate::root())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the programs build");
    // target/debug/deps/this-test → target/debug
    let test = std::env::current_exe().expect("a test has a file");
    test.ancestors().nth(2).expect("target/debug/deps/…").to_owned()
});

/// The folder of the built programs; of those in `LOCKSTEP_PROGRAMS`, where that is set.
#[must_use]
pub fn folder() -> PathBuf {
    std::env::var_os("LOCKSTEP_PROGRAMS").map_or_else(|| PROGRAMS.clone(), PathBuf::from)
}

/// A program's file.
#[must_use]
pub fn path(program: &str) -> PathBuf {
    folder().join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The exit status.
    pub status: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained.
    pub stderr: String,
}

impl Outcome {
    /// All of it, for a snapshot.
    #[must_use]
    pub fn text(&self) -> String {
        format!("status: {}\n--- stdout\n{}--- stderr\n{}", self.status, self.stdout, self.stderr)
    }
}

/// Runs a script in a folder with the programs of another first on its path, as a committer that is always the same; returns what it
/// printed.
///
/// # Panics
///
/// Where it fails.
pub fn sh(folder: &Path, programs: &Path, script: &str) -> String {
    let path = std::env::var("PATH").unwrap();
    let who = |what: &str, value: &'static str| {
        ["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_{what}"), value))
    };
    let output = Command::new("sh")
        .args(["-euc", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs(who("NAME", "Test"))
        .envs(who("EMAIL", "test@localhost"))
        .envs(who("DATE", "2020-01-01T00:00:00Z"))
        .output()
        .expect("sh starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Runs `lockstep` in a folder, with nothing of this machine's environment that could change it.
pub fn lockstep(folder: &Path, arguments: &[&str]) -> Outcome {
    run(folder, arguments, &[])
}

/// As [`lockstep`], as a step of a job on a runner.
pub fn lockstep_on_runner(folder: &Path, arguments: &[&str]) -> Outcome {
    run(folder, arguments, &[("GITHUB_ACTIONS", "true")])
}

fn run(folder: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Outcome {
    let output = Command::new(path("lockstep"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("RUST_BACKTRACE", "0")
        .envs(env.iter().copied())
        .output()
        .expect("lockstep starts");
    Outcome {
        status: output.status.code().expect("lockstep ends by itself"),
        stdout: said(&output.stdout),
        stderr: said(&output.stderr),
    }
}

/// What a program of any platform said.
fn said(bytes: &[u8]) -> String {
    Platform::of_programs().as_here(str::from_utf8(bytes).expect("UTF-8"))
}
