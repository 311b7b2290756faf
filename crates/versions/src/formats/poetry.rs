//! Poetry's lockfile.

use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;
use toml_edit::Item;

use super::{Contents, Lead};
use crate::field::{Field, Package};
use crate::syntax::toml::Toml;

/// `poetry.lock`: the projects that are taken from folders
/// ([path dependencies](https://python-poetry.org/docs/dependency-specification/#path-dependencies)). The one that it is of is not in it.
pub(super) fn lock(text: &str) -> Result<Contents, Diagnostic> {
    let toml = Toml::read(text)?;
    let packages = toml.at(&["package"]).and_then(Item::as_array_of_tables);
    let mut contents = Contents::default();
    let mut folders = Vec::new();
    for package in packages.into_iter().flatten() {
        let of_source = |key: &str| package.get("source")?.get(key)?.as_str();
        if of_source("type") != Some("directory") {
            continue;
        }
        let folder = of_source("url").unwrap_or_default();
        folders.push(folder.to_owned());
        let name = package.get("name").and_then(Item::as_str).unwrap_or_default();
        contents.listed.push(Package::python(name));
        if let Some(version) = package.get("version") {
            let shown = format!("[[package]] {name}");
            let literal = toml.literal(&shown, version)?;
            let field = Field::of_file(shown, literal, VersionScheme::Pep440);
            contents.fields.push(field.of_folder(Package::python(name), folder));
        }
    }
    contents.leads.push(Lead::Folders { folders, format: VersionFormat::Pyproject });
    Ok(contents)
}
