//! bun's lockfile.

use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;

use super::npm::dependencies;
use super::{Contents, Lead};
use crate::field::{Field, Package};
use crate::syntax::json::{Json, entries, get, text};

/// `bun.lock`: the packages of the workspace, each with its version and what it takes of others.
pub(super) fn lock(file: &str) -> Result<Contents, Diagnostic> {
    let json = Json::read_with_comments(file)?;
    let root = json.root();
    let mut contents = Contents::default();
    let mut folders = Vec::new();
    for (folder, package) in entries(root, "workspaces") {
        let of = format!(".workspaces[\"{folder}\"]");
        folders.push(folder.to_owned());
        let name = text(package, "name").map(Package::npm);
        contents.listed.extend(name.clone());
        if let (Some(name), Some(version)) = (name, get(package, "version")) {
            let shown = format!("{of}.version");
            let literal = json.literal(&shown, version)?;
            contents.fields.push(Field::of_file(shown, literal, VersionScheme::Semver).of(name));
        }
        dependencies(&json, &of, package, &mut contents);
    }
    contents.leads.push(Lead::Folders { folders, format: VersionFormat::PackageJson });
    Ok(contents)
}
