//! The programs on a laptop: a script of command lines in a small project.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde::Deserialize;
use tempfile::TempDir;

use crate::github_api::{GitHubApi, Known, TOKEN};
use crate::program::{self, Outcome, lockstep};
use crate::registries::{Npm, Rules};
use crate::samples;

/// Command lines, and what of the project is changed before: one file of `tests/cases/commands`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Files that are written, or with `null` removed.
    #[serde(default)]
    pub files: BTreeMap<String, Option<String>>,
    /// Whether it starts where the project as it is has been built and released: from a bundle.
    #[serde(default)]
    pub released: bool,
    /// Environment variables: with `GITHUB_ACTIONS: "true"` the programs speak to a runner.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What GitHub knows, where it is asked.
    #[serde(default)]
    pub github: Option<Known>,
    /// What goes wrong at the registry of npm packages, where there is one.
    #[serde(default)]
    pub npm: Option<Rules>,
    /// The command lines, in sh.
    pub run: String,
}

/// The project as it is.
static COMMITTED: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    samples::copy(&crate::root().join("tests/projects/tool"), folder.path());
    Script::default().commit(folder.path());
    folder
});

/// The project as it is, built and released. A release takes longer than most of what is done with one.
static RELEASED: LazyLock<TempDir> = LazyLock::new(|| {
    let script = Script::default();
    let project = script.project();
    let outcome = script.sh(project.path(), "./build.sh; ./release.sh");
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    project
});

impl Script {
    /// One that starts from a bundle.
    #[must_use]
    pub fn of_release() -> Self {
        Self { released: true, ..Self::default() }
    }

    /// Reads a case.
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Runs it in a copy of `tests/projects/tool`, a repository whose commit is always the same.
    pub fn run(&self) -> Outcome {
        let Some(rules) = &self.npm else { return self.run_on_github() };
        let npm = Npm::new();
        npm.proxy.with(|state| state.rules = rules.clone());
        let mut script = self.clone();
        let env: [(&str, String); 4] = [
            ("npm_config_registry", npm.proxy.address()),
            ("npm_config_offline", "false".to_owned()),
            ("LOCKSTEP_TOKEN", Npm::token().to_owned()),
            ("NPM_PATH", Npm::path().into_string().unwrap()),
        ];
        for (name, value) in env {
            script.env.entry(name.to_owned()).or_insert(value);
        }
        script.run_on_github()
    }

    fn run_on_github(&self) -> Outcome {
        let folder = self.project();
        let Some(known) = &self.github else { return self.sh(folder.path(), &self.run) };
        let api = GitHubApi::new();
        let commit = self.sh(folder.path(), "git rev-parse HEAD").stdout;
        api.with(|state| {
            known.tell(state, commit.trim());
            state.repository = Some(folder.path().to_owned());
        });
        let mut script = Self { run: self.run.clone(), env: self.env.clone(), ..Self::default() };
        script.env.entry("GITHUB_API_URL".to_owned()).or_insert_with(|| api.address());
        script.env.entry("GITHUB_TOKEN".to_owned()).or_insert_with(|| TOKEN.to_owned());
        let mut outcome = script.sh(folder.path(), &self.run);
        if known.shows_issues {
            api.with(|state| {
                for issue in &state.issues {
                    let text = |key: &str| issue[key].as_str().unwrap_or_default();
                    let (number, title) = (&issue["number"], text("title"));
                    let _ = write!(
                        outcome.stdout,
                        "--- #{number} is {}: {title}\n{}",
                        text("state"),
                        text("body")
                    );
                }
            });
        }
        if known.shows_releases {
            api.with(|state| {
                for release in &state.releases {
                    let is = |key: &str| release[key] == true;
                    let kind = if is("draft") { "draft" } else { "release" };
                    let of = if is("prerelease") { ", a prerelease" } else { "" };
                    let latest = if release["id"] == state.latest { ", the latest" } else { "" };
                    let text = |key: &str| release[key].as_str().unwrap_or_default();
                    let (tag, title) = (text("tag_name"), text("name"));
                    let _ = writeln!(
                        outcome.stdout,
                        "--- {kind} of {tag}{of}{latest}: {title}\n{}",
                        text("body").trim_end()
                    );
                    let mut names: Vec<String> = state
                        .assets
                        .iter()
                        .filter(|(of, _)| release["id"] == *of)
                        .map(|(_, asset)| {
                            format!(
                                "{} ({})",
                                asset["name"].as_str().unwrap(),
                                asset["state"].as_str().unwrap()
                            )
                        })
                        .collect();
                    names.sort();
                    let _ = writeln!(outcome.stdout, "assets: {}", names.join(", "));
                }
            });
        }
        outcome
    }

    /// The copy, with what of it is changed.
    pub fn project(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        if self.released || self.files.is_empty() {
            let prepared = if self.released { &*RELEASED } else { &*COMMITTED };
            samples::copy(prepared.path(), folder.path());
        } else {
            samples::copy(&crate::root().join("tests/projects/tool"), folder.path());
        }
        for (file, text) in &self.files {
            match text {
                Some(text) => {
                    fs::create_dir_all(at(file).parent().unwrap()).unwrap();
                    fs::write(at(file), text).unwrap();
                }
                None => fs::remove_file(at(file)).unwrap(),
            }
        }
        if !self.released && !self.files.is_empty() {
            self.commit(folder.path());
        }
        folder
    }

    /// Renders a project, and makes a repository of it.
    fn commit(&self, folder: &Path) {
        let rendered = lockstep(folder, &["generate"]);
        assert_eq!(rendered.status, 0, "{}", rendered.text());
        self.sh(folder, "git init --quiet --initial-branch=main && git add --all && git commit --quiet --message=First");
    }

    /// Runs a script there.
    pub fn sh(&self, folder: &Path, script: &str) -> Outcome {
        let path =
            self.env.get("NPM_PATH").cloned().unwrap_or_else(|| std::env::var("PATH").unwrap());
        let output = Command::new("sh")
            .args(["-euc", script])
            .current_dir(folder)
            .env_clear()
            .env("PATH", format!("{}:{path}", program::folder().display()))
            .env("HOME", folder.parent().unwrap())
            .env("RUST_BACKTRACE", "0")
            // A registry has nothing that these projects need.
            .env("npm_config_offline", "true")
            // The project's repository on GitHub is this very folder.
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", format!("url.file://{}.insteadOf", folder.display()))
            .env("GIT_CONFIG_VALUE_0", "https://github.com/someone/tool")
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "Test")))
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "test@localhost")))
            .envs(
                ["AUTHOR", "COMMITTER"]
                    .map(|who| (format!("GIT_{who}_DATE"), "2020-01-01T00:00:00Z")),
            )
            .envs(&self.env)
            .output()
            .expect("sh starts");
        Outcome {
            status: output.status.code().expect("it ends by itself"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
