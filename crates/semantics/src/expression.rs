//! Expressions, read from text or made of a typed condition.

use github_actions_expressions as github;
use github_actions_expressions::call::Call;
use github_actions_expressions::literal::Literal;
use github_actions_expressions::op::{BinExpr, BinOp, UnOp};
use lockstep_schemas::workflow::{Condition, Fact};

use crate::value::Value;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A literal.
    Literal(Value),
    /// A value of a context by its path, in lower case: `needs.build.result`.
    Context(Vec<String>),
    /// A status function.
    Status(Status),
    /// Any other function, by its name in lower case.
    Call(String, Vec<Self>),
    /// `!`.
    Not(Box<Self>),
    /// `&&`.
    And(Vec<Self>),
    /// `||`.
    Or(Vec<Self>),
    /// `==`.
    Equal(Box<(Self, Self)>),
    /// `<`, or `<=`.
    Less(Box<(Self, Self)>, bool),
    /// Something whose value is not looked into, by its text.
    Opaque(String),
}

/// A status function
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `success()`.
    Success,
    /// `always()`.
    Always,
    /// `cancelled()`.
    Cancelled,
    /// `failure()`.
    Failure,
}

impl Expression {
    /// The expression of an `if`, with or without `${{ }}` around it.
    ///
    /// # Errors
    ///
    /// Why the text is not an expression.
    pub fn of_condition(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
        match bare.filter(|bare| !bare.contains("${{")) {
            Some(bare) => Self::parse(bare),
            None if text.contains("${{") => Self::of_text(text),
            None => Self::parse(text.trim()),
        }
    }

    /// An `if` with anything around `${{ }}`, be it the end of a line, is text, which is never empty and so always
    /// holds (<https://docs.zizmor.sh/audits/#unsound-condition>). The status functions within still count as called.
    fn of_text(text: &str) -> Result<Self, String> {
        let mut parts = vec![Self::Literal(Value::Other)];
        for part in text.split("${{").skip(1) {
            let (bare, _) = part.split_once("}}").ok_or("`${{` has no `}}`")?;
            parts.push(Self::parse(bare)?);
        }
        Ok(Self::Or(parts))
    }

    /// An expression without `${{ }}`.
    ///
    /// # Errors
    ///
    /// Why the text is not an expression.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parsed = github::Expr::parse(text).map_err(|error| error.to_string())?;
        Ok(Self::of(&parsed))
    }

    fn of(expr: &github::SpannedExpr<'_>) -> Self {
        match &expr.inner {
            github::Expr::Literal(literal) => Self::Literal(literal_value(literal)),
            github::Expr::Call(Call { func, args }) => {
                // A function's name, as its variant has it.
                let name = format!("{func:?}").to_lowercase();
                let status = match name.as_str() {
                    "success" => Some(Status::Success),
                    "always" => Some(Status::Always),
                    "cancelled" => Some(Status::Cancelled),
                    "failure" => Some(Status::Failure),
                    _ => None,
                };
                match status.filter(|_| args.is_empty()) {
                    Some(status) => Self::Status(status),
                    None => Self::Call(name, args.iter().map(Self::of).collect()),
                }
            }
            github::Expr::Context(_) => context(expr.origin.raw),
            github::Expr::UnExpr { op: UnOp::Not, expr } => Self::Not(Box::new(Self::of(expr))),
            github::Expr::BinExpr(BinExpr { lhs, op, rhs }) => {
                let [a, b] = [lhs, rhs].map(|side| Self::of(side));
                binary(op, a, b)
            }
            github::Expr::Star | github::Expr::Identifier(_) | github::Expr::Index(_) => {
                Self::Opaque(expr.origin.raw.to_owned())
            }
        }
    }

    /// Whether it calls a status function. Where none is called, `success()` is meant besides.
    #[must_use]
    pub fn has_status(&self) -> bool {
        self.has(&|_| true)
    }

    /// Whether it calls this status function.
    #[must_use]
    pub fn calls(&self, status: Status) -> bool {
        self.has(&|called| called == status)
    }

    fn has(&self, is: &impl Fn(Status) -> bool) -> bool {
        match self {
            Self::Status(status) => is(*status),
            Self::Literal(_) | Self::Context(_) | Self::Opaque(_) => false,
            Self::Call(_, parts) | Self::And(parts) | Self::Or(parts) => {
                parts.iter().any(|part| part.has(is))
            }
            Self::Not(part) => part.has(is),
            Self::Equal(pair) | Self::Less(pair, _) => pair.0.has(is) || pair.1.has(is),
        }
    }

    /// The texts that values of contexts are compared with, also by `contains`: path and text.
    pub fn compared(&self, found: &mut impl FnMut(&[String], &str)) {
        match self {
            Self::Equal(pair) => {
                match &**pair {
                    (Self::Context(path), Self::Literal(Value::Text(text)))
                    | (Self::Literal(Value::Text(text)), Self::Context(path)) => found(path, text),
                    _ => {}
                }
                pair.0.compared(found);
                pair.1.compared(found);
            }
            Self::Less(pair, _) => {
                pair.0.compared(found);
                pair.1.compared(found);
            }
            Self::Call(_, parts) | Self::And(parts) | Self::Or(parts) => {
                if let [Self::Context(path), Self::Literal(Value::Text(text))] = parts.as_slice() {
                    found(path, text);
                }
                for part in parts {
                    part.compared(found);
                }
            }
            Self::Not(part) => part.compared(found),
            Self::Literal(_) | Self::Context(_) | Self::Status(_) | Self::Opaque(_) => {}
        }
    }
}

