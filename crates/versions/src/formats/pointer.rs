//! Any JSON, TOML or YAML file, by a pointer to its field.

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::JsonPointer;
use lockstep_schemas::version::VersionScheme;

use super::Contents;
use crate::field::{Field, Literal};
use crate::syntax::json::{self, Json};
use crate::syntax::keys;
use crate::syntax::toml::Toml;
use crate::syntax::yaml::Yaml;

pub(super) fn json(
    text: &str,
    pointer: &JsonPointer,
    scheme: VersionScheme,
) -> Result<Contents, Diagnostic> {
    let json = Json::read_with_comments(text)?;
    let value = json::at(json.root(), &keys(pointer)).ok_or_else(|| missing(pointer))?;
    Ok(field(pointer, &json.literal(pointer.as_str(), value)?, scheme))
}

pub(super) fn toml(
    text: &str,
    pointer: &JsonPointer,
    scheme: VersionScheme,
) -> Result<Contents, Diagnostic> {
    let toml = Toml::read(text)?;
    let item = toml.at(&keys(pointer)).ok_or_else(|| missing(pointer))?;
    Ok(field(pointer, &toml.literal(pointer.as_str(), item)?, scheme))
}

pub(super) fn yaml(
    text: &str,
    pointer: &JsonPointer,
    scheme: VersionScheme,
) -> Result<Contents, Diagnostic> {
    let yaml = Yaml::read(text)?;
    let node = yaml.at(&keys(pointer)).ok_or_else(|| missing(pointer))?;
    Ok(field(pointer, &yaml.literal(pointer.as_str(), node)?, scheme))
}

fn missing(pointer: &JsonPointer) -> Diagnostic {
    Diagnostic::new(Rule::VersionFieldMissing, format!("has no {pointer}"))
}

fn field(pointer: &JsonPointer, literal: &Literal<'_>, scheme: VersionScheme) -> Contents {
    // A `v` before a number belongs to the tag, not to the version.
    let is_tag = literal.text.strip_prefix('v');
    let start =
        usize::from(is_tag.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())));
    Field::of_file(pointer.as_str(), literal.part(start..literal.text.len()), scheme).into()
}
