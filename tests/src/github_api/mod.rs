//! A stand-in for GitHub's REST API on this machine: it keeps state, and every question and every answer is held to GitHub's
//! own description of the API.

mod actions;
mod answers;
mod description;
mod known;
mod releases;
mod repository;
mod server;
mod settings;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::runs::Run;

pub use actions::ActionRelease;
pub use description::Description;
pub use known::{Known, environment_with, run_with, status_with, upload_with};
pub use server::Server;
pub use settings::Settings;

/// The token that it takes.
pub const TOKEN: &str = "ghs_aTokenOfTheStandIn";

/// Where the bytes of uploads are.
const DOWNLOADS: &str = "/downloads/";

/// What it knows, and what it was asked.
#[derive(Debug, Default)]
pub struct State {
    /// The workflow runs, the newest first.
    pub runs: Vec<Value>,
    /// The statuses of commits, the newest first.
    pub statuses: Vec<Value>,
    /// The issues, the newest first.
    pub issues: Vec<Value>,
    /// The jobs of runs.
    pub jobs: Vec<Value>,
    /// What runs uploaded, the newest first.
    pub uploads: Vec<Value>,
    /// The address of the server that has the bytes of it.
    pub downloads_at: String,
    /// The bytes of it, by the id.
    pub downloads: BTreeMap<String, Vec<u8>>,
    /// The environments.
    pub environments: Vec<Value>,
    /// Which refs they admit, by name.
    pub ref_patterns: BTreeMap<String, Vec<Value>>,
    /// How the release's commit is seen from branches: `behind`, `diverged`.
    pub branches: BTreeMap<String, String>,
    /// The branches that a rule protects.
    pub protected: Vec<String>,
    /// The attestations, by the digest of what they are of.
    pub attestations: BTreeMap<String, Vec<Value>>,
    /// The address of the API.
    pub at: String,
    /// The releases, the newest first.
    pub releases: Vec<Value>,
    /// Releases of actions, by their repositories.
    pub actions: BTreeMap<String, Vec<ActionRelease>>,
    /// The id of the release that is shown as the latest.
    pub latest: u64,
    /// The assets, each with the id of its release.
    pub assets: Vec<(u64, Value)>,
    /// What was sent with the question that is answered.
    pub sent: Vec<u8>,
    /// Whether the upload that is answered ends half-way.
    pub interrupted: bool,
    /// What the repository is called: `someone/tool`, where nothing else is said.
    pub full_name: Option<String>,
    /// The repository, where what git has of it is asked for.
    pub repository: Option<PathBuf>,
    /// What becomes of the runs that are dispatched.
    pub dispatched: Dispatched,
    /// The repository's settings.
    pub settings: Settings,
    /// Whether answers go out without a look at the description, which takes longer than they do.
    pub unchecked: bool,
    /// How long each answer takes.
    pub delay: Duration,
    /// What is wrong with the next answers.
    pub faults: Vec<Fault>,
    /// Every question, in order: `GET /repos/…`.
    pub asked: Vec<String>,
}

/// What becomes of a run that is dispatched: at the first look it waits or runs, at the second it has ended.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dispatched {
    /// How it ends; `success` without.
    pub conclusion: Option<String>,
    /// The environment that it waits for.
    pub waits_for: Option<String>,
    /// Whether whoever asks may not push.
    pub read_only: bool,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// It is another one, with this status, these headers and this body.
    Instead(u16, Vec<(String, String)>, String),
    /// It ends in the middle.
    CutOff,
    /// The connection is closed before any.
    Hangup,
    /// It is no JSON.
    NoJson,
    /// Nothing.
    Done,
    /// It never comes, and an upload is left half-way.
    Interrupted,
    /// It is lost on the way, though what was asked for is done.
    Lost,
}

/// The API, as long as a test holds it.
#[derive(Debug)]
pub struct GitHubApi {
    /// What it knows.
    pub state: Arc<Mutex<State>>,
    server: Server,
    _downloads: Server,
}

impl GitHubApi {
    /// One that knows nothing.
    #[must_use]
    pub fn new() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let server = Server::start(Arc::clone(&state));
        let downloads = Server::start(Arc::clone(&state));
        state.lock().unwrap().downloads_at = downloads.address();
        state.lock().unwrap().at = server.address();
        Self { state, server, _downloads: downloads }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        self.server.address()
    }

    /// Changes what it knows.
    pub fn with(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }

    /// Gets to know a run of act's, as one with an id, and what it uploaded.
    pub fn know(&self, run: &Run, id: u64, commit: &str, given: &Value) {
        let mut all = json!({ "id": id, "path": format!(".github/workflows/{}", run.workflow) });
        known::merge(&mut all, json!({ "run_attempt": run.attempt }));
        known::merge(&mut all, given.clone());
        self.with(|state| {
            state.runs.insert(0, run_with(all, commit));
            for name in run.artifacts() {
                let upload = 1 + state.uploads.len() as u64;
                let receipt = run.artifact(&name).unwrap().join("receipt.json");
                if let Ok(receipt) = std::fs::read(receipt) {
                    let zip = known::zipped(&[("receipt.json", &receipt)]);
                    state.downloads.insert(upload.to_string(), zip);
                }
                state.uploads.insert(0, upload_with(upload, &name, id, json!({})));
            }
        });
    }

    /// Gets to know a thousand runs of `release.yml` for a commit: all failed but the oldest, which has a bundle.
    pub fn know_a_thousand(&self, commit: &str) {
        let release = |id: u64| {
            let conclusion = if id == 1 { "success" } else { "failure" };
            let path = ".github/workflows/release.yml";
            run_with(json!({ "id": id, "path": path, "conclusion": conclusion }), commit)
        };
        self.with(|state| {
            state.runs = (1..=1000).rev().map(release).collect();
            state.uploads = vec![upload_with(1, "bundle-1", 1, json!({}))];
        });
    }

    /// What it was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }
}

impl Default for GitHubApi {
    fn default() -> Self {
        Self::new()
    }
}
