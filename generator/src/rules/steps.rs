//! The project's own steps: what they are, when they run, and what stands in them.

use std::collections::HashMap;

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::{Model, Step};
use lockstep_schemas::placeholder::{Part, Placeholder, parts};
use lockstep_schemas::strings::{PinnedAction, TargetId};

use crate::plan::pins;
use crate::suggest;
use crate::violation::{Path, Violations};

/// Whether steps are of a target's build, and how often they run there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OfTarget {
    No,
    Once,
    EachMode,
}

pub(super) struct Steps<'a> {
    model: &'a Model,
    violations: &'a mut Violations,
    /// The first pin of each repository of actions.
    pins: HashMap<String, PinnedAction>,
}

impl<'a> Steps<'a> {
    pub(super) fn of(model: &'a Model, violations: &'a mut Violations) -> Self {
        Self { model, violations, pins: HashMap::new() }
    }

    pub(super) fn check(&mut self, steps: &[Step], at: &Path, of: OfTarget) {
        for (index, step) in steps.iter().enumerate() {
            let at = at.index(index);
            self.form(step, &at);
            self.environment(step, &at);
            self.pin(step, &at);
            self.targets(step, &at, of != OfTarget::No);
            self.occasions(step, &at, of);
            let with = step.inputs.iter().map(|(name, text)| (at.key("with").key(name), text));
            let env = step.env.iter().map(|(name, text)| (at.key("env").key(name), text));
            for (at, text) in with.chain(env) {
                self.placeholders(text.as_str(), &at, of);
            }
        }
    }

    /// When it runs, which is a question of builds alone.
    fn occasions(&mut self, step: &Step, at: &Path, of: OfTarget) {
        if step.modes.is_some() && of != OfTarget::EachMode {
            let message = "this step does not run once a build mode";
            let remedy = "take `modes` out, or move the step to `build.compile`";
            self.violations.add(Rule::StepForm, at.key_itself("modes"), message, remedy);
        }
        if let Some(modes) = &step.modes {
            let unknown = modes.iter().filter(|mode| !self.model.modes.contains(*mode));
            for mode in unknown {
                let message = format!("nothing is built in mode `{}`", mode.id());
                let remedy = "add it to `modes` of the model, or take it out here";
                self.violations.add(Rule::NoMode, at.key("modes"), message, remedy);
            }
            if modes.is_empty() {
                let message = "`modes` is empty, so the step would never run";
                self.violations.add(Rule::NoMode, at.key("modes"), message, "take it out");
            }
        }
        if step.runs.is_some() && of == OfTarget::No {
            let message = "this job builds no target";
            self.violations.add(Rule::StepForm, at.key_itself("runs"), message, "take `runs` out");
        }
    }

    /// What stands in braces in a value: a fact of the target, where there is one; other text, such as JSON, as it is.
    fn placeholders(&mut self, text: &str, at: &Path, of: OfTarget) {
        let known: Vec<&str> = Placeholder::ALL.iter().map(|known| known.name()).collect();
        for part in parts(text) {
            match part {
                Part::Text(_) => {}
                Part::Unknown(braced) => {
                    let name = braced.trim_matches(['{', '}']);
                    if let Some(meant) = suggest::nearest_within(name, &known, 2) {
                        let message = format!("`{braced}` is not a placeholder");
                        let remedy = format!("did you mean `{{{meant}}}`?");
                        self.violations.add(Rule::Placeholder, at.clone(), message, remedy);
                    }
                }
                Part::Placeholder(placeholder) => {
                    let why = match (placeholder, of) {
                        (_, OfTarget::No) => {
                            "this job builds no target; `LOCKSTEP_VERSION` and the like are in the environment of scripts"
                        }
                        (Placeholder::Mode, OfTarget::Once) => {
                            "this step does not run once a build mode"
                        }
                        _ => continue,
                    };
                    let message = format!("`{placeholder}` has no value here: {why}");
                    self.violations.add(Rule::Placeholder, at.clone(), message, "take it out");
                }
            }
        }
    }

