//! Load: a file's text → a [`Model`], or everything that is wrong with it at once.
//!
//! The text becomes a tree that remembers where each value stands (`lockstep_yaml`). Serde decides whether
//! the tree is a model. Where it is not, the model's JSON Schema explains why, violation by
//! violation, and repairs the tree so far that the rules can look at the rest (`explain`). The
//! rules (`rules`) know what no single type can say.

mod alternatives;
mod explain;
mod places;
mod repair;
mod source;
mod wording;

pub use source::{Source, rust_of};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::document::Document;
use lockstep_schemas::model::Model;
use lockstep_schemas::strings::RustVersion;
use lockstep_yaml::{self as yaml, Bounds};
use serde_json::Value;

use crate::problems::Problems;
use crate::rules;
use crate::violation::{Path, Violation};

use source::RUST_FILE;

/// What a model needs: eight levels, and a fraction of these values for 200 targets.
const BOUNDS: Bounds = Bounds { depth: 32, values: 100_000, tags: false, last: false };

/// What a document of another kind needs: a manifest of fifty thousand files.
const DOCUMENT_BOUNDS: Bounds = Bounds { values: 2_000_000, ..BOUNDS };

/// Which document a text is, and whether it holds to the schema of that; of one that nobody names, the document that has most of its keys.
///
/// # Errors
///
/// All that is wrong.
pub fn validate(source: &Source, named: Option<Document>) -> Result<Document, Problems> {
    let fail = |list| Problems::new(&source.name, &source.text, list);
    let read = lockstep_yaml::read(&source.text, DOCUMENT_BOUNDS).map_err(fail)?;
    let Some(root) = &read.root else {
        return Err(fail(vec![Diagnostic::new(Rule::DocumentInvalid, "is empty")]));
    };
    let value = root.to_json();
    let Some(document) = named.or_else(|| Document::like(&value)) else {
        let kinds = Document::ALL.map(Document::name).join(", ");
        let problem = Diagnostic::new(Rule::DocumentInvalid, "is no document of Lockstep's")
            .with_remedy(format!("name the one that it should be with --as: {kinds}"));
        return Err(fail(vec![places::located(root, &Path::default(), problem)]));
    };
    if document == Document::Model {
        return load_reference(source).map(|_| document);
    }
    let mut problems = read.problems.clone();
    problems.extend(explain::violations(document, root, &value));
    if problems.is_empty() { Ok(document) } else { Err(fail(problems)) }
}

/// The model of a source, or all that is wrong with it.
///
/// # Errors
///
/// All that is wrong.
pub fn load(source: &Source) -> Result<Model, Problems> {
    load_but(source, None)
}

/// The same of one of Lockstep's reference models: until Lockstep's first release there is no commit that they could name.
///
/// # Errors
///
/// All else that is wrong.
pub fn load_reference(source: &Source) -> Result<Model, Problems> {
    load_but(source, Some(Rule::LockstepUnreleased))
}

fn load_but(source: &Source, allowed: Option<Rule>) -> Result<Model, Problems> {
    let is_told = |violation: &Violation| Some(violation.rule) != allowed;
    let fail = |list| Problems::new(&source.name, &source.text, list);
    let document = lockstep_yaml::read(&source.text, BOUNDS).map_err(fail)?;
    let Some(root) = &document.root else {
        return Err(fail(vec![Diagnostic::new(Rule::ModelEmpty, "the model is empty").with_remedy(
            "a model begins with `schema: 1`; workflows/ in Lockstep's repository has two to start from",
        )]));
    };

    let value = root.to_json();
    if document.problems.is_empty()
        && let Ok(model) = decode(&value)
    {
        let (model, unknown) = with_rust(model, source);
        let violations: Vec<_> =
            unknown.into_iter().chain(rules::check(&model)).filter(is_told).collect();
        if violations.is_empty() {
            return Ok(model);
        }
        return Err(fail(located(&document, violations)));
    }

    let explained = explain::explain(root, &value);
    let mut problems = document.problems.clone();
    problems.extend(explained.problems);
    if let Some(model) = explained.repaired {
        let repairs = &explained.repairs;
        let (model, unknown) = with_rust(model, source);
        let violations = unknown.into_iter().chain(rules::check(&model)).filter(is_told);
        let told_by_itself = violations.filter(|violation| !repairs.cover(violation));
        let in_text =
            |violation: Violation| Violation { at: repairs.in_text(&violation.at), ..violation };
        problems.extend(located(&document, told_by_itself.map(in_text).collect()));
    }
    Err(fail(problems))
}

/// A model with the Rust that rustup's own file names, where it says so; else what is wrong with that.
fn with_rust(mut model: Model, source: &Source) -> (Model, Option<Violation>) {
    let is_file = model.toolchain.rust.as_ref().is_some_and(|rust| rust.as_str() == RUST_FILE);
    if !is_file {
        return (model, None);
    }
    let named = source.rust.as_deref().filter(|named| *named != RUST_FILE);
    if let Some(rust) = named.and_then(|named| named.parse::<RustVersion>().ok()) {
        model.toolchain.rust = Some(rust);
        return (model, None);
    }
    let message = named.map_or_else(
        || "no such file stands beside the model, or it names no `toolchain.channel`".to_owned(),
        |named| format!("it names `{named}`, which is another Rust tomorrow"),
    );
    let violation = Violation {
        rule: Rule::ToolchainNotExact,
        at: Path::of("toolchain").key("rust"),
        message,
        remedy: Some(
            "write `[toolchain]` and `channel = \"1.95.0\"` into it, or the version here"
                .to_owned(),
        ),
        unknown: None,
    };
    // The rules look at the rest.
    model.toolchain.rust = "0.0.0".parse().ok();
    (model, Some(violation))
}

/// The model that a value is. A list is taken for a list alone: serde takes it for a struct too,
/// field by field, which a model's author never means.
pub fn decode(value: &Value) -> Result<Model, String> {
    fn same(value: &Value, model: &Value) -> bool {
        match (value, model) {
            (Value::Object(value), Value::Object(model)) => value
                .iter()
                .all(|(key, value)| model.get(key).is_none_or(|model| same(value, model))),
            (Value::Array(value), Value::Array(model)) => {
                value.iter().zip(model).all(|(value, model)| same(value, model))
            }
            (Value::Array(_), _) => false,
            _ => true,
        }
    }
    let model: Model = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    let again = serde_json::to_value(&model).map_err(|error| error.to_string())?;
    if same(value, &again) {
        Ok(model)
    } else {
        Err("a list stands for keys with values".to_owned())
    }
}

/// What is wrong with a model for reasons that only planning sees.
#[must_use]
pub fn locate(source: &Source, violations: Vec<Violation>) -> Problems {
    let list = match lockstep_yaml::read(&source.text, BOUNDS) {
        Ok(document) => located(&document, violations),
        Err(problems) => problems,
    };
    Problems::new(&source.name, &source.text, list)
}

fn located(document: &yaml::Document, violations: Vec<Violation>) -> Vec<Diagnostic> {
    violations
        .into_iter()
        .map(|Violation { rule, at, message, remedy, .. }| {
            let problem = Diagnostic { remedy, ..Diagnostic::new(rule, message) };
            match &document.root {
                Some(root) => places::located(root, &at, problem),
                None => problem,
            }
        })
        .collect()
}
