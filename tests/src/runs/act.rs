//! act, which runs workflows on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::json;

use super::github::Repository;
use super::log::{self, Run};
use super::replace::for_act;
use crate::{program, root, tools};

/// What starts a run.
#[derive(Debug, Clone)]
pub enum Event {
    /// A tag was pushed.
    Push {
        /// The tag.
        tag: String,
    },
    /// A person started it.
    Dispatch {
        /// The branch or tag that it was started on: `refs/heads/main`.
        git_ref: String,
        /// Its inputs.
        inputs: BTreeMap<String, String>,
    },
}

impl Event {
    /// A push of a tag.
    #[must_use]
    pub fn tag(tag: &str) -> Self {
        Self::Push { tag: tag.to_owned() }
    }

    fn git_ref(&self) -> String {
        match self {
            Self::Push { tag } => format!("refs/tags/{tag}"),
            Self::Dispatch { git_ref, .. } => git_ref.clone(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Push { .. } => "push",
            Self::Dispatch { .. } => "workflow_dispatch",
        }
    }

    fn payload(&self) -> serde_json::Value {
        match self {
            Self::Push { .. } => json!({ "ref": self.git_ref() }),
            Self::Dispatch { inputs, .. } => json!({ "ref": self.git_ref(), "inputs": inputs }),
        }
    }
}

/// What a run has beside the repository and the event.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Environment variables of every step.
    pub env: Vec<(&'static str, OsString)>,
    /// Secrets, and `GITHUB_TOKEN`.
    pub secrets: BTreeMap<&'static str, String>,
    /// The id of the run.
    pub run_id: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let token = ("GITHUB_TOKEN", "a-token-of-the-run".to_owned());
        Self { env: Vec::new(), secrets: [token].into(), run_id: 4711 }
    }
}

impl Repository<'_> {
    /// Runs a workflow of this repository for an event.
    pub fn run(&self, workflow: &str, event: &Event, settings: &Settings) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(log::artifacts(folder.path())).unwrap();
        let set = at("set");
        self.clone_at(&event.git_ref(), &set);
        let workflows = prepare(&set, workflow);
        // A secret in a command line would stand in the list of processes.
        let secrets = settings.secrets.iter().map(|(name, value)| format!("{name}={value}"));
        fs::write(at("secrets"), secrets.collect::<Vec<_>>().join("\n")).unwrap();
        let payload = at("event.json");
        fs::write(&payload, event.payload().to_string()).unwrap();
        let mut act = Command::new(tools::path("act"));
        act.arg(event.name())
            .args(["--json", "--no-cache-server", "--no-skip-checkout", "--strict"])
            .args(["--workflows", &format!(".github/workflows/{workflow}")])
            .args(["--artifact-server-addr", "127.0.0.1"])
            .arg("--action-cache-path")
            .arg(at("act"))
            .arg("--secret-file")
            .arg(at("secrets"))
            .arg("--eventpath")
            .arg(&payload)
            .current_dir(&set);
        if let Event::Dispatch { inputs, .. } = event {
            for (name, value) in inputs {
                act.args(["--input", &format!("{name}={value}")]);
            }
        }
        for label in labels(&workflows) {
            act.args(["--platform", &format!("{label}=-self-hosted")]);
        }
        for (action, stand_in) in stand_ins(&workflows, folder.path()) {
            act.args(["--local-repository", &format!("{action}={}", stand_in.display())]);
        }
        let own: [(&str, OsString); 6] = [
            ("GIT_CONFIG_GLOBAL", self.hub.git_config().into()),
            ("GITHUB_RUN_ID", settings.run_id.to_string().into()),
            ("GITHUB_WORKFLOW_REF", self.workflow_ref(workflow, event).into()),
            ("LOCKSTEP_PROGRAMS", program::folder().into()),
            ("PATH", path()),
            ("STAND_IN_ARTIFACTS", log::artifacts(folder.path()).into()),
        ];
        for (name, value) in own.iter().chain(&settings.env) {
            let mut setting = OsString::from(format!("{name}="));
            setting.push(value);
            act.arg("--env").arg(setting);
        }
        // A home of its own: neither this machine's files of act nor its logins.
        act.env("XDG_CACHE_HOME", at("cache")).env("XDG_CONFIG_HOME", at("config"));
        // The files by which act takes settings from where it is started: none.
        for kind in ["--env-file", "--input-file", "--var-file"] {
            act.arg(kind).arg("/dev/null");
        }
        let start = Instant::now();
        let output = act.output().expect("act starts");
        let took = start.elapsed();
        let stdout = String::from_utf8_lossy(&output.stdout);
        fs::write(at("log.jsonl"), &*stdout).unwrap();
        // That there is no Docker is known: nothing here runs in it.
        let stderr = String::from_utf8_lossy(&output.stderr);
        let stderr = stderr.lines().filter(|line| !line.contains("docker connection"));
        let stderr = stderr.map(|line| line.to_owned() + "\n").collect();
        Run { jobs: log::read(&stdout), took, stderr, folder }
    }

    fn workflow_ref(&self, workflow: &str, event: &Event) -> String {
        format!("{}/.github/workflows/{workflow}@{}", self.name, event.git_ref())
    }
}

