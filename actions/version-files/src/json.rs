//! JSON, by a reader that knows where everything stands.

use std::collections::HashSet;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::{Field, Invalid, Own, Words};

/// What npm lists dependencies under.
const DEPENDENCIES: [&str; 4] =
    ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/// Reads JSON as every reader reads it: no comments, no key twice.
fn read(text: &str) -> Result<Value<'_>, Invalid> {
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_extended_string_escapes: false,
        allow_non_finite_numbers: false,
    };
    let read = parse_to_ast(text, &CollectOptions::default(), &options);
    let read = read.map_err(|error| {
        Invalid::new(format!("is no JSON: {}", error.kind())).at(error.range().start)
    })?;
    let value = read.value.ok_or_else(|| Invalid::new("is no JSON: it is empty"))?;
    unambiguous(&value)?;
    Ok(value)
}

fn unambiguous(value: &Value<'_>) -> Result<(), Invalid> {
    match value {
        Value::Object(object) => {
            let mut keys = HashSet::new();
            for property in &object.properties {
                if !keys.insert(property.name.as_str()) {
                    let message = format!("has the key `{}` twice", property.name.as_str());
                    return Err(Invalid::new(message).at(property.range().start));
                }
                unambiguous(&property.value)?;
            }
            Ok(())
        }
        Value::Array(array) => array.elements.iter().try_for_each(unambiguous),
        _ => Ok(()),
    }
}

fn get<'v, 't>(value: &'v Value<'t>, key: &str) -> Option<&'v Value<'t>> {
    let Value::Object(object) = value else { return None };
    object.properties.iter().find(|property| property.name.as_str() == key).map(|p| &p.value)
}

fn object<'v, 't>(value: &'v Value<'t>, key: &str) -> Option<&'v Object<'t>> {
    match get(value, key) {
        Some(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// A field, which must be a text.
fn field(text: &str, name: impl Into<String>, value: &Value<'_>) -> Result<Field, Invalid> {
    let name = name.into();
    let range = value.range();
    let Value::StringLit(literal) = value else {
        return Err(Invalid::new(format!("{name} is no text")).at(range.start));
    };
    let place = range.start + 1..range.end - 1;
    if text.get(place.clone()) != Some(&*literal.value) {
        return Err(Invalid::new(format!("{name} is written with escapes")).at(range.start));
    }
    Ok(Field { name, place, text: literal.value.to_string(), words: Words::Semantic })
}

/// `package.json`: its version, and of the repository's own packages the exact versions that it depends on
/// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-json)).
pub(crate) fn package(text: &str, own: &Own) -> Result<Vec<Field>, Invalid> {
    let json = read(text)?;
    let version = get(&json, "version").ok_or_else(|| Invalid::new("has no .version"))?;
    let mut fields = vec![field(text, ".version", version)?];
    dependencies(text, "", &json, own, &mut fields)?;
    Ok(fields)
}

/// The exact versions of the repository's own packages that something depends on. What is a range, a path or a
/// workspace's is none.
fn dependencies(
    text: &str,
    of: &str,
    value: &Value<'_>,
    own: &Own,
    fields: &mut Vec<Field>,
) -> Result<(), Invalid> {
    for kind in DEPENDENCIES {
        for property in object(value, kind).into_iter().flat_map(|object| &object.properties) {
            let name = property.name.as_str();
            let is_exact = matches!(&property.value, Value::StringLit(text) if text.value.starts_with(|c: char| c.is_ascii_digit()) && !text.value.contains(' '));
            if is_exact && own.npm.iter().any(|own| own == name) {
                fields.push(field(text, format!("{of}.{kind}[\"{name}\"]"), &property.value)?);
            }
        }
    }
    Ok(())
}

/// `package-lock.json`: the root's version, twice, and the repository's own packages
/// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json)).
pub(crate) fn package_lock(text: &str, own: &Own) -> Result<Vec<Field>, Invalid> {
    let json = read(text)?;
    let version = get(&json, "version").ok_or_else(|| Invalid::new("has no .version"))?;
    let mut fields = vec![field(text, ".version", version)?];
    for property in object(&json, "packages").into_iter().flat_map(|object| &object.properties) {
        let path = property.name.as_str();
        let name = get(&property.value, "name");
        let name = match name {
            Some(Value::StringLit(name)) => &*name.value,
            _ => path.rsplit_once("node_modules/").map_or("", |(_, name)| name),
        };
        let is_own = path.is_empty() || own.npm.iter().any(|own| own == name);
        // What stands below `node_modules` was fetched, or leads to a folder of the repository.
        let is_here = !path.contains("node_modules/");
        if let Some(version) = get(&property.value, "version").filter(|_| is_own && is_here) {
            fields.push(field(text, format!(".packages[\"{path}\"].version"), version)?);
        }
        if is_here {
            let of = format!(".packages[\"{path}\"]");
            dependencies(text, &of, &property.value, own, &mut fields)?;
        }
    }
    Ok(fields)
}

/// Any file, by a pointer to its field
/// ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
pub(crate) fn pointer(text: &str, pointer: &str) -> Result<Vec<Field>, Invalid> {
    let json = read(text)?;
    let mut found = Some(&json);
    for key in pointer.split('/').skip(1) {
        let key = key.replace("~1", "/").replace("~0", "~");
        found = match found {
            Some(Value::Array(array)) => {
                key.parse().ok().and_then(|index: usize| array.elements.get(index))
            }
            Some(value) => get(value, &key),
            None => None,
        };
    }
    let found = found.ok_or_else(|| Invalid::new(format!("has no {pointer}")))?;
    Ok(vec![field(text, pointer, found)?])
}

/// The name of the package that a manifest defines.
pub(crate) fn own(text: &str, own: &mut Own) {
    if let Ok(json) = read(text)
        && let Some(Value::StringLit(name)) = get(&json, "name")
    {
        own.npm.push(name.value.to_string());
    }
}
