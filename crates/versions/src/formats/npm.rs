//! npm's files.

use jsonc_parser::ast::Value;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;

use super::{Contents, Lead};
use crate::field::{Field, Literal, Notation, Package};
use crate::requirement::{self, Requirement};
use crate::syntax::json::{Json, entries, get, text, texts};

/// What npm lists dependencies under
/// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-json)).
pub(super) const DEPENDENCIES: [&str; 4] =
    ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/// `package.json`: its version, and the versions of other packages that it depends on.
pub(super) fn package(file: &str) -> Result<Contents, Diagnostic> {
    let json = Json::read(file)?;
    let root = json.root();
    let mut contents = Contents::default();
    match get(root, "version") {
        Some(version) => {
            let literal = json.literal(".version", version)?;
            contents.fields.push(Field::of_file(".version", literal, VersionScheme::Semver));
            contents.package = text(root, "name").map(Package::npm);
        }
        // A site or a playground of the workspace may have none.
        None => {
            contents.missing = Some(Diagnostic::new(Rule::VersionFieldMissing, "has no .version"));
        }
    }
    taken(&json, &mut contents);
    contents.leads.push(Lead::NpmWorkspace);
    Ok(contents)
}

/// A `package.json` whose own version is not the release's: what it requires of others counts.
pub(super) fn neighbour(file: &str) -> Result<Contents, Diagnostic> {
    let json = Json::read(file)?;
    let mut contents = Contents::default();
    taken(&json, &mut contents);
    Ok(contents)
}

/// What a `package.json` takes of others, what takes its place
/// ([overrides](https://docs.npmjs.com/cli/v11/configuring-npm/package-json#overrides),
/// [resolutions](https://yarnpkg.com/configuration/manifest#resolutions)), and where the packages of its workspace are
/// ([documentation](https://docs.npmjs.com/cli/v11/using-npm/workspaces)).
fn taken(json: &Json<'_>, contents: &mut Contents) {
    let root = json.root();
    dependencies(json, "", root, contents);
    let of_pnpm = get(root, "pnpm").map(|pnpm| (".pnpm", pnpm));
    for (of, value) in [("", root)].into_iter().chain(of_pnpm) {
        for kind in ["overrides", "resolutions"] {
            listed(json, of, kind, value, contents);
        }
    }
    let workspaces = get(root, "workspaces");
    let patterns = workspaces.and_then(|of| get(of, "packages")).or(workspaces);
    let patterns: Vec<String> = patterns.map(texts).unwrap_or_default();
    if !patterns.is_empty() {
        contents.leads.push(Lead::Patterns { patterns, format: VersionFormat::PackageJson });
    }
}

/// The versions that something depends on. What is a path, an address or a tag is none.
pub(super) fn dependencies(json: &Json<'_>, of: &str, value: &Value<'_>, contents: &mut Contents) {
    for kind in DEPENDENCIES {
        listed(json, of, kind, value, contents);
    }
}

fn listed(json: &Json<'_>, of: &str, kind: &str, value: &Value<'_>, contents: &mut Contents) {
    for (name, value) in entries(value, kind) {
        let shown = format!("{of}.{kind}[\"{name}\"]");
        // Only a text can be written with escapes, and no version has to be.
        let Ok(literal) = json.literal(&shown, value) else { continue };
        contents.fields.extend(required(shown, name, &literal));
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
    let folders = entries(root, "packages").map(|(path, _)| path);
    let folders = folders.filter(|path| !path.contains("node_modules/")).map(str::to_owned);
    let format = VersionFormat::PackageJson;
    contents.leads.push(Lead::Folders { folders: folders.collect(), format });
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
