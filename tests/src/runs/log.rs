//! What a run came to, as data, from act's log.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// A run that has ended.
#[derive(Debug)]
pub struct Run {
    /// The file of its workflow.
    pub workflow: String,
    /// Which attempt of it this is, from 1.
    pub attempt: u32,
    /// Its jobs, in the order in which they started.
    pub jobs: Vec<Job>,
    /// How long it took.
    pub took: Duration,
    /// The workflows that it ran or called, as they are rendered.
    pub workflows: Vec<String>,
    /// What act complained of, beside its log.
    pub stderr: String,
    pub(super) folder: TempDir,
}

/// How a job or a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Success,
    /// Not well.
    Failure,
    /// It did not start.
    Skipped,
}

/// A job of a run.
#[derive(Debug, Default)]
pub struct Job {
    /// Its name as GitHub shows it: `Build Linux / linux-x64`.
    pub name: String,
    /// How it ended; `None` where it did not start.
    pub outcome: Option<Outcome>,
    /// Its steps, in order. A composite action's own step is not one.
    pub steps: Vec<Step>,
}

/// A step of a job.
#[derive(Debug, Default)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What it printed.
    pub log: String,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// What it put out.
    pub outputs: BTreeMap<String, String>,
    /// What it added to the job summary.
    pub summary: String,
    /// How long it took.
    pub took: Duration,
    /// The program of Lockstep's that it ran.
    pub program: Option<String>,
}

/// An error that a step told the runner of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The file, where one is meant.
    pub file: Option<String>,
    /// The text.
    pub text: String,
}

impl Run {
    /// Whether every job ended well; those that their condition skips are not among them.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        let is_good = |job: &Job| job.outcome == Some(Outcome::Success);
        !self.jobs.is_empty() && self.jobs.iter().all(is_good)
    }

    /// A job by its name.
    #[must_use]
    pub fn job(&self, name: &str) -> &Job {
        self.jobs
            .iter()
            .find(|job| job.name == name)
            .unwrap_or_else(|| panic!("no job {name}:\n{}", self.overview()))
    }

    /// The folder of a workflow artifact, if it was uploaded.
    #[must_use]
    pub fn artifact(&self, name: &str) -> Option<PathBuf> {
        let folder = artifacts(self.folder.path()).join(name);
        folder.is_dir().then_some(folder)
    }

    /// The folder of all workflow artifacts.
    #[must_use]
    pub fn uploads(&self) -> PathBuf {
        artifacts(self.folder.path())
    }

    /// The names of the workflow artifacts.
    #[must_use]
    pub fn artifacts(&self) -> Vec<String> {
        let entries = fs::read_dir(artifacts(self.folder.path())).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        names
    }

    /// Keeps the run's folder when the test has ended: `log.jsonl` and `artifacts/` stand in it.
    #[must_use]
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    /// Jobs and steps with their outcomes, and all that a failed step printed.
    #[must_use]
    pub fn overview(&self) -> String {
        let mut text = String::new();
        for job in &self.jobs {
            text.push_str(&format!("{} {}\n", mark(job.outcome), job.name));
            for step in &job.steps {
                let took = step.took.as_millis();
                text.push_str(&format!("    {} {} ({took} ms)\n", mark(step.outcome), step.name));
                if step.outcome == Some(Outcome::Failure) {
                    for line in step.log.lines() {
                        text.push_str(&format!("        | {line}\n"));
                    }
                }
                for annotation in &step.annotations {
                    let file = annotation.file.iter().map(|file| format!("{file}: "));
                    let said = file.collect::<String>() + &annotation.text;
                    text.push_str(&format!("        ! {}\n", said.replace('\n', "\n          ")));
                }
            }
        }
        text + &self.stderr
    }
}

impl Job {
    /// A step by its name.
    #[must_use]
    pub fn step(&self, name: &str) -> &Step {
        self.steps
            .iter()
            .find(|step| step.name == name)
            .unwrap_or_else(|| panic!("{} has no step {name}", self.name))
    }
}