    /// A step is a script or an action, with what belongs to it.
    fn form(&mut self, step: &Step, at: &Path) {
        let is_run = step.run.is_some();
        match (is_run, step.uses.is_some()) {
            (true, true) => {
                let message = "a step with both `run` and `uses`";
                self.violations.add(
                    Rule::StepForm,
                    at.key_itself("uses"),
                    message,
                    "make two steps of it",
                );
            }
            (false, false) => {
                let message = "a step with neither `run` nor `uses`";
                self.violations.add(
                    Rule::StepForm,
                    at.clone(),
                    message,
                    "say what it runs: `run: make`",
                );
            }
            _ => {}
        }
        if step.run.as_ref().is_some_and(|run| run.as_str().trim().is_empty()) {
            self.violations.add(
                Rule::StepForm,
                at.key("run"),
                "the script is empty",
                "take the step out",
            );
        }
        if step.uses.is_some() && step.version.is_none() {
            self.violations.add(
                Rule::ActionPin,
                at.key_itself("uses"),
                "an action is pinned without its version, which reviewers and bots read",
                "add the tag of that commit: `version: v1.2.3`",
            );
        }
        let of_run = [
            ("shell", step.shell.is_some()),
            ("working-directory", step.working_directory.is_some()),
        ];
        let of_uses = [("version", step.version.is_some()), ("with", !step.inputs.is_empty())];
        let misplaced = if is_run { of_uses } else { of_run };
        for (key, _) in misplaced.into_iter().filter(|(_, given)| *given) {
            let (owner, other) = if is_run { ("uses", "run") } else { ("run", "uses") };
            let message = format!("`{key}` belongs to `{owner}`, and this step has `{other}`");
            self.violations.add(Rule::StepForm, at.key_itself(key), message, "take it out");
        }
    }

    fn environment(&mut self, step: &Step, at: &Path) {
        const RESERVED: [&str; 4] = ["GITHUB_", "RUNNER_", "LOCKSTEP_", "ACTIONS_"];
        for name in step.env.keys() {
            let upper = name.as_str().to_uppercase();
            if let Some(prefix) = RESERVED.iter().find(|prefix| upper.starts_with(*prefix)) {
                let message = format!("a step cannot set variables that begin with `{prefix}`");
                let at = at.key("env").key_itself(name);
                self.violations.add(Rule::StepVariable, at, message, "give it another name");
            }
        }
    }

    /// One repository of actions has one pin, so that a bot's bump of it means all of them.
    fn pin(&mut self, step: &Step, at: &Path) {
        let Some(action) = &step.uses else { return };
        let (repository, commit) = pins::split(action);
        let first = self.pins.entry(repository.to_string()).or_insert_with(|| action.clone());
        if pins::split(first).1 != commit {
            let message = format!("`{repository}` is pinned to another commit above");
            self.violations.add(
                Rule::ActionPin,
                at.key("uses"),
                message,
                "pin both to the newer one",
            );
        }
    }

    fn targets(&mut self, step: &Step, at: &Path, in_build: bool) {
        let Some(targets) = &step.targets else { return };
        let at = at.key("targets");
        if !in_build {
            let message = "this job builds no target";
            self.violations.add(Rule::StepTargets, at, message, "take `targets` out");
            return;
        }
        let empty = "the step would never run";
        named_targets(self.model, targets, &at, empty, self.violations);
    }
}

/// A list of targets, where without one it were all of them.
pub(super) fn named_targets(
    model: &Model,
    targets: &[TargetId],
    at: &Path,
    empty: &str,
    violations: &mut Violations,
) {
    for (index, target) in targets.iter().enumerate() {
        if !model.targets.contains_key(target) {
            let known = model.targets.keys().map(TargetId::as_str);
            violations.unknown(at.index(index), "target", target.as_str(), known);
        }
    }
    if targets.is_empty() {
        let message = format!("`targets` is empty, so {empty}");
        let remedy = "name some, or take `targets` out: then it is all of them";
        violations.add(Rule::StepTargets, at.clone(), message, remedy);
    }
    violations.repeated(targets, at);
}
