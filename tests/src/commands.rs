//! The programs on a laptop: a script of command lines in a small project.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde::Deserialize;
use tempfile::TempDir;

use crate::github_api::{GitHubApi, Known, TOKEN};
use crate::platform::{Need, Platform};
use crate::program::{self, Outcome, lockstep};
use crate::registries::{Cargo, Npm, Pypi, Rules};
use crate::samples;

/// An address of this machine that nobody listens at.
pub(crate) const NOBODY: &str = "http://127.0.0.1:9/";

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
    /// The project of `tests/projects` that it is run in.
    #[serde(default)]
    pub project: Project,
    /// What goes wrong at the registry of npm packages, where there is one.
    #[serde(default)]
    pub npm: Option<Rules>,
    /// Whether packages can be staged there.
    #[serde(default)]
    pub stages: bool,
    /// What goes wrong at the index of Python packages, where there is one.
    #[serde(default)]
    pub pypi: Option<Rules>,
    /// What goes wrong at the registry of crates, where there is one.
    #[serde(default)]
    pub cargo: Option<Rules>,
    /// What of Linux it needs: on a platform without that it is not run.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// The command lines, in sh.
    pub run: String,
}

/// The programs that the cases call.
const PROGRAMS: [&str; 14] = [
    "align-versions",
    "await-delivery",
    "github-release",
    "hash-artifacts",
    "homebrew",
    "lockstep",
    "lockstep-online",
    "pack-artifacts",
    "publish",
    "report-blocker",
    "resolve-build",
    "smoke-test",
    "verify-manifest",
    "verify-provenance",
];

/// What differs between the sample projects of one folder.
const PLATFORMS: (&str, &str) = (
    "native-files: { \"dist/{target}/release/tool\": \"native/{npm}/tool\" }",
    "platform-packages: platform",
);
const STAGED: (&str, &str) =
    ("npm: { artifacts: [platform, root],", "npm: { publish: staged, artifacts: [platform, root],");

/// A sample project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Project {
    /// Something of each kind of packing.
    #[default]
    Tool,
    /// The same, where the root package installs the one of its platform.
    Platforms,
    /// The same, where packages are staged.
    Staged,
    /// Something for every registry.
    Beads,
}

impl Project {
    fn folder(self) -> PathBuf {
        let name = match self {
            Self::Tool | Self::Platforms | Self::Staged => "tool",
            Self::Beads => "beads",
        };
        crate::root().join("tests/projects").join(name)
    }

    /// A copy, with what of its model is another.
    fn copy(self, to: &Path) {
        samples::copy(&self.folder(), to);
        let changes: &[(&str, &str)] = match self {
            Self::Tool | Self::Beads => &[],
            Self::Platforms => &[PLATFORMS],
            Self::Staged => &[PLATFORMS, STAGED],
        };
        let model = to.join("lockstep.yaml");
        let mut text = fs::read_to_string(&model).unwrap();
        for (old, new) in changes {
            assert!(text.contains(old), "{text}");
            text = text.replace(old, new);
        }
        fs::write(&model, text).unwrap();
    }

