//! What GitHub knows in a case, said by what differs from its own examples.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Description, Fault, State};

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

impl Known {
    pub(crate) fn tell(&self, state: &mut State, commit: &str) {
        state.runs =
            self.runs.iter().map(|given| run_with(placed(given, commit), commit)).collect();
        state.statuses =
            self.statuses.iter().map(|given| status_with(commit, given.clone())).collect();
        state.issues = self.issues.iter().map(issue).collect();
        state.faults.clone_from(&self.faults);
    }
}

/// A run of the repository itself for a commit, which succeeded, but for what is given.
#[must_use]
pub fn run_with(given: Value, commit: &str) -> Value {
    let mut run = Description::get().example("workflow-run-paginated")["workflow_runs"][0].take();
    let green = json!({
        "path": ".github/workflows/ci.yml",
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "head_branch": "v1.2.3",
        "head_sha": commit,
        "head_repository": { "full_name": "someone/tool" },
    });
    merge(&mut run, green);
    merge(&mut run, given);
    run
}

fn status_with(commit: &str, given: Value) -> Value {
    let mut status = Description::get().example("status-items")[0].take();
    status["url"] = json!(format!("https://api.github.com/repos/someone/tool/statuses/{commit}"));
    merge(&mut status, given);
    status
}

fn issue(given: &Issue) -> Value {
    let mut issue = Description::get().example("issue-items")[0].take();
    let page = format!("https://github.com/someone/tool/issues/{}", given.number);
    merge(&mut issue, json!({ "number": given.number, "html_url": page }));
    issue.as_object_mut().unwrap().remove("pull_request");
    issue["labels"][0]["name"] = json!(given.label);
    if let Some(parent) = given.under {
        let parent = format!("https://api.github.com/repos/someone/tool/issues/{parent}");
        issue["parent_issue_url"] = json!(parent);
    }
    merge(&mut issue, given.rest.clone());
    issue
}

fn placed(given: &Value, commit: &str) -> Value {
    serde_json::from_str(&given.to_string().replace("COMMIT", commit)).unwrap()
}

fn merge(into: &mut Value, given: Value) {
    match (into, given) {
        (Value::Object(into), Value::Object(given)) => {
            for (key, value) in given {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, given) => *into = given,
    }
}
