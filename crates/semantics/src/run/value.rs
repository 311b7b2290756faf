//! Expressions, of all runs at once.

use std::collections::HashMap;

use lockstep_schemas::workflow::JobResult;

use super::variable::Variable;
use super::{Guarded, Runs, Scope};
use crate::bdd::{Bdd, FALSE, TRUE};
use crate::expression::{Expression, RESULTS, Status};
use crate::value::Value;

impl Runs<'_> {
    /// When a condition holds; `success()` is meant besides where it names no status
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions>).
    pub(super) fn condition(&mut self, condition: Option<&Expression>, scope: &Scope) -> Bdd {
        let Some(condition) = condition else { return self.status(Status::Success, scope) };
        let value = self.value(condition, scope);
        let holds = self.holds(&value);
        if condition.has_status() {
            return holds;
        }
        let success = self.status(Status::Success, scope);
        self.table.and(holds, success)
    }

    fn status(&mut self, status: Status, scope: &Scope) -> Bdd {
        match status {
            Status::Always => TRUE,
            Status::Cancelled => scope.cancelled,
            Status::Failure => scope.failed,
            Status::Success => {
                let running = self.table.not(scope.cancelled);
                self.table.and(scope.succeeded, running)
            }
        }
    }

    /// When a value holds.
    pub(super) fn holds(&mut self, value: &Guarded) -> Bdd {
        let mut holds = FALSE;
        for (guard, value) in value {
            let one = match value.holds() {
                Some(true) => TRUE,
                Some(false) => FALSE,
                None => self.unknown(&shown(value)),
            };
            let one = self.table.and(*guard, one);
            holds = self.table.or(holds, one);
        }
        holds
    }

    /// When something that is not looked into holds: always the same for the same text.
    pub(super) fn unknown(&mut self, text: &str) -> Bdd {
        if let Some(known) = self.unknown.get(text) {
            return *known;
        }
        let variable = self.variable(Variable::Unknown(text.to_owned()));
        self.unknown.insert(text.to_owned(), variable);
        variable
    }

    fn value(&mut self, expression: &Expression, scope: &Scope) -> Guarded {
        match expression {
            Expression::Literal(value) => vec![(TRUE, value.clone())],
            Expression::Context(path) => self.of_context(path, scope),
            Expression::Opaque(text) => vec![(TRUE, Value::Unknown(text.clone()))],
            Expression::Status(status) => {
                let holds = self.status(*status, scope);
                self.boolean(holds)
            }
            Expression::Not(part) => {
                let value = self.value(part, scope);
                let holds = self.holds(&value);
                let not = self.table.not(holds);
                self.boolean(not)
            }
            Expression::And(parts) => self.joined(parts, scope, true),
            Expression::Or(parts) => self.joined(parts, scope, false),
            Expression::Equal(pair) => {
                if let Some(holds) = self.ended_so(pair, scope) {
                    return self.boolean(holds);
                }
                let sides = (self.value(&pair.0, scope), self.value(&pair.1, scope));
                self.compared(sides, "==", Value::equals)
            }
            Expression::Less(pair, or_equal) => {
                let sides = (self.value(&pair.0, scope), self.value(&pair.1, scope));
                let sign = if *or_equal { "<=" } else { "<" };
                self.compared(sides, sign, |a, b| a.is_less(b, *or_equal))
            }
            Expression::Call(name, arguments) => match self.one_ended_so(name, arguments, scope) {
                Some(holds) => self.boolean(holds),
                None => self.call(name, arguments, scope),
            },
        }
    }

    /// When a job ended as a comparison says, where it is of such.
    fn ended_so(&mut self, pair: &(Expression, Expression), scope: &Scope) -> Option<Bdd> {
        let (Expression::Context(path), Expression::Literal(Value::Text(text))) = pair else {
            return None;
        };
        let [needs, job, result] = path.as_slice() else { return None };
        let is = JobResult::ALL.into_iter().find(|is| is.id() == text)?;
        if needs != "needs" || result != "result" {
            return None;
        }
        let job = self.needed(job, scope)?;
        Some(self.result(job, is))
    }

    /// When one of the jobs that are needed ended so: `contains(needs.*.result, 'failure')`.
    fn one_ended_so(&mut self, name: &str, arguments: &[Expression], scope: &Scope) -> Option<Bdd> {
        let [Expression::Context(path), Expression::Literal(Value::Text(text))] = arguments else {
            return None;
        };
        let is = JobResult::ALL.into_iter().find(|is| is.id() == text)?;
        if name != "contains" || *path != RESULTS {
            return None;
        }
        let mut holds = FALSE;
        for need in &self.graph.jobs[scope.job].needs {
            let one = self.result(*need, is);
            holds = self.table.or(holds, one);
        }
        Some(holds)
    }

    fn boolean(&mut self, holds: Bdd) -> Guarded {
        let not = self.table.not(holds);
        vec![(holds, Value::Boolean(true)), (not, Value::Boolean(false))]
    }

    /// `&&` is its first part that does not hold, or its last; `||` its first that does, or its last.
    fn joined(&mut self, parts: &[Expression], scope: &Scope, and: bool) -> Guarded {
        let mut guarded: Guarded = Vec::new();
        let mut rest = TRUE;
        for (at, part) in parts.iter().enumerate() {
            let value = self.value(part, scope);
            let is_last = at + 1 == parts.len();
            for (guard, value) in value {
                let one = vec![(TRUE, value)];
                let holds = self.holds(&one);
                let stops = if and { self.table.not(holds) } else { holds };
                let stops = if is_last { TRUE } else { stops };
                let guard = self.table.all([rest, guard, stops]);
                guarded.extend(one.into_iter().map(|(_, value)| (guard, value)));
            }
            let reached = self.table.any(guarded.iter().map(|(guard, _)| *guard));
            rest = self.table.not(reached);
        }
        if parts.is_empty() {
            return self.boolean(if and { TRUE } else { FALSE });
        }
        // Only whether it holds is ever asked of a part that is true or false; joined they are fewer.
        self.merged(guarded)
    }

    pub(super) fn merged(&mut self, guarded: Guarded) -> Guarded {
        let mut merged: Guarded = Vec::new();
        for (guard, value) in guarded {
            if guard == FALSE {
                continue;
            }
            match merged.iter_mut().find(|(_, known)| *known == value) {
                Some((known, _)) => *known = self.table.or(*known, guard),
                None => merged.push((guard, value)),
            }
        }
        merged
    }

    fn compared(
        &mut self,
        (a, b): (Guarded, Guarded),
        sign: &str,
        compare: impl Fn(&Value, &Value) -> Option<bool>,
    ) -> Guarded {
        let mut holds = FALSE;
        for (a_guard, a) in &a {
            for (b_guard, b) in &b {
                let one = match compare(a, b) {
                    Some(true) => TRUE,
                    Some(false) => FALSE,
                    None => self.unknown(&format!("{} {sign} {}", shown(a), shown(b))),
                };
                let one = self.table.all([*a_guard, *b_guard, one]);
                holds = self.table.or(holds, one);
            }
        }
        self.boolean(holds)
    }

    /// Functions of texts that are known
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#functions>).
    fn call(&mut self, name: &str, arguments: &[Expression], scope: &Scope) -> Guarded {
        let values: Vec<Guarded> =
            arguments.iter().map(|argument| self.value(argument, scope)).collect();
        let text = |value: &Guarded| match value.as_slice() {
            [(_, value)] => value.text().map(|text| text.to_lowercase()),
            _ => None,
        };
        let known = match values.as_slice() {
            [a, b] => text(a).zip(text(b)).and_then(|(a, b)| match name {
                "contains" => Some(a.contains(&b)),
                "startswith" => Some(a.starts_with(&b)),
                "endswith" => Some(a.ends_with(&b)),
                _ => None,
            }),
            _ => None,
        };
        if let Some(known) = known {
            return vec![(TRUE, Value::Boolean(known))];
        }
        let arguments: Vec<String> = arguments.iter().map(|one| described(one, scope)).collect();
        vec![(TRUE, Value::Unknown(format!("{name}({})", arguments.join(", "))))]
    }

    /// When an expression holds for the steps of a job.
    pub fn when(&mut self, job: usize, expression: &Expression) -> Bdd {
        let happens = &self.jobs[job];
        let scope = Scope {
            job,
            succeeded: TRUE,
            failed: FALSE,
            cancelled: happens.cancelled,
            steps: HashMap::new(),
        };
        let value = self.value(expression, &scope);
        self.holds(&value)
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Unknown(text) => text.clone(),
        Value::Text(text) => format!("'{text}'"),
        Value::Other => "some text".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
    }
}

/// An expression by which what is not looked into is told apart. What is of a job bears its place.
fn described(expression: &Expression, scope: &Scope) -> String {
    match expression {
        Expression::Literal(value) => shown(value),
        Expression::Context(path) => match path.first().map(String::as_str) {
            Some("steps" | "matrix" | "job" | "runner" | "env") => {
                format!("{} of job {}", path.join("."), scope.job)
            }
            _ => path.join("."),
        },
        Expression::Call(name, parts) => {
            let parts: Vec<String> = parts.iter().map(|part| described(part, scope)).collect();
            format!("{name}({})", parts.join(", "))
        }
        Expression::Opaque(text) => text.clone(),
        Expression::Status(_)
        | Expression::Not(_)
        | Expression::And(_)
        | Expression::Or(_)
        | Expression::Equal(_)
        | Expression::Less(..) => format!("{expression:?} of job {}", scope.job),
    }
}
