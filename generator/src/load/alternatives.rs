//! A value that fits none of some alternatives: the one that it was meant to be is explained.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::strings::excerpt;
use serde_json::Value;

use super::explain::Explainer;
use super::repair::resolve;
use crate::suggest;
use crate::violation::Path;

/// What is wrong with a value for each alternative, in the schema's order.
type Context = [Vec<ValidationError<'static>>];

impl<'a> Explainer<'a> {
    /// Explains the alternative that was meant: the one of the value's `kind`, a word like the one that is written, or
    /// the one of the value's type.
    pub(super) fn alternatives(
        &mut self,
        path: &Path,
        schema: &'a Value,
        context: &Context,
        instance: &Value,
    ) {
        if self.of_kind(path, schema, context, instance) || self.of_words(path, schema, instance) {
            return;
        }
        let branches = branches(schema);
        let is_object = |branch: &Value| {
            resolve(self.schema, branch).get("type").is_some_and(|kind| kind == "object")
        };
        let object = branches.and_then(|branches| branches.iter().position(is_object));
        let is_of_other_type = |errors: &&Vec<ValidationError<'static>>| {
            errors.iter().any(|error| {
                matches!(error.kind(), ValidationErrorKind::Type { .. })
                    && self.path(error.instance_path().as_str()) == *path
            })
        };
        let of_object = object.and_then(|at| context.get(at)).filter(|_| instance.is_object());
        let meant = of_object.or_else(|| context.iter().find(|errors| !is_of_other_type(errors)));
        match meant {
            Some(errors) => errors.iter().for_each(|error| self.explain(error)),
            None => self.of_no_type(path, schema, context, instance),
        }
    }

    /// Alternatives that differ by `kind`: an unknown kind, or what is wrong with the known one.
    fn of_kind(
        &mut self,
        path: &Path,
        schema: &'a Value,
        context: &Context,
        instance: &Value,
    ) -> bool {
        let kinds = branches(schema)
            .into_iter()
            .flatten()
            .map(|branch| resolve(self.schema, branch).pointer("/properties/kind/const")?.as_str());
        let Some(known) = kinds.collect::<Option<Vec<&str>>>().filter(|known| !known.is_empty())
        else {
            return false;
        };
        if !instance.is_object() {
            return false;
        }
        let kind = instance.get("kind").and_then(Value::as_str);
        if let Some(at) = kind.and_then(|kind| known.iter().position(|known| *known == kind)) {
            context[at].iter().for_each(|error| self.explain(error));
            return true;
        }
        let remedy = Some(suggest::instead_of(kind.unwrap_or_default(), known));
        match kind {
            Some(kind) => {
                let message = format!("unknown kind `{}`", excerpt(kind));
                self.tell(Rule::UnknownValue, &path.key("kind"), message, remedy);
            }
            None => self.tell(Rule::MissingKey, path, "`kind` is missing".to_owned(), remedy),
        }
        self.repairs.replace(&mut self.repaired, path.clone(), self.schema, schema);
        true
    }

    /// Words to choose from.
    fn of_words(&mut self, path: &Path, schema: &'a Value, instance: &Value) -> bool {
        let words = self.words(schema);
        let (Some(text), false) = (instance.as_str(), words.is_empty()) else { return false };
        let message = format!("`{}` is not known here", excerpt(text));
        let remedy = suggest::instead_of(text, words);
        self.tell(Rule::UnknownValue, path, message, Some(remedy));
        self.repairs.replace(&mut self.repaired, path.clone(), self.schema, schema);
        true
    }

    /// No alternative is of the value's type: what the first expects is as good as any.
    fn of_no_type(&mut self, path: &Path, schema: &'a Value, context: &Context, instance: &Value) {
        let (rule, message, remedy) = if let Some(first) = context.iter().flatten().next() {
            let above = self.schema_above(first.schema_path().as_str());
            self.unfit(first.kind(), above, instance, path)
        } else {
            let message = "this is not one of the forms that this value can have";
            (Rule::WrongType, message.to_owned(), None)
        };
        self.tell(rule, path, message, remedy);
        self.repairs.replace(&mut self.repaired, path.clone(), self.schema, schema);
    }

    /// The words that a schema lets one choose from, itself or in one of its alternatives.
    fn words(&self, schema: &'a Value) -> Vec<&'a str> {
        let schema = resolve(self.schema, schema);
        let word = schema.get("const").and_then(Value::as_str);
        let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        let branches = branches(schema).into_iter();
        let of_branches = branches.flatten().flat_map(|branch| self.words(branch));
        word.into_iter().chain(listed.filter_map(Value::as_str)).chain(of_branches).collect()
    }
}

/// The alternatives of a schema.
fn branches(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array)
}
