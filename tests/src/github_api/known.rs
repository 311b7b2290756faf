//! What GitHub knows in a case, said by what differs from its own examples.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use lockstep_archives::Entry;

use super::actions::ActionRelease;
use super::answers::issue_url;
use super::releases::release_with;
use super::{Description, Dispatched, Fault, Settings, State};

/// What GitHub knows. In it `COMMIT` stands for the project's commit.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Known {
    /// Workflow runs, the newest first: of `ci.yml`, for the commit, by a push, green.
    runs: Vec<Value>,
    /// Statuses of the commit, the newest first.
    statuses: Vec<Value>,
    /// Issues, the newest first, which have a `label`, and may be `under` another.
    issues: Vec<Issue>,
    /// Jobs: of the `run` with an id, which failed where nothing else is said, with a `log`.
    jobs: Vec<FailedJob>,
    /// What runs uploaded, the newest first: by the `run` with an id, perhaps with a `receipt` or `findings` in it.
    uploads: Vec<Uploaded>,
    /// Environments: `tags` and `branches` that are admitted, all without both, and perhaps `reviewers`.
    environments: Vec<Place>,
    /// Releases, the newest first, each with the names of its `assets`.
    releases: Vec<Value>,
    /// Releases of actions, by their repositories: a `tag` of a `commit`, which may be `published` at a time.
    actions: BTreeMap<String, Vec<ActionRelease>>,
    /// How the commit is seen from branches.
    branches: BTreeMap<String, String>,
    /// The branches that a rule protects.
    protected: Vec<String>,
    /// What becomes of the runs that are dispatched.
    dispatched: Dispatched,
    /// The repository's settings.
    settings: Settings,
    /// Whether the issues are shown that there are in the end.
    pub(crate) shows_issues: bool,
    /// Whether the releases are.
    pub(crate) shows_releases: bool,
    /// What is wrong with its first answers.
    #[serde(with = "serde_yaml::with::singleton_map_recursive")]
    faults: Vec<Fault>,
}

#[derive(Debug, Clone, Deserialize)]
struct Issue {
    number: u64,
    label: String,
    under: Option<u64>,
    #[serde(flatten)]
    rest: Value,
}

#[derive(Debug, Clone, Deserialize)]
struct Uploaded {
    id: u64,
    name: String,
    run: u64,
    receipt: Option<Value>,
    findings: Option<Value>,
    #[serde(flatten)]
    rest: Value,
}

#[derive(Debug, Clone, Deserialize)]
struct FailedJob {
    id: u64,
    run: u64,
    name: String,
    log: String,
    conclusion: Option<String>,
}

/// An environment.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Place {
    name: String,
    tags: Option<Vec<String>>,
    branches: Option<Vec<String>>,
    protected: bool,
    reviewers: bool,
}

impl Known {
    pub(crate) fn tell(&self, state: &mut State, commit: &str) {
        state.runs =
            self.runs.iter().map(|given| run_with(placed(given, commit), commit)).collect();
        state.statuses =
            self.statuses.iter().map(|given| status_with(commit, given.clone())).collect();
        state.issues = self.issues.iter().map(issue).collect();
        for given in &self.uploads {
            if let Some(receipt) = &given.receipt {
                let zip =
                    zipped(&[("receipt.json", placed(receipt, commit).to_string().as_bytes())]);
                state.downloads.insert(given.id.to_string(), zip);
            }
            if let Some(findings) = &given.findings {
                let zip =
                    zipped(&[("findings.json", placed(findings, commit).to_string().as_bytes())]);
                state.downloads.insert(given.id.to_string(), zip);
            }
            state.uploads.push(upload_with(given.id, &given.name, given.run, given.rest.clone()));
        }
        for job in &self.jobs {
            job.tell(state);
        }
        for place in &self.environments {
            place.tell(state);
        }
        for (index, given) in self.releases.iter().enumerate() {
            let mut given = given.clone();
            let assets = given["assets"].take();
            given.as_object_mut().unwrap().remove("assets");
            let id = 100 - index as u64;
            state.releases.push(release_with(id, placed(&given, commit)));
            if given["draft"] != true && state.latest == 0 {
                state.latest = id;
            }
            for name in assets.as_array().into_iter().flatten() {
                state.add_asset(id, name.as_str().unwrap(), b"other bytes", "uploaded");
            }
        }
        state.settings.clone_from(&self.settings);
        state.actions.clone_from(&self.actions);
        state.branches.clone_from(&self.branches);
        state.protected.clone_from(&self.protected);
        state.dispatched.clone_from(&self.dispatched);
        state.faults.clone_from(&self.faults);
    }
}

/// A run of the repository itself for a commit, which succeeded, but for what is given.
#[must_use]
pub fn run_with(given: Value, commit: &str) -> Value {
    let mut run = Description::get().example("workflow-run-paginated")["workflow_runs"][0].take();
    let page = |id: &Value| format!("https://github.com/someone/tool/actions/runs/{id}");
    let id = given.get("id").cloned().unwrap_or_else(|| run["id"].clone());
    let green = json!({
        "path": ".github/workflows/ci.yml",
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "head_branch": "v1.2.3",
        "head_sha": commit,
        "head_repository": { "full_name": "someone/tool" },
        "html_url": page(&id),
    });
    merge(&mut run, green);
    merge(&mut run, given);
    run
}

