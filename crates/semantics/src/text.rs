//! The graph of a workflow file.

use std::collections::BTreeMap;
use std::fmt;

use github_actions_models::workflow::Workflow;
use lockstep_schemas::workflow::{OutputKind, Role};
use serde_yaml::Value;

use crate::expression::Expression;
use crate::graph::{Graph, Input, InputKind, Job, Powers, Step};

/// The most jobs and steps of a file that is looked into. GitHub's own workflows have some tens.
const LARGEST: usize = 2000;

/// What is known of a file beside its text.
pub struct Known<'a> {
    /// The role of a step, by its job's id and its name.
    pub role: &'a dyn Fn(&str, &str) -> Role,
    /// What an output of a job can say, by its job's id and its name.
    pub output: &'a dyn Fn(&str, &str) -> OutputKind,
}

/// Why a file is no graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRead {
    /// What is wrong.
    pub what: String,
    /// Where, from 1; 0 where that is not known.
    pub line: usize,
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Graph {
    /// The graph of a workflow file's text.
    ///
    /// # Errors
    ///
    /// Where it is no workflow, or a condition in it is no expression.
    pub fn read(file: &str, text: &str, known: &Known<'_>) -> Result<Self, NotRead> {
        let of_yaml = |error: serde_yaml::Error| NotRead {
            line: error.location().map_or(0, |at| at.line()),
            what: format!("is not a workflow: {error}"),
        };
        // What GitHub would refuse is no graph; what is read of it is read from its plain form.
        serde_yaml::from_str::<Workflow>(text).map_err(of_yaml)?;
        let root: Value = serde_yaml::from_str(text).map_err(of_yaml)?;
        // YAML 1.1 takes `on` for true.
        let on = root.get("on").or_else(|| root.get(Value::Bool(true))).unwrap_or(&Value::Null);
        let jobs = root.get("jobs").and_then(Value::as_mapping).cloned().unwrap_or_default();
        let named: Vec<(String, Value)> =
            jobs.into_iter().filter_map(|(id, job)| Some((id.as_str()?.to_owned(), job))).collect();
        let parts = named.iter().map(|(_, job)| 1 + job.get("steps").map_or(0, length));
        if parts.sum::<usize>() > LARGEST {
            let what = format!("has more than {LARGEST} jobs and steps, and is not looked into");
            return Err(NotRead { what, line: 0 });
        }
        let order = in_order(&named).map_err(|what| NotRead { what, line: 0 })?;
        let ids: Vec<&str> = order.iter().map(|at| named[*at].0.as_str()).collect();
        let jobs = order.iter().map(|at| {
            let (id, value) = &named[*at];
            let line = line_of(text, id);
            let reader = Reader { id, value, root: &root, ids: &ids, known };
            reader.job(line).map_err(|what| NotRead { what, line })
        });
        Ok(Self {
            file: file.to_owned(),
            events: events(on),
            inputs: inputs(on),
            jobs: jobs.collect::<Result<_, _>>()?,
        })
    }
}

fn length(steps: &Value) -> usize {
    steps.as_sequence().map_or(0, Vec::len)
}

/// The line of a job, from 1; 0 where it is not written as a block.
fn line_of(text: &str, id: &str) -> usize {
    let mut lines = text.lines().enumerate().skip_while(|(_, line)| line.trim_end() != "jobs:");
    let is_job = |line: &str| {
        let name = line.trim().strip_suffix(':').unwrap_or_default();
        name == id && line.starts_with([' ', '\t'])
    };
    lines.find(|(_, line)| is_job(line)).map_or(0, |(at, _)| at + 1)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Sequence(all)) => {
            all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The jobs by their places, each behind those that it needs.
fn in_order(named: &[(String, Value)]) -> Result<Vec<usize>, String> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < named.len() {
        let is_ready = |at: &usize| {
            let needs = texts(named[*at].1.get("needs"));
            let is_done = |need: &String| order.iter().any(|done| named[*done].0 == *need);
            !order.contains(at) && needs.iter().all(is_done)
        };
        match (0..named.len()).find(is_ready) {
            Some(ready) => order.push(ready),
            None => {
                return Err("has jobs that need each other, or a job that is not there".to_owned());
            }
        }
    }
    Ok(order)
}

fn events(on: &Value) -> Vec<String> {
    match on {
        Value::Mapping(map) => map.keys().filter_map(Value::as_str).map(str::to_owned).collect(),
        other => texts(Some(other)),
    }
}

fn inputs(on: &Value) -> Vec<Input> {
    let mut inputs: BTreeMap<String, InputKind> = BTreeMap::new();
    for event in ["workflow_dispatch", "workflow_call"] {
        let of = on.get(event).and_then(|event| event.get("inputs")).and_then(Value::as_mapping);
        for (name, input) in of.into_iter().flatten() {
            let Some(name) = name.as_str() else { continue };
            let kind = match input.get("type").and_then(Value::as_str) {
                Some("boolean") => InputKind::Boolean,
                Some("choice") => InputKind::Choice(texts(input.get("options"))),
                _ => InputKind::Text,
            };
            inputs.insert(name.to_lowercase(), kind);
        }
    }
    inputs.into_iter().map(|(name, kind)| Input { name, kind }).collect()
}