    /// It as it is; or built and released, which takes longer than most of what is done with a release.
    fn prepared(self, released: bool) -> &'static Path {
        static PREPARED: [LazyLock<TempDir>; 8] = [
            LazyLock::new(|| Project::Tool.committed()),
            LazyLock::new(|| Project::Tool.released()),
            LazyLock::new(|| Project::Platforms.committed()),
            LazyLock::new(|| Project::Platforms.released()),
            LazyLock::new(|| Project::Staged.committed()),
            LazyLock::new(|| Project::Staged.released()),
            LazyLock::new(|| Project::Beads.committed()),
            LazyLock::new(|| Project::Beads.released()),
        ];
        let first = match self {
            Self::Tool => 0,
            Self::Platforms => 2,
            Self::Staged => 4,
            Self::Beads => 6,
        };
        PREPARED[first + usize::from(released)].path()
    }

    fn committed(self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        self.copy(folder.path());
        Script::default().commit(folder.path());
        folder
    }

    fn released(self) -> TempDir {
        let script = Script { project: self, ..Script::default() };
        let project = script.project();
        let build = match self {
            Self::Tool | Self::Platforms | Self::Staged => "./build.sh; ./release.sh",
            Self::Beads => "./release.sh",
        };
        let outcome = script.sh(project.path(), build);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
        project
    }
}

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

    /// Whether the programs that are tried are all that it calls, on a platform that has what it needs.
    #[must_use]
    pub fn can_run(&self) -> bool {
        let platform = Platform::of_programs();
        if platform == Platform::Here {
            return true;
        }
        // A registry and GitHub are asked by programs that are built apart.
        let asks = self.github.is_some()
            || self.npm.is_some()
            || self.pypi.is_some()
            || self.cargo.is_some();
        let calls = |name: &str| {
            let is_of_name = |text: char| text.is_alphanumeric() || text == '-' || text == '_';
            self.run.split(|text| !is_of_name(text)).any(|word| word == name)
        };
        let is_there = |name: &str| program::path(name).exists();
        let is_all = PROGRAMS.iter().all(|name| is_there(name) || !calls(name));
        platform.has(&self.needs) && is_all && (!asks || is_there("lockstep-online"))
    }

    /// Runs it in a copy of `tests/projects/tool`, a repository whose commit is always the same; again where the emulator of its programs
    /// failed.
    pub fn run(&self) -> Outcome {
        let mut outcome = self.run_once();
        for _ in 0..3 {
            if Platform::of_programs().failed_itself(&outcome) {
                outcome = self.run_once();
            }
        }
        outcome
    }

    fn run_once(&self) -> Outcome {
        let mut script = self.clone();
        // They end with the script.
        let npm = self.npm.as_ref().map(|rules| {
            let npm = if self.stages { Npm::with_stages() } else { Npm::new() };
            npm.proxy.with(|state| state.rules = rules.clone());
            npm
        });
        let pypi = self.pypi.as_ref().map(|rules| {
            let pypi = Pypi::new();
            pypi.proxy.with(|state| state.rules = rules.clone());
            pypi
        });
        let cargo = self.cargo.as_ref().map(|rules| {
            let cargo = Cargo::new();
            cargo.proxy.with(|state| state.rules = rules.clone());
            cargo
        });
        let mut env = Vec::new();
        env.extend(cargo.iter().flat_map(Cargo::env));
        env.extend(npm.iter().flat_map(Npm::env));
        env.extend(pypi.iter().flat_map(Pypi::env));
        for (name, value) in env {
            script.env.entry(name.to_owned()).or_insert(value);
        }
        let outcome = script.run_on_github();
        if Platform::of_programs().failed_itself(&outcome) {
            return outcome;
        }
        npm.iter().for_each(|npm| npm.proxy.assert_all_went_wrong());
        pypi.iter().for_each(|pypi| pypi.proxy.assert_all_went_wrong());
        cargo.iter().for_each(|cargo| cargo.proxy.assert_all_went_wrong());
        outcome
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
        let mut script = self.clone();
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
            samples::copy(self.project.prepared(self.released), folder.path());
        } else {
            self.project.copy(folder.path());
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
        let mut path = std::env::var("PATH").unwrap();
        if self.npm.is_some() || self.pypi.is_some() {
            // The pinned clients come first.
            let pinned = Npm::folders().into_iter().chain([crate::tools::folder().join("bin")]);
            for folder in pinned {
                path = format!("{}:{path}", folder.display());
            }
        }
        let shell = Platform::of_programs().shell();
        let output = Command::new(shell[0])
            .args(&shell[1..])
            .args(["-euc", script])
            .current_dir(folder)
            .env_clear()
            .env("PATH", format!("{}:{path}", program::folder().display()))
            .env("HOME", folder.parent().unwrap())
            // Where rustup has its toolchains, which it would look for below the other home.
            .env("RUSTUP_HOME", rustup_home())
            .env("RUST_BACKTRACE", "0")
            // A registry has nothing that these projects need, and where a case has none of its own nobody answers.
            .env("npm_config_offline", "true")
            .env("npm_config_registry", NOBODY)
            .env("UV_DEFAULT_INDEX", NOBODY)
            .env("UV_PUBLISH_URL", NOBODY)
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
            stdout: said(&output.stdout),
            stderr: said(&output.stderr),
        }
    }
}

/// What a script of programs of any platform said.
fn said(bytes: &[u8]) -> String {
    Platform::of_programs().as_here(&String::from_utf8_lossy(bytes))
}

/// Where rustup has its toolchains.
fn rustup_home() -> PathBuf {
    let own = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".rustup");
    std::env::var_os("RUSTUP_HOME").map_or_else(own, PathBuf::from)
}
