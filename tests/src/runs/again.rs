//! A run of failed jobs again, which act has no word for: what succeeded is replaced by what it came to.
//!
//! GitHub keeps the outputs of a job that succeeded, and does not run it
//! (<https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs>). Of a matrix, the jobs
//! that failed run alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_yaml::{Mapping, Value};

use super::log::{Job, Outcome, Run};

/// What a run has uploaded is still there.
pub(super) fn copy_uploads(first: &Run, to: &Path) {
    for name in first.artifacts() {
        let from = first.artifact(&name).unwrap();
        let copied = Command::new("cp").arg("-R").arg(from).arg(to.join(&name)).status().unwrap();
        assert!(copied.success(), "{name} is copied");
    }
}

/// Takes all jobs that succeeded out of a workflow and of those that it calls.
pub(super) fn only_what_failed(first: &Run, folder: &Path) {
    let path = folder.join(&first.workflow);
    let mut root: Value = serde_yaml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let jobs = root["jobs"].as_mapping_mut().unwrap();
    for (_, job) in jobs.iter_mut() {
        let name = job["name"].as_str().unwrap().to_owned();
        match job.get("uses").and_then(Value::as_str).map(str::to_owned) {
            None => {
                let ran = first.jobs.iter().find(|ran| ran.name == name);
                if let Some(ran) = ran.filter(|ran| ran.outcome == Some(Outcome::Success)) {
                    done(job, &outputs(job, ran, first.attempt));
                }
            }
            Some(called) => {
                let of_call: Vec<&Job> = first
                    .jobs
                    .iter()
                    .filter(|ran| ran.name.starts_with(&format!("{name} / ")))
                    .collect();
                let failed = |ran: &&&Job| ran.outcome != Some(Outcome::Success);
                let failed: Vec<&str> = of_call
                    .iter()
                    .filter(failed)
                    .map(|ran| ran.name.split(" / ").last().unwrap())
                    .collect();
                if of_call.is_empty() {
                    continue;
                }
                if failed.is_empty() {
                    done(job, &BTreeMap::new());
                } else {
                    only_targets(&folder.join(called.rsplit('/').next().unwrap()), &failed);
                }
            }
        }
    }
    fs::write(&path, serde_yaml::to_string(&root).unwrap()).unwrap();
}

/// The outputs that a job came to: of its steps, by their ids.
fn outputs(job: &Value, ran: &Job, attempt: u32) -> BTreeMap<String, String> {
    let steps = job["steps"].as_sequence().unwrap();
    let of_step = |id: &str, name: &str| {
        let step = steps.iter().find(|step| step.get("id").is_some_and(|known| known == id))?;
        ran.step(step["name"].as_str()?).outputs.get(name).cloned()
    };
    let outputs = job.get("outputs").and_then(Value::as_mapping).into_iter().flatten();
    let output = |(name, value): (&Value, &Value)| {
        let value = value.as_str().unwrap();
        let step = value.strip_prefix("${{ steps.").and_then(|rest| rest.strip_suffix(" }}"));
        let text = match step.and_then(|rest| rest.split_once(".outputs.")) {
            Some((id, output)) => of_step(id, output).unwrap_or_default(),
            None => value.replace("${{ github.run_attempt }}", &attempt.to_string()),
        };
        (name.as_str().unwrap().to_owned(), text)
    };
    outputs.map(output).collect()
}

/// Makes a job one that did its work in an earlier attempt.
fn done(job: &mut Value, outputs: &BTreeMap<String, String>) {
    let job = job.as_mapping_mut().unwrap();
    for gone in ["uses", "with", "environment", "container", "strategy", "env"] {
        job.remove(gone);
    }
    job.insert("runs-on".into(), "ubuntu-24.04".into());
    let steps: Value =
        serde_yaml::from_str("[{ name: Done before, run: exit 0, shell: sh }]").unwrap();
    job.insert("steps".into(), steps);
    let outputs: Mapping =
        outputs.iter().map(|(name, text)| (name.as_str().into(), text.as_str().into())).collect();
    job.insert("outputs".into(), Value::Mapping(outputs));
}

/// Leaves the matrix jobs of some targets in a called workflow.
fn only_targets(path: &Path, targets: &[&str]) {
    let mut root: Value = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let matrix = &mut root["jobs"]["build"]["strategy"]["matrix"]["include"];
    let is_wanted = |entry: &Value| targets.contains(&entry["target"].as_str().unwrap());
    matrix.as_sequence_mut().unwrap().retain(is_wanted);
    fs::write(path, serde_yaml::to_string(&root).unwrap()).unwrap();
}
