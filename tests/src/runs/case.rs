//! A run that must stop: one file of `tests/cases/runs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::act::Event;
use super::github::{GitHub, Repository};
use super::log::{Outcome, Run};
use crate::samples::Sample;

/// A run that must stop.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// What of the sample project is changed before it is committed, file by file: text for text.
    #[serde(default)]
    pub change: BTreeMap<String, BTreeMap<String, String>>,
    /// The tag that is pushed, or that the commit has where the run is dispatched.
    pub tag: String,
    /// The ref that the run is dispatched on; a push of the tag without it.
    #[serde(default)]
    pub dispatch: Option<String>,
    /// The inputs of the dispatch.
    #[serde(default)]
    pub inputs: BTreeMap<String, String>,
    /// Whether the tag leads to another commit once the run has started.
    #[serde(default)]
    pub moved: bool,
    /// Where the run stops.
    pub stops: Stop,
}

/// Where a run stops, and what it says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stop {
    /// The job.
    pub job: String,
    /// The step.
    pub step: String,
    /// What an annotation says: what is wrong, and what to do.
    pub says: Vec<String>,
    /// Jobs that do not even start.
    #[serde(default)]
    pub never: Vec<String>,
}

impl Case {
    /// Reads a case.
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn apply_to(&self, project: &Path, is_meant: impl Fn(&str) -> bool) {
        for (file, changes) in self.change.iter().filter(|(file, _)| is_meant(file)) {
            let path = project.join(file);
            let mut text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{file}, which the case changes: {error}"));
            for (from, to) in changes {
                assert!(text.contains(from.as_str()), "{file} has no {from:?}");
                text = text.replace(from.as_str(), to);
            }
            fs::write(path, text).unwrap();
        }
    }

    /// Makes a repository of a project with the case's changes: the model's are rendered, and those of
    /// rendered files made to what was rendered.
    pub fn publish<'a>(&self, sample: &Sample, hub: &'a GitHub) -> Repository<'a> {
        self.apply_to(sample.path(), |file| !file.starts_with(".github/"));
        sample.render();
        self.apply_to(sample.path(), |file| file.starts_with(".github/"));
        sample.commit(hub)
    }

    /// What starts the run.
    #[must_use]
    pub fn event(&self) -> Event {
        match &self.dispatch {
            Some(git_ref) => {
                Event::Dispatch { git_ref: git_ref.clone(), inputs: self.inputs.clone() }
            }
            None => Event::tag(&self.tag),
        }
    }

    /// Holds a run to the case.
    pub fn assert_stopped(&self, run: &Run) {
        let overview = run.overview();
        let stops = &self.stops;
        let job = run.job(&stops.job);
        assert_eq!(job.outcome, Some(Outcome::Failure), "{} must fail:\n{overview}", stops.job);
        let failed: Vec<&str> = job
            .steps
            .iter()
            .filter(|step| step.outcome == Some(Outcome::Failure))
            .map(|step| step.name.as_str())
            .collect();
        assert_eq!(failed, [stops.step.as_str()], "the step that fails:\n{overview}");
        let said: Vec<&str> = job
            .steps
            .iter()
            .flat_map(|step| &step.annotations)
            .map(|annotation| annotation.text.as_str())
            .collect();
        assert!(!stops.says.is_empty(), "a run that stops says why");
        for says in &stops.says {
            let is_said = said.iter().any(|text| text.contains(says.as_str()));
            assert!(is_said, "an annotation must say {says:?}:\n{overview}");
        }
        for name in &stops.never {
            let is_known = name.split(" / ").all(|part| {
                run.workflows.iter().any(|text| {
                    text.contains(&format!("name: {part}\n"))
                        || text.contains(&format!("target: {part}\n"))
                })
            });
            assert!(is_known, "no workflow has a job {name}");
            let started = run.jobs.iter().any(|job| job.name == *name && !job.steps.is_empty());
            assert!(!started, "{name} must not start:\n{overview}");
        }
        assert_eq!(run.artifact("bundle-1"), None, "no bundle appears:\n{overview}");
        assert!(!run.succeeded());
    }
}
