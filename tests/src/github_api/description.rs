//! GitHub's own [description](https://github.com/github/rest-api-description) of its API.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::tools;

static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| {
    let file = "github/node_modules/@octokit/openapi/generated/api.github.com.json";
    let text = std::fs::read(tools::folder().join(file)).expect("`tests/run` installs it");
    Description {
        text: serde_json::from_slice(&text).unwrap(),
        validators: Mutex::new(HashMap::new()),
    }
});

/// The description.
#[derive(Debug)]
pub struct Description {
    text: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Description {
    /// The one that is installed.
    #[must_use]
    pub fn get() -> &'static Self {
        &DESCRIPTION
    }

    /// One of its examples.
    #[must_use]
    pub fn example(&self, name: &str) -> Value {
        self.text["components"]["examples"][name]["value"].clone()
    }

    /// Holds a question to it, by its method, path and query.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn question(
        &self,
        method: &str,
        path: &str,
        query: &BTreeMap<String, String>,
        body: &Value,
    ) -> Result<(), String> {
        let (template, operation) = self.operation(method, path)?;
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !schema.is_null() {
            self.holds(&format!("{method} {template}"), schema, body)?;
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for name in query.keys() {
            let is_it = |parameter: &Value| {
                let parameter = self.resolved(parameter);
                parameter["in"] == "query" && parameter["name"] == name.as_str()
            };
            if !parameters.iter().any(is_it) {
                return Err(format!("{method} {template} has no parameter `{name}`"));
            }
        }
        Ok(())
    }

    /// Holds an answer to it.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn answer(
        &self,
        method: &str,
        path: &str,
        status: u16,
        body: &Value,
    ) -> Result<(), String> {
        let (template, operation) = self.operation(method, path)?;
        let response = self.resolved(&operation["responses"][status.to_string()]);
        let schema = match &response["content"]["application/json"]["schema"] {
            // Not every operation says that something may not be there.
            Value::Null if status == 404 => &self.text["components"]["schemas"]["basic-error"],
            schema => schema,
        };
        if status == 302 || status == 204 {
            return Ok(());
        }
        if schema.is_null() {
            return Err(format!("{method} {template} has no answer with {status}"));
        }
        self.holds(&format!("{method} {template} {status}"), schema, body)
    }

    /// Holds a value to a schema, which is read once.
    fn holds(&self, what: &str, schema: &Value, body: &Value) -> Result<(), String> {
        let key = what.to_owned();
        let validator = {
            let mut validators = self.validators.lock().unwrap();
            let new = || Arc::new(self.validator(schema));
            Arc::clone(validators.entry(key).or_insert_with(new))
        };
        let wrong = validator.iter_errors(body);
        let wrong: Vec<String> =
            wrong.map(|error| format!("{}: {error}", error.instance_path())).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }

    /// The operation of a path: that with the most parts said as they are.
    fn operation(&self, method: &str, path: &str) -> Result<(&str, &Value), String> {
        let parts: Vec<&str> = path.split('/').collect();
        let said = |template: &str| {
            let of: Vec<&str> = template.split('/').collect();
            // A ref and a path have parts of their own.
            let is_open = matches!(of.last(), Some(&"{ref}" | &"{path}"));
            let fits = (of.len() == parts.len() || is_open && of.len() < parts.len())
                && of.iter().zip(&parts).all(|(of, part)| of.starts_with('{') || of == part);
            fits.then(|| of.iter().filter(|part| !part.starts_with('{')).count())
        };
        let paths = self.text["paths"].as_object().unwrap().iter();
        let known = paths.filter_map(|(template, operations)| {
            let operation = operations.get(method.to_lowercase())?;
            Some((said(template)?, template.as_str(), operation))
        });
        let found = known.max_by_key(|(said, ..)| *said);
        let found = found.map(|(_, template, operation)| (template, operation));
        found.ok_or_else(|| format!("GitHub's API has no {method} {path}"))
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let reference = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        reference.and_then(|pointer| self.text.pointer(pointer)).unwrap_or(value)
    }

    /// A schema with those that it leads to.
    fn validator(&self, schema: &Value) -> Validator {
        let mut schemas = Map::new();
        let mut left = vec![schema.clone()];
        while let Some(next) = left.pop() {
            for name in references(&next) {
                if !schemas.contains_key(&name) {
                    let schema = self.text["components"]["schemas"][&name].clone();
                    left.push(schema.clone());
                    schemas.insert(name, nullable(schema));
                }
            }
        }
        let mut whole = nullable(schema.clone());
        whole["components"] = json!({ "schemas": schemas });
        jsonschema::draft7::new(&whole).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// The names of the schemas that one leads to.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(object) => {
            let own = object.get("$ref").and_then(Value::as_str);
            let own = own.and_then(|own| own.strip_prefix("#/components/schemas/"));
            let own = own.map(str::to_owned).into_iter();
            own.chain(object.values().flat_map(references)).collect()
        }
        _ => Vec::new(),
    }
}

/// `nullable` of [OpenAPI 3.0](https://spec.openapis.org/oas/v3.0.3#schema-object) in the words of JSON Schema.
fn nullable(schema: Value) -> Value {
    match schema {
        Value::Array(items) => Value::Array(items.into_iter().map(nullable).collect()),
        Value::Object(mut object) => {
            let is_nullable = object.get("nullable") == Some(&Value::Bool(true));
            object.remove("nullable");
            let object = object.into_iter().map(|(key, value)| (key, nullable(value))).collect();
            let schema = Value::Object(object);
            if is_nullable { json!({ "anyOf": [schema, { "type": "null" }] }) } else { schema }
        }
        other => other,
    }
}