/// A status of a commit, but for what is given.
#[must_use]
pub fn status_with(commit: &str, given: Value) -> Value {
    let mut status = Description::get().example("status-items")[0].take();
    status["url"] = json!(format!("https://api.github.com/repos/someone/tool/statuses/{commit}"));
    merge(&mut status, given);
    status
}

fn issue(given: &Issue) -> Value {
    let mut issue = issue_with(given.number, &json!({ "labels": [given.label] }));
    if let Some(parent) = given.under {
        issue["parent_issue_url"] = json!(issue_url(&parent.to_string()));
    }
    merge(&mut issue, given.rest.clone());
    issue
}

/// An open issue, as somebody asked for it.
pub(super) fn issue_with(number: u64, asked: &Value) -> Value {
    let mut issue = Description::get().example("issue-items")[0].take();
    let page = format!("https://github.com/someone/tool/issues/{number}");
    let own = json!({ "id": 1000 + number, "number": number, "html_url": page, "state": "open" });
    merge(&mut issue, own);
    issue.as_object_mut().unwrap().remove("pull_request");
    let label = issue["labels"][0].take();
    let labels = asked["labels"].as_array().into_iter().flatten();
    let labels: Vec<Value> = labels
        .map(|name| {
            let mut label = label.clone();
            label["name"] = name.clone();
            label
        })
        .collect();
    let mut asked = asked.clone();
    asked["labels"] = json!(labels);
    merge(&mut issue, asked);
    issue
}

/// What a run uploaded, but for what is given.
#[must_use]
pub fn upload_with(id: u64, name: &str, run: u64, given: Value) -> Value {
    let mut upload = Description::get().example("artifact-paginated")["artifacts"][0].take();
    let own = json!({ "id": id, "name": name, "expired": false, "digest": null });
    merge(&mut upload, own);
    upload["workflow_run"]["id"] = json!(run);
    merge(&mut upload, given);
    upload
}

/// An environment of tags that fit some patterns, and of branches; all refs where neither are given.
#[must_use]
pub fn environment_with(name: &str, custom: bool, protected: bool, reviewers: bool) -> Value {
    let mut environment = Description::get().example("environments")["environments"][0].take();
    let rules = environment["protection_rules"].as_array_mut().unwrap();
    rules.retain(|rule| {
        rule["type"] == "branch_policy" || rule["type"] == "required_reviewers" && reviewers
    });
    environment["name"] = json!(name);
    environment["deployment_branch_policy"] = if custom || protected {
        json!({ "protected_branches": protected, "custom_branch_policies": custom })
    } else {
        Value::Null
    };
    environment
}

impl FailedJob {
    fn tell(&self, state: &mut State) {
        let mut job = Description::get().example("job-paginated")["jobs"][0].take();
        let Self { id, run, name, log, conclusion } = self;
        let ended = conclusion.as_deref().unwrap_or("failure");
        let own = json!({
            "id": id, "run_id": run, "run_attempt": 1, "name": name, "conclusion": ended,
            "created_at": "2026-11-28T00:00:00Z",
            "html_url": format!("https://github.com/someone/tool/actions/runs/{run}/job/{id}"),
        });
        merge(&mut job, own);
        job["steps"][2]["conclusion"] = json!("failure");
        state.jobs.push(job);
        state.downloads.insert(format!("job-{id}"), log.clone().into_bytes());
    }
}

impl Place {
    fn tell(&self, state: &mut State) {
        let is_custom = self.tags.is_some() || self.branches.is_some();
        let new = environment_with(&self.name, is_custom, self.protected, self.reviewers);
        state.environments.push(new);
        let of = |kind: &'static str, names: &Option<Vec<String>>| {
            let names: Vec<String> = names.iter().flatten().cloned().collect();
            names
                .into_iter()
                .map(move |name| json!({ "id": 1, "node_id": "", "name": name, "type": kind }))
        };
        let patterns = of("tag", &self.tags).chain(of("branch", &self.branches)).collect();
        state.ref_patterns.insert(self.name.clone(), patterns);
    }
}

/// A zip of some files.
#[must_use]
pub fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let entries: Vec<Entry> = files
        .iter()
        .map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            Entry::file((*name).to_owned(), path, false)
        })
        .collect();
    let zip = folder.path().join("zip");
    lockstep_archives::pack(lockstep_archives::Format::Zip, &entries, &zip).unwrap();
    std::fs::read(zip).unwrap()
}

fn placed(given: &Value, commit: &str) -> Value {
    serde_json::from_str(&given.to_string().replace("COMMIT", commit)).unwrap()
}

pub(super) fn merge(into: &mut Value, given: Value) {
    match (into, given) {
        (Value::Object(into), Value::Object(given)) => {
            for (key, value) in given {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, given) => *into = given,
    }
}
