//! act, which runs workflows on this machine.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::json;

use super::again;
use super::github::Repository;
use super::host;
use super::log::{self, Run};
use super::replace::for_act;
use crate::commands::NOBODY;
use crate::{program, tools};

/// How long a run may take, in seconds.
const LONGEST: &str = "1200";

/// What starts a run.
#[derive(Debug, Clone)]
pub enum Event {
    /// A tag was pushed.
    Push {
        /// The tag.
        tag: String,
    },
    /// A pull request was opened, or changed.
    PullRequest {
        /// Its number.
        number: u32,
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
            Self::PullRequest { number } => format!("refs/pull/{number}/merge"),
            Self::Dispatch { git_ref, .. } => git_ref.clone(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Push { .. } => "push",
            Self::PullRequest { .. } => "pull_request",
            Self::Dispatch { .. } => "workflow_dispatch",
        }
    }

    fn payload(&self) -> serde_json::Value {
        match self {
            Self::Push { .. } => json!({ "ref": self.git_ref() }),
            Self::PullRequest { number } => {
                json!({ "number": number, "pull_request": { "number": number } })
            }
            Self::Dispatch { inputs, .. } => json!({ "ref": self.git_ref(), "inputs": inputs }),
        }
    }
}

/// What a run has beside the repository and the event.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Environment variables of every step.
    pub env: Vec<(&'static str, OsString)>,
    /// Configuration variables of the repository.
    pub variables: BTreeMap<&'static str, &'static str>,
    /// Secrets, and `GITHUB_TOKEN`.
    pub secrets: BTreeMap<&'static str, String>,
    /// The id of the run.
    pub run_id: u64,
    /// Folders whose programs come first.
    pub path: Vec<PathBuf>,
    /// The folders of what earlier runs uploaded, by their ids.
    pub earlier: BTreeMap<u64, PathBuf>,
    /// The list of released programs that Lockstep's actions have. Without it `LOCKSTEP_PROGRAMS` names those of this build.
    pub list: Option<String>,
    /// A tag that is moved to the newest commit of `main` when the run has begun.
    pub move_tag: Option<String>,
}

impl Settings {
    /// The same with folders whose programs come first.
    #[must_use]
    pub fn with_path(self, path: Vec<PathBuf>) -> Self {
        Self { path, ..self }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let token = ("GITHUB_TOKEN", "a-token-of-the-run".to_owned());
        Self {
            env: Vec::new(),
            variables: BTreeMap::new(),
            secrets: [token].into(),
            run_id: 4711,
            path: Vec::new(),
            earlier: BTreeMap::new(),
            list: None,
            move_tag: None,
        }
    }
}

