//! uv's lockfile.

use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;
use toml_edit::Item;

use super::{Contents, Lead};
use crate::field::{Field, Package};
use crate::syntax::toml::Toml;

/// `uv.lock`: the projects that are folders of the repository.
pub(super) fn lock(text: &str) -> Result<Contents, Diagnostic> {
    let toml = Toml::read(text)?;
    let packages = toml.at(&["package"]).and_then(Item::as_array_of_tables);
    let mut contents = Contents::default();
    let mut folders = Vec::new();
    for package in packages.into_iter().flatten() {
        let name = package.get("name").and_then(Item::as_str).unwrap_or_default();
        let folder = package.get("source").and_then(|source| {
            ["editable", "virtual", "directory"].iter().find_map(|kind| source.get(kind)?.as_str())
        });
        folders.extend(folder.map(str::to_owned));
        let is_here = folder.is_some();
        if is_here {
            contents.listed.push(Package::python(name));
        }
        if let Some(version) = package.get("version").filter(|_| is_here) {
            let shown = format!("[[package]] {name}");
            let literal = toml.literal(&shown, version)?;
            let field = Field::of_file(shown, literal, VersionScheme::Pep440);
            contents
                .fields
                .push(field.of_folder(Package::python(name), folder.unwrap_or_default()));
        }
    }
    contents.leads.push(Lead::Folders { folders, format: VersionFormat::Pyproject });
    Ok(contents)
}