/// Replaces what act can not run in a workflow and in those that it calls; returns their texts as they
/// were.
fn prepare(set: &Path, workflow: &str) -> Vec<String> {
    let path = set.join(".github/workflows").join(workflow);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, for_act(&text)).unwrap();
    let called =
        text.lines().filter_map(|line| line.trim().strip_prefix("uses: $/.github/workflows/"));
    let mut texts: Vec<String> = called.flat_map(|called| prepare(set, called)).collect();
    texts.push(text);
    texts
}

/// The runners that workflows name.
fn labels(workflows: &[String]) -> BTreeSet<&str> {
    let lines = workflows.iter().flat_map(|text| text.lines());
    lines
        .filter_map(|line| {
            let line = line.trim().trim_start_matches("- ");
            line.strip_prefix("runs-on: ").or_else(|| line.strip_prefix("runner: "))
        })
        .filter(|label| !label.starts_with("${{"))
        .map(|label| label.trim_matches('"'))
        .collect()
}

/// The actions that workflows use, each with the folder that stands in for its repository.
fn stand_ins(workflows: &[String], folder: &Path) -> Vec<(String, PathBuf)> {
    let lines = workflows.iter().flat_map(|text| text.lines());
    let uses = lines.filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "));
    let references = uses.filter(|uses| !uses.starts_with('$'));
    let mut found = BTreeMap::new();
    for reference in references {
        let reference = reference.split(' ').next().unwrap();
        let (path, commit) = reference.split_once('@').expect("actions are pinned");
        let repository = path.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
        let stand_in = if repository == lockstep_generator::plan::own_repository() {
            own_actions(folder)
        } else {
            root().join("tests/stand-ins/actions").join(&repository)
        };
        assert!(stand_in.is_dir(), "nothing stands in for {repository}");
        found.insert(format!("https://github.com/{repository}@{commit}"), stand_in);
    }
    found.into_iter().collect()
}

/// Lockstep's actions as a checkout of its repository has them, without what is built beside them.
fn own_actions(folder: &Path) -> PathBuf {
    let copy = folder.join("lockstep");
    for (file, _) in crate::actions::all() {
        let to = copy.join(&file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join(&file), to).unwrap();
    }
    fs::copy(root().join("actions/launch.sh"), copy.join("actions/launch.sh")).unwrap();
    copy
}

/// What stands in for tools that every hosted runner has, the pinned tools, and this machine's.
fn path() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = [root().join("tests/stand-ins/bin"), tools::folder().join("venv/bin")];
    std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path))).unwrap()
}
