//! Explain: why a tree is no model, by the model's JSON Schema, every violation at once.

use std::sync::LazyLock;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::document::Document;
use lockstep_schemas::model::{Model, SchemaVersion};
use lockstep_schemas::strings::{GRAMMARS, Grammar, excerpt};
use lockstep_yaml::{Kind, Node};
use serde_json::Value;

use super::places;
use super::repair::{Repairs, resolve};
use super::wording::{found, in_words};
use crate::suggest;
use crate::violation::{Path, Segment};

/// The most violations that one round explains.
const MOST: usize = 200;
/// The most rounds of explaining what is left.
const ROUNDS: usize = 3;

/// What came of explaining.
pub struct Explained {
    /// What is wrong.
    pub problems: Vec<Diagnostic>,
    /// What was put in place of it.
    pub repairs: Repairs,
    /// The model with that in place, where it is one.
    pub repaired: Option<Model>,
}

/// Tells every violation of the model's schema, and repairs them in `value`.
pub fn explain(root: &Node, value: &Value) -> Explained {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| Document::Model.schema());
    static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a test compiles the schema")]
        jsonschema::validator_for(&SCHEMA).expect("the model's schema is a schema")
    });

    let mut explainer = Explainer {
        root,
        schema: &SCHEMA,
        problems: Vec::new(),
        repairs: Repairs::default(),
        repaired: value.clone(),
    };
    // What stands below a key of a wrong form is looked at when the key is mended.
    for _ in 0..ROUNDS {
        let looked_at = explainer.repaired.clone();
        let errors: Vec<_> = VALIDATOR.iter_errors(&looked_at).take(MOST).collect();
        if errors.is_empty() {
            break;
        }
        for error in &errors {
            explainer.explain(error);
        }
    }
    let Explainer { mut problems, repairs, repaired, .. } = explainer;
    let repaired = match super::decode(&repaired) {
        Ok(model) => Some(model),
        Err(error) => {
            // The schema and the types say the same; a test holds them to it. Should they ever
            // differ, what the types say is not lost.
            if problems.is_empty() {
                problems.push(Diagnostic::new(Rule::WrongType, error));
            }
            None
        }
    };
    Explained { problems, repairs, repaired }
}

/// Tells every violation of a document's schema.
pub fn violations(document: Document, root: &Node, value: &Value) -> Vec<Diagnostic> {
    let schema = document.schema();
    #[expect(clippy::expect_used, reason = "a test compiles every schema")]
    let validator = jsonschema::validator_for(&schema).expect("a document's schema is a schema");
    let mut explainer = Explainer {
        root,
        schema: &schema,
        problems: Vec::new(),
        repairs: Repairs::default(),
        repaired: value.clone(),
    };
    for error in validator.iter_errors(value).take(MOST) {
        explainer.explain(&error);
    }
    explainer.problems
}

pub(super) struct Explainer<'a> {
    root: &'a Node,
    pub(super) schema: &'a Value,
    problems: Vec<Diagnostic>,
    pub(super) repairs: Repairs,
    pub(super) repaired: Value,
}