impl Repository<'_> {
    /// Runs a workflow of this repository for an event.
    pub fn run(&self, workflow: &str, event: &Event, settings: &Settings) -> Run {
        self.attempt(workflow, event, settings, None)
    }

    /// Runs the failed jobs of a run again, and those that need them, as GitHub does: with the outputs of the jobs that
    /// succeeded, and with all that the run has uploaded.
    pub fn run_again(&self, first: &Run, event: &Event, settings: &Settings) -> Run {
        self.attempt(&first.workflow, event, settings, Some(first))
    }

    fn attempt(
        &self,
        workflow: &str,
        event: &Event,
        settings: &Settings,
        first: Option<&Run>,
    ) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(log::artifacts(folder.path())).unwrap();
        let set = at("set");
        self.clone_at(&event.git_ref(), &set);
        if let Some(first) = first {
            again::copy_uploads(first, &log::artifacts(folder.path()));
            again::only_what_failed(first, &set.join(".github/workflows"));
        }
        let attempt = first.map_or(1, |first| first.attempt + 1);
        let workflows = prepare(&set, workflow);
        // A secret in a command line would stand in the list of processes.
        let secrets = settings.secrets.iter().map(|(name, value)| format!("{name}={value}"));
        fs::write(at("secrets"), secrets.collect::<Vec<_>>().join("\n")).unwrap();
        fs::write(at("event.json"), event.payload().to_string()).unwrap();
        let mut act = self.command(workflow, event, settings, &at(""));
        act.args(["--env", &format!("GITHUB_RUN_ATTEMPT={attempt}")]);
        for label in host::labels(&workflows) {
            act.args(["--platform", &format!("{label}=-self-hosted")]);
        }
        for (action, stand_in) in host::stand_ins(&workflows, folder.path()) {
            act.args(["--local-repository", &format!("{action}={}", stand_in.display())]);
        }
        if let Some(list) = &settings.list {
            fs::write(at("lockstep/actions/programs.list"), list).unwrap();
        }
        if let Some(tag) = &settings.move_tag {
            self.move_tag(tag);
        }
        let start = Instant::now();
        act.stdout(fs::File::create(at("log.jsonl")).unwrap());
        let output = act.output().expect("act starts");
        let took = start.elapsed();
        // act tells in its JSON what it was told to mask.
        let log = fs::read(at("log.jsonl")).unwrap();
        let log = String::from_utf8_lossy(&log);
        let lines = log.split_inclusive('\n');
        let log: String = lines.filter(|line| !line.contains("\"command\":\"add-mask\"")).collect();
        fs::write(at("log.jsonl"), &log).unwrap();
        // That there is no Docker is known: nothing here runs in it.
        let stderr = String::from_utf8_lossy(&output.stderr);
        let stderr = stderr.lines().filter(|line| !line.contains("docker connection"));
        let stderr = stderr.map(|line| line.to_owned() + "\n").collect();
        let workflow = workflow.to_owned();
        Run { workflow, attempt, jobs: log::read(&log), took, workflows, stderr, folder }
    }

    /// act with everything but what depends on the workflows.
    fn command(
        &self,
        workflow: &str,
        event: &Event,
        settings: &Settings,
        folder: &Path,
    ) -> Command {
        // A run that hangs ends with all that it started.
        let mut act = Command::new("timeout");
        act.args(["--kill-after=10", LONGEST])
            .arg(tools::path("act"))
            .arg(event.name())
            .args(["--json", "--no-cache-server", "--no-skip-checkout", "--strict"])
            .args(["--artifact-server-addr", "127.0.0.1"])
            .args(["--workflows", &format!(".github/workflows/{workflow}")])
            // A registry has nothing that these projects need.
            .args(["--env", "npm_config_offline=true"])
            .args(["--env", &format!("npm_config_registry={NOBODY}")])
            .current_dir(folder.join("set"))
            // A home of its own: neither this machine's files of act nor its logins.
            .env("XDG_CACHE_HOME", folder.join("cache"))
            .env("XDG_CONFIG_HOME", folder.join("config"));
        for (option, file) in [
            ("--action-cache-path", "act"),
            ("--secret-file", "secrets"),
            ("--eventpath", "event.json"),
        ] {
            act.arg(option).arg(folder.join(file));
        }
        // The files by which act takes settings from where it is started: none.
        for option in ["--env-file", "--input-file", "--var-file"] {
            act.args([option, "/dev/null"]);
        }
        for (name, value) in &settings.variables {
            act.args(["--var", &format!("{name}={value}")]);
        }
        if let Event::Dispatch { inputs, .. } = event {
            for (name, value) in inputs {
                act.args(["--input", &format!("{name}={value}")]);
            }
        }
        let runs = folder.join("runs");
        fs::create_dir(&runs).unwrap();
        for (id, uploads) in &settings.earlier {
            symlink(uploads, runs.join(id.to_string())).unwrap();
        }
        let programs =
            if settings.list.is_some() { OsString::new() } else { program::folder().into() };
        let own: [(&str, OsString); 8] = [
            ("GIT_CONFIG_GLOBAL", self.hub.git_config().into()),
            ("GITHUB_RUN_ID", settings.run_id.to_string().into()),
            ("GITHUB_WORKFLOW_REF", self.workflow_ref(workflow, event).into()),
            ("LOCKSTEP_PROGRAMS", programs),
            ("PATH", host::path(&settings.path)),
            ("STAND_IN_ARTIFACTS", log::artifacts(folder).into()),
            ("STAND_IN_LOG", folder.join("log.jsonl").into()),
            ("STAND_IN_RUNS", runs.into()),
        ];
        for (name, value) in own.iter().chain(&settings.env) {
            let mut setting = OsString::from(format!("{name}="));
            setting.push(value);
            act.arg("--env").arg(setting);
        }
        act
    }

    fn workflow_ref(&self, workflow: &str, event: &Event) -> String {
        format!("{}/.github/workflows/{workflow}@{}", self.name, event.git_ref())
    }
}

/// Replaces what act cannot run in a workflow and in those that it calls; returns their texts as they
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
