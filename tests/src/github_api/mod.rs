//! A stand-in for GitHub's REST API on this machine: it keeps state, and every question and every answer is held to GitHub's
//! own description of the API.

mod description;
mod known;
mod server;

use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::Value;

pub use description::Description;
pub use known::{Known, run_with};
pub use server::Server;

/// The token that it takes.
pub const TOKEN: &str = "ghs_aTokenOfTheStandIn";

/// What it knows, and what it was asked.
#[derive(Debug, Default)]
pub struct State {
    /// The workflow runs, the newest first.
    pub runs: Vec<Value>,
    /// The statuses of commits, the newest first.
    pub statuses: Vec<Value>,
    /// The issues, the newest first.
    pub issues: Vec<Value>,
    /// What is wrong with the next answers.
    pub faults: Vec<Fault>,
    /// Every question, in order: `GET /repos/…`.
    pub asked: Vec<String>,
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
}

/// The API, as long as a test holds it.
#[derive(Debug)]
pub struct GitHubApi {
    /// What it knows.
    pub state: Arc<Mutex<State>>,
    server: Server,
}

impl GitHubApi {
    /// One that knows nothing.
    #[must_use]
    pub fn new() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let server = Server::start(Arc::clone(&state));
        Self { state, server }
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
