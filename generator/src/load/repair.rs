//! Repair: puts something plausible where a value was wrong, so that the rules can look at the rest
//! of a model and one run tells all of its mistakes.

use serde_json::{Map, Value, json};

use crate::violation::{Path, Segment, Violation};

/// What was repaired. A violation there tells nothing that was not told.
#[derive(Debug, Default)]
pub struct Repairs {
    paths: Vec<Path>,
    /// Keys that were taken out because they are not of their type.
    removed: Vec<String>,
    /// Keys that were given another name: where, the new one, the one that is written.
    renamed: Vec<(Path, String, String)>,
}

impl Repairs {
    /// Whether a violation only follows from what was told already.
    #[must_use]
    pub fn cover(&self, violation: &Violation) -> bool {
        self.paths.iter().any(|path| violation.at.starts_with(path))
            || violation.unknown.as_ref().is_some_and(|name| self.removed.contains(name))
    }

    /// Takes a key out of the mapping at `path`.
    pub fn remove(&mut self, root: &mut Value, path: &Path, key: &str) {
        if let Some(Value::Object(object)) = find(root, path) {
            object.shift_remove(key);
            self.removed.push(key.to_owned());
        }
    }

    /// Gives a key of the mapping at `path` another name.
    pub fn rename(&mut self, root: &mut Value, path: &Path, key: &str, name: &str) {
        if let Some(Value::Object(object)) = find(root, path)
            && let Some(value) = object.shift_remove(key)
        {
            if !object.contains_key(name) {
                object.insert(name.to_owned(), value);
                self.renamed.push((path.clone(), name.to_owned(), key.to_owned()));
            }
            self.removed.push(key.to_owned());
        }
    }

    /// A path of the repaired value as the text has it.
    #[must_use]
    pub fn in_text(&self, path: &Path) -> Path {
        let mut written = Path::default();
        for (index, segment) in path.0.iter().enumerate() {
            let name = match segment {
                Segment::Key(key) | Segment::KeyItself(key) => key,
                Segment::Index(_) => "",
            };
            let above = &path.0[..index];
            let is_this = |(at, new, _): &&(Path, String, String)| at.0 == above && new == name;
            let old = self.renamed.iter().find(is_this).map(|(_, _, old)| old.clone());
            written.0.push(match (segment, old) {
                (Segment::Key(_), Some(old)) => Segment::Key(old),
                (Segment::KeyItself(_), Some(old)) => Segment::KeyItself(old),
                (segment, _) => segment.clone(),
            });
        }
        written
    }

    /// Replaces the value at `path` by one that its schema allows.
    pub fn replace(&mut self, root: &mut Value, path: Path, schemas: &Value, schema: &Value) {
        if let Some(value) = find(root, &path) {
            *value = plausible(schemas, schema);
            self.paths.push(path);
        }
    }

    /// Adds a missing key to the mapping at `path`.
    pub fn add(
        &mut self,
        root: &mut Value,
        path: &Path,
        key: &str,
        schemas: &Value,
        schema: &Value,
    ) {
        if let Some(Value::Object(object)) = find(root, path) {
            object.insert(key.to_owned(), plausible(schemas, schema));
            self.paths.push(path.key(key));
        }
    }
}

fn find<'a>(root: &'a mut Value, path: &Path) -> Option<&'a mut Value> {
    path.0.iter().try_fold(root, |value, segment| match segment {
        Segment::Key(key) | Segment::KeyItself(key) => value.get_mut(key),
        Segment::Index(index) => value.get_mut(index),
    })
}

/// The schema that a reference leads to.
#[must_use]
pub fn resolve<'a>(schemas: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
        && let Some(found) = reference.strip_prefix('#').and_then(|at| schemas.pointer(at))
    {
        return resolve(schemas, found);
    }
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => resolve(schemas, only),
        _ => schema,
    }
}

/// A value that a schema allows, made of its own examples.
fn plausible(schemas: &Value, schema: &Value) -> Value {
    let schema = resolve(schemas, schema);
    let first = |keyword: &str| schema.get(keyword).and_then(|list| list.get(0));
    if let Some(value) = first("examples").or_else(|| schema.get("const")).or_else(|| first("enum"))
    {
        return value.clone();
    }
    if let Some(branch) = first("anyOf").or_else(|| first("oneOf")) {
        return plausible(schemas, branch);
    }
    match schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str())) {
        Some("object") => {
            let required = schema.get("required").and_then(Value::as_array);
            let keys = required.into_iter().flatten().filter_map(Value::as_str);
            let fields = keys.filter_map(|key| {
                let field = schema.get("properties")?.get(key)?;
                Some((key.to_owned(), plausible(schemas, field)))
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Some("array") => json!([]),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(false),
        Some("string") => json!(""),
        _ => Value::Null,
    }
}
