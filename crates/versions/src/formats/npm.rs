//! npm's files.

use jsonc_parser::ast::Value;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;

use super::{Contents, Lead};
use crate::field::{Field, Literal, Notation, Package};
use crate::requirement::{self, Requirement};
use crate::syntax::json::{Json, entries, get, text};

/// What npm lists dependencies under
/// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-json)).
pub(super) const DEPENDENCIES: [&str; 4] =
    ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/// `package.json`: its version, and the versions of other packages that it depends on.
pub(super) fn package(file: &str) -> Result<Contents, Diagnostic> {
    let json = Json::read(file)?;
    let root = json.root();
    let version = get(root, "version")
        .ok_or_else(|| Diagnostic::new(Rule::VersionFieldMissing, "has no .version"))?;
    let literal = json.literal(".version", version)?;
    let mut contents = Contents::from(Field::of_file(".version", literal, VersionScheme::Semver));
    contents.package = text(root, "name").map(Package::npm);
    dependencies(&json, "", root, &mut contents);
    contents.leads.push(Lead::NpmWorkspace);
    Ok(contents)
}

/// The versions that something depends on. What is a path, an address or a tag is none.
fn dependencies(json: &Json<'_>, of: &str, value: &Value<'_>, contents: &mut Contents) {
    for kind in DEPENDENCIES {
        for (name, value) in entries(value, kind) {
            let shown = format!("{of}.{kind}[\"{name}\"]");
            // Only a text can be written with escapes, and no version has to be.
            let Ok(literal) = json.literal(&shown, value) else { continue };
            contents.fields.extend(required(shown, name, &literal));
        }
    }
}

/// A field for what names a version or a range of them, also of the workspace
/// ([documentation](https://pnpm.io/workspaces#workspace-protocol-workspace)). A package of a registry by another name
/// is there to have a version of its own.
pub(super) fn required(shown: String, package: &str, literal: &Literal<'_>) -> Option<Field> {
    const WORKSPACE: &str = "workspace:";
    let is_of_workspace = literal.text.starts_with(WORKSPACE);
    let start = if is_of_workspace { WORKSPACE.len() } else { 0 };
    let spec = literal.part(start..literal.text.len());
    let (package, spec) = match spec.text.rsplit_once('@').filter(|_| is_of_workspace) {
        Some((name, _)) if !name.is_empty() => (name, spec.part(name.len() + 1..spec.text.len())),
        _ => (package, spec),
    };
    let start = usize::from(spec.text.starts_with('='));
    let version = spec.part(start..spec.text.len());
    let field = if version.text.parse::<Version>().is_ok() {
        Field::of_file(shown, version, VersionScheme::Semver)
    } else if requirement::is_npms(spec.text) {
        let field = Field::of_file(shown, spec, VersionScheme::Semver);
        Field { notation: Notation::Requirement(Requirement::Npm), ..field }
    } else {
        return None;
    };
    Some(field.of(Package::npm(package)))
}

/// `package-lock.json`: the root's version, twice, and the packages that are folders of the repository
/// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json)).
pub(super) fn lock(file: &str) -> Result<Contents, Diagnostic> {
    let json = Json::read(file)?;
    let root = json.root();
    let mut contents = Contents::default();
    // The root of a workspace may have none.
    if let Some(version) = get(root, "version") {
        let literal = json.literal(".version", version)?;
        contents.fields.push(Field::of_file(".version", literal, VersionScheme::Semver));
    }
    contents.package = text(root, "name").map(Package::npm);
    contents.listed.extend(contents.package.clone());
    for (name, package) in entries(root, "dependencies") {
        // What older npm reads.
        let of = format!(".dependencies[\"{name}\"]");
        for (name, value) in entries(package, "requires") {
            let shown = format!("{of}.requires[\"{name}\"]");
            let Ok(literal) = json.literal(&shown, value) else { continue };
            contents.fields.extend(required(shown, name, &literal));
        }
    }
    for (path, package) in entries(root, "packages") {
        let of = format!(".packages[\"{path}\"]");
        let name = text(package, "name");
        // What stands below `node_modules` was fetched, or leads to a folder of the repository.
        if let Some((_, installed)) = path.rsplit_once("node_modules/") {
            if get(package, "integrity").is_some() {
                contents.published.push(Package::npm(name.unwrap_or(installed)));
            }
            continue;
        }
        contents.listed.extend(name.map(Package::npm));
        if let Some(version) = get(package, "version") {
            let shown = format!("{of}.version");
            let literal = json.literal(&shown, version)?;
            let field = Field::of_file(shown, literal, VersionScheme::Semver);
            contents.fields.push(match name {
                Some(name) if !path.is_empty() => field.of(Package::npm(name)),
                // A folder that no name is written for is named like its package.
                None if !path.is_empty() => {
                    field.of(Package::npm(path.rsplit('/').next().unwrap_or(path)))
                }
                _ => field,
            });
        }
        dependencies(&json, &of, package, &mut contents);
    }
    Ok(contents)
}