/// A flag that may be an expression, which then can be true.
fn can_be(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(_) => true,
    }
}

struct Reader<'a> {
    id: &'a str,
    value: &'a Value,
    root: &'a Value,
    ids: &'a [&'a str],
    known: &'a Known<'a>,
}

impl Reader<'_> {
    fn job(&self, line: usize) -> Result<Job, String> {
        let needs = texts(self.value.get("needs"));
        let needs = needs.iter().filter_map(|need| self.ids.iter().position(|id| id == need));
        let outputs = self.value.get("outputs").and_then(Value::as_mapping);
        let outputs = outputs.into_iter().flatten().filter_map(|(name, _)| name.as_str());
        Ok(Job {
            id: self.id.to_owned(),
            needs: needs.collect(),
            condition: condition(self.value)?,
            may_be_empty: self.may_be_empty(),
            continues: can_be(self.value.get("continue-on-error")),
            powers: self.powers(),
            steps: self.steps()?,
            outputs: outputs
                .map(|name| (name.to_lowercase(), (self.known.output)(self.id, name)))
                .collect(),
            line,
        })
    }

    fn steps(&self) -> Result<Vec<Step>, String> {
        // A call has no steps of its own: what it is to the promises, its job says.
        let Some(steps) = self.value.get("steps").and_then(Value::as_sequence) else {
            let role = (self.known.role)(self.id, "");
            let name = self.id.to_owned();
            return Ok(vec![Step { id: None, name, condition: None, continues: false, role }]);
        };
        let step = |(at, step): (usize, &Value)| {
            let text = |key: &str| step.get(key).and_then(Value::as_str);
            let name = text("name")
                .or(text("uses"))
                .map_or_else(|| format!("step {}", at + 1), str::to_owned);
            Ok(Step {
                id: text("id").map(str::to_owned),
                condition: condition(step)?,
                continues: can_be(step.get("continue-on-error")),
                role: (self.known.role)(self.id, &name),
                name,
            })
        };
        steps.iter().enumerate().map(step).collect()
    }

    /// Whether the matrix is made by an expression, at least in part: it may then be of no job.
    fn may_be_empty(&self) -> bool {
        let matrix = self.value.get("strategy").and_then(|strategy| strategy.get("matrix"));
        let is_made = |value: &Value| value.as_str().is_some_and(|text| text.contains("${{"));
        match matrix {
            Some(Value::Mapping(map)) => map.values().any(is_made),
            Some(other) => is_made(other),
            None => false,
        }
    }

    fn powers(&self) -> Powers {
        let mut powers = Powers::default();
        let permissions = self.value.get("permissions").or_else(|| self.root.get("permissions"));
        match permissions {
            Some(Value::Mapping(map)) => {
                for (scope, access) in map {
                    match (scope.as_str(), access.as_str()) {
                        (Some("id-token"), Some("write")) => powers.identity = true,
                        (Some(scope), Some("write")) => {
                            powers.writes.insert(scope.to_owned());
                        }
                        _ => {}
                    }
                }
            }
            Some(Value::String(all)) if all == "read-all" => {}
            Some(Value::String(_)) => {
                powers.writes.insert("all".to_owned());
                powers.identity = true;
            }
            // Without a word of them the repository's settings decide, which may allow to write
            // (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions).
            _ => {
                powers.writes.insert("contents".to_owned());
            }
        }
        powers.secrets = self.value.get("environment").is_some()
            || self.value.get("secrets").is_some()
            || names_secret(self.value)
            || self.root.get("env").is_some_and(names_secret);
        powers
    }
}

/// Whether a secret is named, other than the token that every job has.
fn names_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let text = text.to_lowercase().replace("secrets.github_token", "");
            text.contains("${{") && text.contains("secrets")
        }
        Value::Sequence(all) => all.iter().any(names_secret),
        Value::Mapping(map) => map.values().any(names_secret),
        _ => false,
    }
}

fn condition(value: &Value) -> Result<Option<Expression>, String> {
    match value.get("if") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(holds)) => {
            Ok(Some(Expression::Literal(crate::value::Value::Boolean(*holds))))
        }
        Some(Value::String(text)) => Expression::of_condition(text)
            .map(Some)
            .map_err(|error| format!("`if: {text}` is not an expression: {error}")),
        Some(Value::Number(number)) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            Ok(Some(Expression::Literal(crate::value::Value::Number(number))))
        }
        Some(_) => Err("`if` is neither text, a number nor a boolean".to_owned()),
    }
}