fn mark(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Success) => "✓",
        Some(Outcome::Failure) => "✗",
        Some(Outcome::Skipped) => "-",
        None => "?",
    }
}

/// Where stand-ins put workflow artifacts.
pub(super) fn artifacts(folder: &Path) -> PathBuf {
    folder.join("artifacts")
}

/// Reads act's log: one JSON object a line.
pub(super) fn read(log: &str) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    for line in log.lines() {
        let Ok(entry) = serde_json::from_str::<Value>(line) else { continue };
        let Some(name) = job_name(&entry) else { continue };
        let known = jobs.iter().position(|job| job.name == name);
        let index = known.unwrap_or_else(|| {
            jobs.push(Job { name, ..Job::default() });
            jobs.len() - 1
        });
        add(&mut jobs[index], &entry);
    }
    // act tells every job of a matrix to have failed when one has.
    for job in &mut jobs {
        let failed = job.steps.iter().any(|step| step.outcome == Some(Outcome::Failure));
        if job.outcome == Some(Outcome::Failure) && !job.steps.is_empty() && !failed {
            job.outcome = Some(Outcome::Success);
        }
    }
    jobs
}

/// `Build Linux/Build Linux/linux-x64-1`: the calling job, the called workflow, the job and its place in
/// the matrix. `Release/Context`: the workflow and the job.
fn job_name(entry: &Value) -> Option<String> {
    // Names are padded to the width of the longest.
    let parts: Vec<&str> = entry["job"].as_str()?.trim_end().split('/').collect();
    let has_matrix = entry["matrix"].as_object().is_some_and(|matrix| !matrix.is_empty());
    let last = parts.last()?;
    let last = match last.rsplit_once('-') {
        Some((name, place)) if has_matrix && place.parse::<u32>().is_ok() => name,
        _ => last,
    };
    let called = parts.len() > 2;
    Some(if called { format!("{} / {last}", parts[0]) } else { last.to_owned() })
}

fn add(job: &mut Job, entry: &Value) {
    let text = |key: &str| entry[key].as_str().unwrap_or_default();
    if let Some(result) = entry["jobResult"].as_str() {
        job.outcome = Some(outcome(result));
    }
    // A composite action's step stands below the step that uses it.
    let Some(path) = entry["stepID"].as_array() else { return };
    if text("stage") != "Main" {
        return;
    }
    let own = path.len() == 1;
    if own && text("msg").starts_with("⭐ Run Main") {
        job.steps.push(Step { name: text("step").to_owned(), ..Step::default() });
    }
    let name = text("step");
    let Some(step) = (if own {
        job.steps.iter_mut().rev().find(|step| step.name == name)
    } else {
        job.steps.last_mut()
    }) else {
        return;
    };
    if !own && let Some((_, command)) = text("msg").split_once("/launch.sh\" ") {
        step.program = command.split_whitespace().next().map(str::to_owned);
    }
    if entry["raw_output"] == true && !text("msg").starts_with("stand-in: that was all") {
        step.log.push_str(text("msg"));
    }
    match text("command") {
        "error" => step.annotations.push(Annotation {
            file: entry["kvPairs"]["file"].as_str().map(str::to_owned),
            text: text("arg").to_owned(),
        }),
        // An action of ours gives the outputs of its program's step the same names.
        "set-output" => {
            step.outputs.insert(text("name").to_owned(), text("arg").to_owned());
        }
        "summary" => step.summary.push_str(text("content")),
        _ => {}
    }
    if own && let Some(result) = entry["stepResult"].as_str() {
        step.outcome = Some(outcome(result));
        step.took = Duration::from_nanos(entry["executionTime"].as_u64().unwrap_or_default());
    }
}

fn outcome(result: &str) -> Outcome {
    match result {
        "success" => Outcome::Success,
        "skipped" => Outcome::Skipped,
        _ => Outcome::Failure,
    }
}
