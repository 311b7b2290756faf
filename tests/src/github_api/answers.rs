//! What the stand-in answers, and what an answer changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::repository as git;
use super::server::decoded;
use super::{DOWNLOADS, Description, State, actions};

/// An answer.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) body: Value,
    /// The key of the list in it, where it is one.
    pub(super) key: &'static str,
    pub(super) headers: Vec<(String, String)>,
}

impl Answered {
    pub(super) fn with(status: u16, body: Value) -> Self {
        Self { status, body, ..Self::default() }
    }

    /// A list that an object has under a key, as all lists of actions and environments are.
    pub(super) fn list<'v>(key: &'static str, items: impl IntoIterator<Item = &'v Value>) -> Self {
        let items: Vec<&Value> = items.into_iter().collect();
        let mut body = json!({ "total_count": items.len() });
        body[key] = json!(items);
        Self { status: 200, body, key, headers: Vec::new() }
    }

    pub(super) fn not_found() -> Self {
        Self::with(404, json!({ "message": "Not Found", "status": "404" }))
    }

    pub(super) fn found(value: Option<&Value>) -> Self {
        value.map_or_else(Self::not_found, |value| Self::with(200, value.clone()))
    }
}

impl State {
    /// Where the bytes of an upload are.
    pub(super) fn place_of(&self, id: &str) -> String {
        format!("{}{DOWNLOADS}{id}?signature=a-secret", self.downloads_at)
    }

    /// The bytes of an upload.
    pub(super) fn download(&self, id: &str) -> Option<Vec<u8>> {
        self.downloads.get(id).cloned()
    }

    pub(super) fn answer(
        &mut self,
        method: &str,
        path: &str,
        query: &BTreeMap<String, String>,
        body: &Value,
    ) -> Answered {
        let parts = path.trim_start_matches('/').split('/').map(decoded);
        let parts: Vec<String> = parts.collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        if parts == ["user"] {
            let name = "private-user-response-with-public-profile-information";
            let mut user = Description::get().example(name);
            user["login"] = json!("maintainer");
            return Answered::with(200, user);
        }
        if let ["repos", owner, name, rest @ ..] = parts.as_slice()
            && let Some(releases) = self.actions.get(&format!("{owner}/{name}"))
        {
            return actions::look_up(releases, rest);
        }
        if let ["repos", owner, name] = parts.as_slice()
            && let Some(answer) = self.settings.other(&format!("{owner}/{name}"))
        {
            return answer;
        }
        let ["repos", "someone", "tool" | "abacus", rest @ ..] = parts.as_slice() else {
            return Answered::not_found();
        };
        if let ["actions", "runs", id] = rest {
            self.time_goes_on(id);
        }
        match method {
            "GET" => self.look_up(rest, query),
            _ => match rest {
                ["releases", rest @ ..] => self.change_releases(method, rest, query, body),
                _ => self.change(method, rest, body),
            },
        }
    }