fn literal_value(literal: &Literal<'_>) -> Value {
    match literal {
        Literal::Number(number) => Value::Number(*number),
        Literal::String(text) => Value::Text(text.to_string()),
        Literal::Boolean(value) => Value::Boolean(*value),
        Literal::Null => Value::Null,
    }
}

/// The results of all jobs that are needed, `needs.*.result`.
pub const RESULTS: [&str; 3] = ["needs", "*", "result"];

/// A context's path, where every part of it is a name.
fn context(text: &str) -> Expression {
    let text = &text.replace("['", ".").replace("']", "");
    let parts: Vec<String> = text.split('.').map(|part| part.trim().to_lowercase()).collect();
    let is_name = |part: &String| {
        let mut chars = part.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    if parts.iter().all(is_name) || parts == RESULTS {
        Expression::Context(parts)
    } else {
        Expression::Opaque(text.clone())
    }
}

fn binary(op: &BinOp, a: Expression, b: Expression) -> Expression {
    let pair = Box::new((a, b));
    match op {
        BinOp::And => Expression::And(vec![pair.0, pair.1]),
        BinOp::Or => Expression::Or(vec![pair.0, pair.1]),
        BinOp::Eq => Expression::Equal(pair),
        BinOp::Neq => Expression::Not(Box::new(Expression::Equal(pair))),
        BinOp::Lt => Expression::Less(pair, false),
        BinOp::Le => Expression::Less(pair, true),
        BinOp::Gt => Expression::Less(Box::new((pair.1, pair.0)), false),
        BinOp::Ge => Expression::Less(Box::new((pair.1, pair.0)), true),
    }
}

impl From<&Condition> for Expression {
    fn from(condition: &Condition) -> Self {
        match condition {
            Condition::All(all) => Self::And(all.iter().map(Self::from).collect()),
            Condition::Any(any) => Self::Or(any.iter().map(Self::from).collect()),
            Condition::Not(not) => Self::Not(Box::new(Self::from(&**not))),
            Condition::Is(fact) => Self::from(fact),
        }
    }
}

impl From<&Fact> for Expression {
    fn from(fact: &Fact) -> Self {
        let path =
            |parts: &[&str]| Self::Context(parts.iter().map(|part| part.to_lowercase()).collect());
        let text = |text: &str| Self::Literal(Value::Text(text.to_owned()));
        let is = |context: Self, value: &str| Self::Equal(Box::new((context, text(value))));
        match fact {
            Fact::Always => Self::Status(Status::Always),
            Fact::Cancelled => Self::Status(Status::Cancelled),
            Fact::Failure => Self::Status(Status::Failure),
            Fact::Result(job, result) => is(path(&["needs", job.as_str(), "result"]), result.id()),
            Fact::Selected(channel, selected) => {
                let output = path(&["needs", "resolve", "outputs", channel.id()]);
                is(output, if *selected { "true" } else { "false" })
            }
            Fact::Rehearsal => path(&["inputs", "rehearsal"]),
            Fact::OnTag => is(path(&["github", "ref_type"]), "tag"),
            Fact::Admitted(admitted) => {
                let output = path(&["needs", "resolve", "outputs", "admitted"]);
                is(output, if *admitted { "true" } else { "false" })
            }
            Fact::Wanted => is(path(&["needs", "snapshot", "outputs", "wanted"]), "true"),
            Fact::InputIsEmpty(name) => is(path(&["inputs", name.as_str()]), ""),
            Fact::Event(event) => is(path(&["github", "event_name"]), event.id()),
            Fact::StepSucceeded(step) => is(path(&["steps", step.0, "outcome"]), "success"),
            Fact::Target(id) => is(path(&["matrix", "target"]), id.as_str()),
            Fact::OfChannel(kind) => is(path(&["matrix", "channel"]), kind.id()),
            Fact::Contained => path(&["matrix", "container"]),
            Fact::Waived { by, gate } => {
                let waived = path(&["needs", by.as_str(), "outputs", "waived"]);
                Self::Call("contains".to_owned(), vec![waived, text(&format!("\"{gate}\""))])
            }
        }
    }
}
