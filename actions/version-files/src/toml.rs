//! TOML, by an editor's reader that knows where everything stands.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use crate::{Field, Invalid, Own, Words};

pub(crate) struct Toml<'t> {
    text: &'t str,
    document: Document<&'t str>,
}

impl<'t> Toml<'t> {
    pub(crate) fn read(text: &'t str) -> Result<Self, Invalid> {
        let document = Document::parse(text).map_err(|error| {
            let invalid = Invalid::new(format!("is no TOML: {}", error.message()));
            match error.span() {
                Some(span) => invalid.at(span.start),
                None => invalid,
            }
        })?;
        Ok(Self { text, document })
    }

    /// An item, by its keys.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Item> {
        path.iter().try_fold(self.document.as_item(), |item, key| item.get(key))
    }

    /// A field, which must be a text.
    pub(crate) fn field(
        &self,
        name: impl Into<String>,
        item: &Item,
        words: Words,
    ) -> Result<Field, Invalid> {
        let name = name.into();
        let span = item.span().unwrap_or_default();
        let Some(text) = item.as_str() else {
            return Err(Invalid::new(format!("{name} is no text")).at(span.start));
        };
        let place = self.inside(&span);
        if self.text.get(place.clone()) != Some(text) {
            return Err(Invalid::new(format!("{name} is written with escapes")).at(span.start));
        }
        Ok(Field { name, place, text: text.to_owned(), words })
    }

    /// The place of a text without its quotes.
    fn inside(&self, span: &Range<usize>) -> Range<usize> {
        let written = &self.text[span.clone()];
        let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter();
        let quote = quotes.into_iter().find(|quote| {
            written.len() >= 2 * quote.len()
                && written.starts_with(quote)
                && written.ends_with(quote)
        });
        let length = quote.map_or(0, str::len);
        span.start + length..span.end - length
    }
}

/// `Cargo.toml`: the package's version, the workspace's, and what it takes of the repository's own crates
/// ([manifest](https://doc.rust-lang.org/cargo/reference/manifest.html)).
pub(crate) fn cargo_manifest(text: &str) -> Result<Vec<Field>, Invalid> {
    let toml = Toml::read(text)?;
    let mut fields = Vec::new();
    let mut inherits = false;
    if let Some(version) = toml.at(&["package", "version"]) {
        if version.get("workspace").and_then(Item::as_bool) == Some(true) {
            inherits = true;
        } else {
            fields.push(toml.field("[package].version", version, Words::Semantic)?);
        }
    }
    if let Some(version) = toml.at(&["workspace", "package", "version"]) {
        fields.push(toml.field("[workspace.package].version", version, Words::Semantic)?);
    }
    if fields.is_empty() && !inherits {
        return Err(Invalid::new("has no [package].version and no [workspace.package].version"));
    }
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let mut tables: Vec<(String, &Item)> = Vec::new();
    for kind in kinds {
        tables.extend(toml.at(&[kind]).map(|table| (kind.to_owned(), table)));
    }
    let workspace = toml.at(&["workspace", "dependencies"]);
    tables.extend(workspace.map(|table| ("workspace.dependencies".to_owned(), table)));
    let targets = toml.at(&["target"]).and_then(Item::as_table_like);
    for (target, of_target) in targets.into_iter().flat_map(TableLike::iter) {
        for kind in kinds {
            let table = of_target.get(kind);
            tables.extend(table.map(|table| (format!("target.'{target}'.{kind}"), table)));
        }
    }
    for (name, table) in tables {
        for (dependency, item) in table.as_table_like().into_iter().flat_map(TableLike::iter) {
            if let (Some(_), Some(version)) = (item.get("path"), item.get("version")) {
                let name = format!("[{name}.{dependency}].version");
                fields.push(toml.field(name, version, Words::Requirement)?);
            }
        }
    }
    Ok(fields)
}

/// `Cargo.lock` and `uv.lock`: the packages of this repository, which have no source of their own.
pub(crate) fn lock(text: &str, own: &[String], words: Words) -> Result<Vec<Field>, Invalid> {
    let toml = Toml::read(text)?;
    let packages = toml.at(&["package"]).and_then(Item::as_array_of_tables);
    let mut fields = Vec::new();
    for package in packages.into_iter().flatten() {
        let name = package.get("name").and_then(Item::as_str).unwrap_or_default();
        let is_foreign = package.get("source").is_some_and(|source| {
            source.is_str()
                || ["registry", "git", "url"].iter().any(|kind| source.get(kind).is_some())
        });
        if let Some(version) = package.get("version").filter(|_| !is_foreign)
            && own.iter().any(|own| own == name)
        {
            fields.push(toml.field(format!("[[package]] {name}"), version, words)?);
        }
    }
    Ok(fields)
}

/// `pyproject.toml`: the version of [PEP 621](https://packaging.python.org/en/latest/specifications/pyproject-toml/)
/// or Poetry's; none where it is dynamic, and stands in another file.
pub(crate) fn pyproject(text: &str) -> Result<Vec<Field>, Invalid> {
    let toml = Toml::read(text)?;
    let mut fields = Vec::new();
    for (name, path) in [
        ("[project].version", &["project", "version"][..]),
        ("[tool.poetry].version", &["tool", "poetry", "version"]),
    ] {
        if let Some(version) = toml.at(path) {
            fields.push(toml.field(name, version, Words::Python)?);
        }
    }
    let dynamic = toml.at(&["project", "dynamic"]).and_then(Item::as_array);
    let is_dynamic =
        dynamic.is_some_and(|list| list.iter().any(|item| item.as_str() == Some("version")));
    if fields.is_empty() && !is_dynamic {
        return Err(Invalid::new("has no [project].version and no [tool.poetry].version"));
    }
    Ok(fields)
}

/// Any file, by the keys of its field.
pub(crate) fn pointer(text: &str, pointer: &str) -> Result<Vec<Field>, Invalid> {
    let toml = Toml::read(text)?;
    let keys: Vec<&str> = pointer.split('.').collect();
    let item = toml.at(&keys).ok_or_else(|| Invalid::new(format!("has no {pointer}")))?;
    Ok(vec![toml.field(pointer, item, Words::Semantic)?])
}

/// The names of the crates that a manifest defines.
pub(crate) fn own(text: &str, own: &mut Own) {
    let Ok(toml) = Toml::read(text) else { return };
    own.crates.extend(toml.at(&["package", "name"]).and_then(Item::as_str).map(str::to_owned));
    for path in [&["project", "name"][..], &["tool", "poetry", "name"]] {
        own.python.extend(toml.at(path).and_then(Item::as_str).map(str::to_owned));
    }
}