    fn look_up(&self, rest: &[&str], query: &BTreeMap<String, String>) -> Answered {
        if let Some(answer) = self.settings.look_up(rest) {
            return answer;
        }
        let asked = |name: &str| query.get(name).map(String::as_str);
        match rest {
            ["actions", rest @ ..] => self.look_up_actions(rest, query),
            [] => {
                let mut repository = repository();
                repository["full_name"] = json!("someone/tool");
                repository["default_branch"] = json!("main");
                repository["permissions"]["push"] = json!(!self.dispatched.read_only);
                repository["permissions"]["admin"] = json!(self.settings.admin);
                Answered::with(200, repository)
            }
            ["git", "ref", name @ ..] => {
                let found = self.repository.as_ref();
                let found = found.and_then(|at| git::reference(at, &name.join("/")));
                Answered::found(found.as_ref())
            }
            ["git", "tags", sha] => {
                let found = self.repository.as_ref().and_then(|at| git::tag(at, sha));
                Answered::found(found.as_ref())
            }
            ["contents", path @ ..] => {
                let found = self.repository.as_ref().zip(asked("ref"));
                let found = found.and_then(|(at, commit)| git::file(at, commit, &path.join("/")));
                Answered::found(found.as_ref())
            }
            ["releases", rest @ ..] => self.look_up_releases(rest),
            ["environments"] => Answered::list("environments", self.environments.iter()),
            ["environments", name, "deployment-branch-policies"] => {
                let patterns = self.ref_patterns.get(*name);
                Answered::list("branch_policies", patterns.into_iter().flatten())
            }
            ["compare", basehead] => {
                let (head, _) = basehead.split_once("...").unwrap();
                let position = self.branches.iter().find(|(name, _)| head_of(name) == head);
                let Some((_, position)) = position else { return Answered::not_found() };
                let mut compared = Description::get().example("commit-comparison");
                compared["status"] = json!(position);
                Answered::with(200, compared)
            }
            ["branches", name] => {
                if !self.branches.is_empty() && !self.branches.contains_key(*name) {
                    return Answered::not_found();
                }
                let mut branch = Description::get().example("branch-get");
                branch["name"] = json!(name);
                branch["commit"]["sha"] = json!(head_of(name));
                branch["protected"] = json!(self.protected.iter().any(|known| known == name));
                branch["protection"]["required_status_checks"]["contexts"] =
                    json!(self.settings.checks);
                Answered::with(200, branch)
            }
            ["attestations", digest] => {
                let of = self.attestations.get(digest.trim_start_matches("sha256:"));
                let of: Vec<&Value> = of.into_iter().flatten().collect();
                if of.is_empty() {
                    return Answered::not_found();
                }
                Answered::with(200, json!({ "attestations": of }))
            }
            ["commits", commit, "statuses"] => {
                let of = |status: &&Value| {
                    status["url"].as_str().is_some_and(|url| url.ends_with(commit))
                };
                Answered::with(200, json!(self.statuses.iter().filter(of).collect::<Vec<_>>()))
            }
            ["issues"] => {
                let wanted = asked("state").unwrap_or("open");
                let of = |issue: &&Value| {
                    asked("labels").is_none_or(|label| has_label(issue, label))
                        && (wanted == "all" || issue["state"] == wanted)
                };
                Answered::with(200, json!(self.issues.iter().filter(of).collect::<Vec<_>>()))
            }
            ["issues", number] => Answered::found(self.issue(number)),
            ["issues", number, "sub_issues"] => {
                let parent = issue_url(number);
                let of = |issue: &&Value| issue["parent_issue_url"] == parent.as_str();
                Answered::with(200, json!(self.issues.iter().filter(of).collect::<Vec<_>>()))
            }
            _ => Answered::not_found(),
        }
    }

    /// What is asked of workflows, runs, jobs and uploads.
    fn look_up_actions(&self, rest: &[&str], query: &BTreeMap<String, String>) -> Answered {
        let asked = |name: &str| query.get(name).map(String::as_str);
        match rest {
            ["workflows", file, "runs"] => {
                let path = format!(".github/workflows/{file}");
                let of =
                    |run: &&Value| run["path"].as_str().is_some_and(|of| of.starts_with(&path));
                if !self.runs.iter().any(|run| of(&run)) {
                    return Answered::not_found();
                }
                let is = |run: &Value, key: &str, name: &str| {
                    asked(name).is_none_or(|wanted| run[key] == wanted)
                };
                let runs = self.runs.iter().filter(of);
                let runs = runs.filter(|run| is(run, "head_sha", "head_sha"));
                let runs = runs.filter(|run| is(run, "head_branch", "branch"));
                Answered::list("workflow_runs", runs)
            }
            ["runs", id] => Answered::found(self.runs.iter().find(|run| is_number(&run["id"], id))),
            ["runs", id, "attempts", attempt] => {
                let of = |run: &&Value| {
                    is_number(&run["id"], id) && is_number(&run["run_attempt"], attempt)
                };
                Answered::found(self.runs.iter().find(of))
            }
            ["runs", id, "pending_deployments"] => {
                let run = self.runs.iter().find(|run| is_number(&run["id"], id));
                let waits = run.is_some_and(|run| run["status"] == "waiting");
                let waiting = self.dispatched.waits_for.as_ref().filter(|_| waits);
                let waiting: Vec<Value> = waiting
                    .into_iter()
                    .map(|place| {
                        let mut all = Description::get().example("pending-deployment-items");
                        all[0]["environment"]["name"] = json!(place);
                        all[0]["reviewers"] = json!([]);
                        all[0].take()
                    })
                    .collect();
                Answered::with(200, json!(waiting))
            }
            ["runs", id, "artifacts"] => {
                let of = |upload: &&Value| is_number(&upload["workflow_run"]["id"], id);
                Answered::list("artifacts", self.uploads.iter().filter(of))
            }
            ["runs", id, "attempts", attempt, "jobs"] => {
                let of = |job: &&Value| {
                    is_number(&job["run_id"], id) && is_number(&job["run_attempt"], attempt)
                };
                Answered::list("jobs", self.jobs.iter().filter(of))
            }
            ["jobs", id, "logs"] if self.downloads.contains_key(&format!("job-{id}")) => {
                let headers = vec![("location".to_owned(), self.place_of(&format!("job-{id}")))];
                Answered { status: 302, headers, ..Answered::default() }
            }
            ["artifacts"] => {
                let of = |upload: &&Value| asked("name").is_none_or(|name| upload["name"] == name);
                Answered::list("artifacts", self.uploads.iter().filter(of))
            }
            ["artifacts", id, "zip"] if self.downloads.contains_key(*id) => {
                let headers = vec![("location".to_owned(), self.place_of(id))];
                Answered { status: 302, headers, ..Answered::default() }
            }
            _ => Answered::not_found(),
        }
    }