impl<'a> Explainer<'a> {
    pub(super) fn explain(&mut self, error: &ValidationError<'_>) {
        let path = self.path(error.instance_path().as_str());
        let schema = self.schema_above(error.schema_path().as_str());
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                for key in unexpected {
                    self.unexpected(&path, schema, key);
                }
            }
            ValidationErrorKind::Required { property } => {
                self.missing(&path, schema, property.as_str().unwrap_or_default());
            }
            ValidationErrorKind::AnyOf { context }
            | ValidationErrorKind::OneOfNotValid { context }
            | ValidationErrorKind::OneOfMultipleValid { context } => {
                self.alternatives(&path, schema, context, error.instance());
            }
            ValidationErrorKind::PropertyNames { error } => self.explain(error),
            kind => {
                let (rule, message, remedy) = self.unfit(kind, schema, error.instance(), &path);
                self.tell(rule, &path, message, remedy);
                self.repairs.replace(&mut self.repaired, path, self.schema, schema);
            }
        }
    }

    /// A key that is none of its mapping's, or not of the keys' type.
    fn unexpected(&mut self, path: &Path, schema: &Value, key: &str) {
        let at = path.key_itself(key);
        let shown = excerpt(key);
        if let Some(grammar) = key_grammar(schema) {
            self.tell(Rule::WrongForm, &at, format!("`{shown}` is not {}", grammar.rule), None);
            self.repairs.rename(&mut self.repaired, path, key, grammar.example);
        } else {
            let known = schema.get("properties").and_then(Value::as_object);
            let known = known.into_iter().flatten().map(|(key, _)| key.as_str());
            let remedy = suggest::instead_of(key, known);
            self.tell(Rule::UnknownKey, &at, format!("unknown key `{shown}`"), Some(remedy));
            self.repairs.remove(&mut self.repaired, path, key);
        }
    }

    fn missing(&mut self, path: &Path, schema: &Value, key: &str) {
        let field = schema.get("properties").and_then(|fields| fields.get(key));
        let field = field.unwrap_or(&Value::Null);
        let within = match path.0.last() {
            Some(Segment::Key(name) | Segment::KeyItself(name)) => {
                format!(" in `{}`", excerpt(name))
            }
            Some(Segment::Index(index)) => format!(" in item {}", index + 1),
            None => String::new(),
        };
        let resolved = resolve(self.schema, field);
        let example = resolved.get("examples").and_then(|examples| examples.get(0));
        let example = example.map(|example| match example {
            Value::String(text) => format!("for example `{key}: {text}`"),
            other => format!("for example `{key}: {other}`"),
        });
        let remedy = example.unwrap_or_else(|| {
            let what = field.get("description").or_else(|| resolved.get("description"));
            let what = what.and_then(Value::as_str).unwrap_or_default();
            let first = what.split("\n\n").next().unwrap_or_default().replace('\n', " ");
            format!("add `{key}:` {}", first.trim_end_matches('.').trim())
        });
        if !self.is_misspelt(path, schema, key) {
            self.tell(Rule::MissingKey, path, format!("`{key}` is missing{within}"), Some(remedy));
        }
        self.repairs.add(&mut self.repaired, path, key, self.schema, field);
    }

    /// Whether a key is only missing because it stands there misspelt, which is told by itself.
    fn is_misspelt(&self, path: &Path, schema: &Value, key: &str) -> bool {
        let known = schema.get("properties").and_then(Value::as_object);
        let known: Vec<&str> = known.into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        let Some(Kind::Mapping(entries)) =
            places::value(self.root, &self.repairs.in_text(path)).map(|node| &node.kind)
        else {
            return false;
        };
        let unknown = entries.keys().filter(|entry| !known.contains(&entry.as_str()));
        unknown.into_iter().any(|entry| suggest::nearest(entry, &known) == Some(key))
    }

    pub(super) fn tell(
        &mut self,
        rule: Rule,
        path: &Path,
        message: String,
        remedy: Option<String>,
    ) {
        let at = self.repairs.in_text(path);
        let problem = Diagnostic { remedy, ..Diagnostic::new(rule, message) };
        self.problems.push(places::located(self.root, &at, problem));
    }

    /// Message and remedy for a value that is not what it should be.
    pub(super) fn unfit(
        &self,
        kind: &ValidationErrorKind,
        schema: &Value,
        instance: &Value,
        path: &Path,
    ) -> (Rule, String, Option<String>) {
        let text = instance.as_str().unwrap_or_default();
        match kind {
            ValidationErrorKind::Type { kind } => {
                let (message, remedy) = self.wrong_type(kind, schema, instance, path);
                (Rule::WrongType, message, remedy)
            }
            ValidationErrorKind::Enum { options } => {
                let known = options.as_array().into_iter().flatten().filter_map(Value::as_str);
                let message = format!("`{}` is not known here", excerpt(text));
                (Rule::UnknownValue, message, Some(suggest::instead_of(text, known)))
            }
            ValidationErrorKind::Constant { expected_value } => {
                (Rule::UnknownValue, format!("this must be `{expected_value}`"), None)
            }
            ValidationErrorKind::Pattern { .. } | ValidationErrorKind::MaxLength { .. } => {
                let rule = schema.get("patternErrorMessage").and_then(Value::as_str);
                let rule = rule.unwrap_or("not what may stand here");
                let message = format!("`{}` is {rule}", excerpt(text));
                (
                    Rule::WrongForm,
                    message,
                    lower_case(schema, text).or_else(|| pinned(schema, text)),
                )
            }
            ValidationErrorKind::Minimum { .. } | ValidationErrorKind::Maximum { .. }
                if *path == Path::of("schema") =>
            {
                let reads = SchemaVersion::CURRENT.number();
                let message =
                    format!("this version of Lockstep reads schema {reads}, not {instance}");
                let is_newer = instance.as_u64().is_some_and(|version| version > reads.into());
                let remedy = if is_newer {
                    "update Lockstep to the version that the model is written for".to_owned()
                } else {
                    format!("write `schema: {reads}`")
                };
                (Rule::SchemaVersion, message, Some(remedy))
            }
            ValidationErrorKind::Minimum { limit } => {
                (Rule::WrongForm, format!("{instance} is less than {limit}"), None)
            }
            ValidationErrorKind::Maximum { limit } => {
                (Rule::WrongForm, format!("{instance} is more than {limit}"), None)
            }
            other => {
                let message = format!("this breaks the rule `{}` of the schema", other.keyword());
                (Rule::WrongForm, message, None)
            }
        }
    }

    fn wrong_type(
        &self,
        kind: &TypeKind,
        schema: &Value,
        instance: &Value,
        path: &Path,
    ) -> (String, Option<String>) {
        let expected = match kind {
            TypeKind::Single(kind) => kind.to_string(),
            TypeKind::Multiple(kinds) => {
                let named = kinds.iter().map(|kind| kind.to_string()).find(|kind| kind != "null");
                named.unwrap_or_default()
            }
        };
        let written = places::value(self.root, &self.repairs.in_text(path))
            .and_then(|node| node.written.as_deref());
        let message = format!("expected {}, found {}", in_words(&expected), found(instance));
        let remedy = match (expected.as_str(), instance, written) {
            ("string", Value::Number(_) | Value::Bool(_), Some(written)) => Some(format!(
                "put it in quotes: \"{written}\" (without them YAML reads {})",
                if instance.is_number() {
                    format!("the number {instance}")
                } else {
                    format!("{instance}")
                },
            )),
            ("array", Value::String(_), Some(written)) => Some(format!("write [{written}]")),
            ("boolean", Value::String(text), _) => boolean(text)
                .map(|meant| format!("write `{meant}`: `{}` is a word in YAML 1.2", excerpt(text))),
            ("object", _, _) if path.0.is_empty() => {
                Some("a model is keys with values, and begins with `schema: 1`".to_owned())
            }
            _ => None,
        };
        let remedy = remedy.or_else(|| {
            let example = resolve(self.schema, schema).get("examples")?.get(0)?.as_str()?;
            Some(format!("for example `{example}`"))
        });
        (message, remedy)
    }

    /// The path that a JSON pointer means in the repaired value.
    pub(super) fn path(&self, pointer: &str) -> Path {
        let mut node = Some(&self.repaired);
        let mut path = Path::default();
        for part in pointer.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            let (segment, next) = match (node, part.parse()) {
                (Some(Value::Array(items)), Ok(index)) => (Segment::Index(index), items.get(index)),
                (node, _) => {
                    let next = node.and_then(|node| node.get(&part));
                    (Segment::Key(part), next)
                }
            };
            path.0.push(segment);
            node = next;
        }
        path
    }

    /// The schema whose keyword was violated.
    pub(super) fn schema_above(&self, pointer: &str) -> &'a Value {
        let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
        self.schema.pointer(above).unwrap_or(&Value::Null)
    }
}

