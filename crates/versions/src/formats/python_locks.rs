//! The lockfiles of Python's clients.

use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;
use toml_edit::{Item, Table};

use super::{Contents, Lead};
use crate::field::{Field, Package};
use crate::syntax::toml::Toml;

/// `uv.lock`: the projects that are folders of the repository.
pub(super) fn uv(text: &str) -> Result<Contents, Diagnostic> {
    projects(text, |package| {
        let source = package.get("source")?;
        ["editable", "virtual", "directory"].iter().find_map(|kind| source.get(kind)?.as_str())
    })
}

/// `poetry.lock`: the projects that are taken from folders
/// ([path dependencies](https://python-poetry.org/docs/dependency-specification/#path-dependencies)). The one that it is of is not in it.
pub(super) fn poetry(text: &str) -> Result<Contents, Diagnostic> {
    projects(text, |package| {
        let source = package.get("source")?;
        let is_folder = source.get("type").and_then(Item::as_str) == Some("directory");
        source.get("url").filter(|_| is_folder)?.as_str()
    })
}

/// The projects that stand in folders, each told by its package.
fn projects(
    text: &str,
    folder_of: impl Fn(&Table) -> Option<&str>,
) -> Result<Contents, Diagnostic> {
    let toml = Toml::read(text)?;
    let packages = toml.at(&["package"]).and_then(Item::as_array_of_tables);
    let mut contents = Contents::default();
    let mut folders = Vec::new();
    for package in packages.into_iter().flatten() {
        let Some(folder) = folder_of(package) else { continue };
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