    /// A dispatched run that was looked at goes on.
    fn time_goes_on(&mut self, id: &str) {
        let waits = self.dispatched.waits_for.is_some();
        let ends = self.dispatched.conclusion.as_deref().unwrap_or("success");
        let Some(run) = self.runs.iter_mut().find(|run| is_number(&run["id"], id)) else { return };
        match run["status"].as_str() {
            Some("queued") => run["status"] = json!(if waits { "waiting" } else { "in_progress" }),
            Some("waiting" | "in_progress") if run["event"] == "workflow_dispatch" => {
                run["status"] = json!("completed");
                run["conclusion"] = json!(ends);
            }
            _ => {}
        }
    }

    fn issue(&self, number: &str) -> Option<&Value> {
        self.issues.iter().find(|issue| is_number(&issue["number"], number))
    }

    fn change(&mut self, method: &str, rest: &[&str], body: &Value) -> Answered {
        let issue = |number: &str, state: &Self| {
            state.issues.iter().position(|issue| is_number(&issue["number"], number))
        };
        match (method, rest) {
            ("POST", ["actions", "workflows", file, "dispatches"]) => {
                let id = 100 + self.runs.len() as u64;
                let run = super::known::run_with(
                    json!({
                        "id": id,
                        "path": format!(".github/workflows/{file}"),
                        "event": "workflow_dispatch",
                        "head_branch": body["ref"],
                        "status": "queued",
                        "conclusion": null,
                    }),
                    "0000000000000000000000000000000000000000",
                );
                self.runs.insert(0, run);
                let mut started = Description::get().example("workflow-dispatch-response");
                started["workflow_run_id"] = json!(id);
                Answered::with(200, started)
            }
            ("POST", ["statuses", commit]) => {
                let mut status = super::known::status_with(commit, body.clone());
                status["creator"]["login"] = json!("github-actions[bot]");
                self.statuses.insert(0, status.clone());
                Answered::with(201, status)
            }
            ("POST", ["issues"]) => {
                let number =
                    1 + self.issues.iter().filter_map(|i| i["number"].as_u64()).max().unwrap_or(0);
                let new = super::known::issue_with(number, body);
                self.issues.insert(0, new.clone());
                Answered::with(201, new)
            }
            ("PATCH", ["issues", number]) => {
                let Some(at) = issue(number, self) else { return Answered::not_found() };
                super::known::merge(&mut self.issues[at], body.clone());
                Answered::with(200, self.issues[at].clone())
            }
            ("POST", ["issues", number, "sub_issues"]) => {
                let is_it = |issue: &&mut Value| issue["id"] == body["sub_issue_id"];
                let Some(below) = self.issues.iter_mut().find(is_it) else {
                    return Answered::not_found();
                };
                below["parent_issue_url"] = json!(issue_url(number));
                match issue(number, self) {
                    Some(at) => Answered::with(201, self.issues[at].clone()),
                    None => Answered::not_found(),
                }
            }
            _ => Answered::not_found(),
        }
    }
}

/// A repository, as GitHub's own example has it.
pub(super) fn repository() -> Value {
    let mut repository = Description::get().example("full-repository-default-response");
    // The example lacks what the description asks for.
    repository["language"] = json!(null);
    for of in ["source", "parent", "template_repository"] {
        if repository[of].is_object() {
            repository[of]["language"] = json!(null);
        }
    }
    repository
}

/// The last commit of a branch.
fn head_of(branch: &str) -> String {
    let name = branch.bytes().fold(String::new(), |all, byte| format!("{all}{byte:02x}"));
    format!("{name:0<40}")
}

/// Whether a value is the number that a path names.
pub(super) fn is_number(value: &Value, named: &str) -> bool {
    named.parse::<u64>().is_ok_and(|named| value.as_u64() == Some(named))
}

fn has_label(issue: &Value, label: &str) -> bool {
    let mut labels = issue["labels"].as_array().into_iter().flatten();
    labels.any(|known| known["name"] == label)
}

/// An issue's address.
pub(super) fn issue_url(number: &str) -> String {
    format!("https://api.github.com/repos/someone/tool/issues/{number}")
}