/// The grammar of a mapping's keys, where they have one.
fn key_grammar(schema: &Value) -> Option<&'static Grammar> {
    let (pattern, _) = schema.get("patternProperties")?.as_object()?.iter().next()?;
    GRAMMARS.iter().find(|grammar| grammar.pattern == pattern)
}

/// What YAML 1.1 took for true or false.
fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "on" | "y" | "true" => Some(true),
        "no" | "off" | "n" | "false" => Some(false),
        _ => None,
    }
}

/// How to find what a reference that can move is pinned to.
fn pinned(schema: &Value, text: &str) -> Option<String> {
    let pattern = schema.get("pattern")?.as_str()?;
    let grammar = GRAMMARS.iter().find(|grammar| grammar.pattern == pattern)?;
    let is_plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._/:-".contains(c))
    };
    match grammar.name {
        "ContainerImage" if is_plain(text) => Some(format!(
            "`docker buildx imagetools inspect {text}` shows its digest: write `{text}@sha256:…`"
        )),
        "PinnedAction" => {
            let (path, reference) = text.split_once('@').unwrap_or((text, "v1"));
            let repository = path.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
            (is_plain(path) && is_plain(reference)).then(|| {
                format!(
                    "`git ls-remote https://github.com/{repository} 'refs/tags/{reference}*'` shows its commit; of an annotated tag take the line that ends in `^{{}}`"
                )
            })
        }
        _ => None,
    }
}

/// The commonest slip in an id, mended.
fn lower_case(schema: &Value, text: &str) -> Option<String> {
    let pattern = schema.get("pattern")?.as_str()?;
    let grammar = GRAMMARS.iter().find(|grammar| grammar.pattern == pattern)?;
    let mended = text.to_lowercase().replace([' ', '_'], "-");
    (mended != text && grammar.accepts(&mended)).then(|| format!("did you mean `{mended}`?"))
}
