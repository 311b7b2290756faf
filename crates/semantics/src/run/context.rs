//! What contexts hold
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/contexts>).

use lockstep_schemas::workflow::{JobResult, OutputKind};

use super::variable::Variable;
use super::{Guarded, JobRuns, Runs, Scope, path};
use crate::bdd::{Bdd, TRUE};
use crate::graph::{InputKind, Job, Step};
use crate::value::Value;

impl Runs<'_> {
    pub(super) fn event(&mut self) {
        let values = self.graph.events.iter().map(|event| match event.as_str() {
            // A called workflow sees the event of its caller
            // (https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations#github-context).
            "workflow_call" => Value::Other,
            event => Value::Text(event.to_owned()),
        });
        let values = values.collect();
        let named = |value: &Value| match value.text() {
            Some(event) => Variable::Event(event),
            None => Variable::Event("workflow_call".to_owned()),
        };
        let event = self.one_of(values, named);
        self.contexts.insert(path(&["github", "event_name"]), event);
    }

    /// When an event started the run.
    pub fn is_event(&mut self, name: &str) -> Bdd {
        let event = self.contexts.get(&path(&["github", "event_name"])).cloned();
        let is = |value: &Value| value.text().is_some_and(|text| text == name);
        let guards = event.into_iter().flatten().filter(|(_, value)| is(value));
        let guards: Vec<Bdd> = guards.map(|(guard, _)| guard).collect();
        self.table.any(guards)
    }

    /// When a job put out a text under a name.
    pub fn says(&mut self, job: usize, output: &str, text: &str) -> Bdd {
        let at = path(&["needs", &self.graph.jobs[job].id, "outputs", output]);
        let said = self.contexts.get(&at).cloned().unwrap_or_default();
        let is = |value: &Value| value.text().is_some_and(|said| said == text);
        let guards: Vec<Bdd> =
            said.into_iter().filter(|(_, value)| is(value)).map(|(guard, _)| guard).collect();
        self.table.any(guards)
    }

    /// When an input is given and true.
    pub fn is_on(&mut self, input: &str) -> Bdd {
        let value = self.context(&path(&["inputs", input]));
        self.holds(&value)
    }

    /// An output of a job that was skipped is empty; that of one which did not succeed may be there or not
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context>).
    pub(super) fn outputs(&mut self, place: usize, job: &Job) {
        for (name, kind) in &job.outputs {
            let path = path(&["needs", &job.id, "outputs", name]);
            let texts = match kind {
                OutputKind::Flag => vec!["true".to_owned(), "false".to_owned()],
                OutputKind::Text => self.literals.get(&path).cloned().unwrap_or_default(),
            };
            let mut values: Vec<Value> = texts.into_iter().map(Value::Text).collect();
            if *kind == OutputKind::Text {
                values.insert(0, Value::Other);
                values.push(Value::Text(String::new()));
            }
            let of = |value: &Value| {
                let text = value.text().unwrap_or_else(|| "some text".to_owned());
                Variable::Output(place, name.clone(), text)
            };
            let said = self.one_of(values, of);
            let left = self.variable(Variable::LeftOutput(place, name.clone()));
            let JobRuns { starts, succeeds: success, .. } = self.jobs[place];
            let left = self.table.and(starts, left);
            let is_there = self.table.or(success, left);
            let mut guarded: Guarded = Vec::new();
            for (guard, value) in said {
                guarded.push((self.table.and(guard, is_there), value));
            }
            guarded.push((self.table.not(is_there), Value::Text(String::new())));
            self.contexts.insert(path, guarded);
        }
    }

    pub(super) fn of_context(&mut self, at: &[String], scope: &Scope) -> Guarded {
        let parts: Vec<&str> = at.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["needs", job, "result"] => self.result_of(job, scope),
            ["needs", job, "outputs", _] if self.needed(job, scope).is_none() => {
                vec![(TRUE, Value::Null)]
            }
            ["steps", id, what @ ("outcome" | "conclusion")] => self.step_result(id, what, scope),
            ["steps" | "matrix" | "job" | "runner" | "env", ..] => {
                // Of the job that asks.
                let name = format!("{} of {}", at.join("."), self.graph.jobs[scope.job].id);
                vec![(TRUE, Value::Unknown(name))]
            }
            _ => self.context(at),
        }
    }

    /// A job that this one needs itself: of others the context has nothing
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context>).
    pub(super) fn needed(&self, id: &str, scope: &Scope) -> Option<usize> {
        let needs = &self.graph.jobs[scope.job].needs;
        needs.iter().copied().find(|need| self.graph.jobs[*need].id.eq_ignore_ascii_case(id))
    }

    fn result_of(&mut self, id: &str, scope: &Scope) -> Guarded {
        let Some(job) = self.needed(id, scope) else { return vec![(TRUE, Value::Null)] };
        let named = |result: JobResult| Value::Text(result.id().to_owned());
        JobResult::ALL.map(|result| (self.result(job, result), named(result))).to_vec()
    }

    fn step_result(&mut self, id: &str, what: &str, scope: &Scope) -> Guarded {
        let Some(step) = scope.steps.get(id).copied() else { return vec![(TRUE, Value::Null)] };
        let steps = &self.graph.jobs[scope.job].steps;
        let step_is =
            |step: &&Step| step.id.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(id));
        let hides = what == "conclusion" && steps.iter().find(step_is).is_some_and(|s| s.continues);
        let text = |text: &str| Value::Text(text.to_owned());
        let skipped = self.table.not(step.starts);
        let succeeds = if hides { step.starts } else { step.succeeds };
        let not = self.table.not(succeeds);
        let failed = self.table.and(step.starts, not);
        vec![(succeeds, text("success")), (failed, text("failure")), (skipped, text("skipped"))]
    }

    /// A value of a context that is the same for every job.
    pub(super) fn context(&mut self, at: &[String]) -> Guarded {
        if let Some(known) = self.contexts.get(at) {
            return known.clone();
        }
        let parts: Vec<&str> = at.iter().map(String::as_str).collect();
        let value = match parts.as_slice() {
            ["inputs", name] | ["github", "event", "inputs", name] => self.input(name, at),
            // An output that is not declared is not there.
            ["needs", id, "outputs", _] if self.has_outputs(id) => vec![(TRUE, Value::Null)],
            _ => vec![(TRUE, Value::Unknown(at.join(".")))],
        };
        self.contexts.insert(at.to_vec(), value.clone());
        value
    }

    fn has_outputs(&self, id: &str) -> bool {
        self.graph.jobs.iter().any(|job| job.id.eq_ignore_ascii_case(id))
    }

    /// An input has a value where the event brings some; elsewhere it is not there.
    fn input(&mut self, name: &str, at: &[String]) -> Guarded {
        let Some(input) = self.graph.inputs.iter().find(|input| input.name == name) else {
            return vec![(TRUE, Value::Null)];
        };
        // As text an input comes with the event: GitHub makes no Boolean of it there
        // (https://github.blog/changelog/2022-06-10-github-actions-inputs-unified-across-manual-and-reusable-workflows/).
        if at.first().is_some_and(|first| first == "github") {
            let as_text = |value: Value| match value {
                Value::Boolean(flag) => Value::Text(flag.to_string()),
                other => other,
            };
            let given = self.context(&path(&["inputs", name]));
            return given.into_iter().map(|(guard, value)| (guard, as_text(value))).collect();
        }
        let text = |text: &str| Value::Text(text.to_owned());
        let values = match &input.kind {
            InputKind::Boolean => vec![Value::Boolean(false), Value::Boolean(true)],
            InputKind::Choice(options) => options.iter().map(|option| text(option)).collect(),
            InputKind::Text => {
                let in_event = path(&["github", "event", "inputs", name]);
                let known = [at, &in_event].map(|at| self.literals.get(at).cloned());
                let known = known.into_iter().flatten().flatten();
                let mut values: Vec<Value> = vec![Value::Text(String::new()), Value::Other];
                values.extend(known.filter(|text| !text.is_empty()).map(Value::Text));
                values.dedup();
                values
            }
        };
        let of = |value: &Value| {
            let text = value.text().unwrap_or_else(|| "some text".to_owned());
            Variable::Input(name.to_owned(), text)
        };
        let given = self.one_of(values, of);
        let brings = ["workflow_dispatch", "workflow_call"].map(|event| self.is_started_by(event));
        let brings = self.table.any(brings);
        let mut guarded: Guarded = Vec::new();
        for (guard, value) in given {
            guarded.push((self.table.and(guard, brings), value));
        }
        let none = self.table.not(brings);
        guarded.push((none, Value::Null));
        self.merged(guarded)
    }

    fn is_started_by(&mut self, event: &str) -> Bdd {
        if event == "workflow_call" {
            let events = self.contexts.get(&path(&["github", "event_name"])).cloned();
            let other = events.into_iter().flatten().filter(|(_, value)| *value == Value::Other);
            let other: Vec<Bdd> = other.map(|(guard, _)| guard).collect();
            return self.table.any(other);
        }
        self.is_event(event)
    }
}
