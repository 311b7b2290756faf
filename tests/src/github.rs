//! GitHub's own evaluator of expressions and parser of workflows, and an interpreter that stands on the first: second
//! opinions.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::{root, tools};

/// What the interpreter says of a document; see `tests/github/interpreter.mjs`.
#[must_use]
pub fn interpreted(document: &Value) -> Value {
    asked("interpreter.mjs", document)
}

/// What GitHub's parser says against each of some workflows: name and text.
#[must_use]
pub fn refused(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let files: Vec<Value> =
        files.iter().map(|(name, content)| json!({ "name": name, "content": content })).collect();
    serde_json::from_value(asked("parser.mjs", &json!(files))).unwrap()
}

fn asked(script: &str, document: &Value) -> Value {
    let mut node = Command::new("node")
        .arg(root().join("tests/github").join(script))
        .env("LOCKSTEP_TOOLS", tools::folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut stdin = node.stdin.take().unwrap();
    let text = document.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{script} ends well");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A workflow's text as the interpreter takes it.
#[must_use]
pub fn jobs(root: &serde_yaml::Value) -> Value {
    let jobs = root["jobs"].as_mapping().unwrap().iter().map(|(id, job)| {
        let steps = job.get("steps").and_then(serde_yaml::Value::as_sequence);
        let steps = steps.into_iter().flatten().map(|step| {
            json!({
                "name": step.get("name"), "id": step.get("id"), "if": step.get("if"),
                "continues": continues(step),
            })
        });
        let job = json!({
            "needs": needs(job),
            "if": job.get("if"),
            "continues": continues(job),
            "steps": steps.collect::<Vec<_>>(),
        });
        (id.as_str().unwrap().to_owned(), job)
    });
    Value::Object(jobs.collect())
}

fn needs(job: &serde_yaml::Value) -> Vec<&str> {
    match job.get("needs") {
        Some(serde_yaml::Value::String(one)) => vec![one],
        Some(serde_yaml::Value::Sequence(all)) => {
            all.iter().filter_map(|one| one.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

fn continues(value: &serde_yaml::Value) -> bool {
    value.get("continue-on-error").is_some()
}
