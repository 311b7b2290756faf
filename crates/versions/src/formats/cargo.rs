//! Cargo's files
//! ([manifest](https://doc.rust-lang.org/cargo/reference/manifest.html),
//! [workspaces](https://doc.rust-lang.org/cargo/reference/workspaces.html)).

use std::collections::HashSet;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;
use toml_edit::{Item, TableLike, Value};

use super::{Contents, Lead};
use crate::field::{Field, Notation, Package};
use crate::requirement::Requirement;
use crate::syntax::toml::Toml;

/// The kinds of dependencies, also as Cargo once wrote them.
const KINDS: [&str; 5] = [
    "dependencies",
    "dev-dependencies",
    "build-dependencies",
    "dev_dependencies",
    "build_dependencies",
];

/// Why a manifest is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is listed.
    Listed,
    /// A package inherits its version from it.
    Workspace,
    /// It may inherit its version.
    Member,
    /// It has a version of its own, and may take crates that have ours.
    Neighbour,
}

/// `Cargo.toml`: the package's version, the workspace's, and what it takes of the repository's own crates.
pub(super) fn manifest(text: &str, role: Role) -> Result<Contents, Diagnostic> {
    let toml = Toml::read(text)?;
    let version = toml.at(&["package", "version"]);
    let inherits = version
        .is_some_and(|version| version.get("workspace").and_then(Item::as_bool) == Some(true));
    let mut contents = Contents::default();
    let mut field = |name: &str, version: &Item| -> Result<(), Diagnostic> {
        let literal = toml.literal(name, version)?;
        contents.fields.push(Field::of_file(name, literal, VersionScheme::Semver));
        Ok(())
    };
    if let Some(version) = version.filter(|_| role == Role::Listed && !inherits) {
        field("[package].version", version)?;
    }
    let shared = toml.at(&["workspace", "package", "version"]);
    if let Some(version) = shared.filter(|_| matches!(role, Role::Listed | Role::Workspace)) {
        field("[workspace.package].version", version)?;
    }
    let is_root = toml.at(&["workspace"]).is_some();
    let is_inherited = role == Role::Workspace || role == Role::Listed && is_root && inherits;
    if is_inherited && shared.is_none() {
        return Err(Diagnostic::new(
            Rule::VersionInherited,
            "has no [workspace.package].version to inherit",
        ));
    }
    // A package that is not published needs none.
    if role == Role::Listed && version.is_none() && shared.is_none() {
        let invalid = Diagnostic::new(
            Rule::VersionFieldMissing,
            "has no [package].version and no [workspace.package].version",
        );
        let remedy = "give it one, or take it out of `versions` in lockstep.yaml";
        contents.missing = Some(invalid.with_remedy(remedy));
    }
    let has_version = match role {
        Role::Listed => version.is_some(),
        Role::Workspace | Role::Member => inherits,
        Role::Neighbour => false,
    };
    contents.package = toml.text(&["package", "name"]).filter(|_| has_version).map(Package::cargo);
    requirements(&toml, &mut contents)?;
    contents.leads = leads(&toml, role, inherits);
    let apart = toml.texts(&["workspace", "exclude"]);
    if !apart.is_empty() {
        contents.leads.push(Lead::Apart { folders: apart, format: VersionFormat::CargoManifest });
    }
    Ok(contents)
}

fn leads(toml: &Toml<'_>, role: Role, inherits: bool) -> Vec<Lead> {
    let is_root = toml.at(&["workspace"]).is_some();
    let shares = toml.at(&["workspace", "package", "version"]).is_some();
    match role {
        Role::Listed if !is_root => {
            let named = toml.text(&["package", "workspace"]).map(str::to_owned);
            vec![Lead::CargoWorkspace { named, inherits }]
        }
        Role::Listed => vec![Lead::CargoMembers { inherit: shares }, Lead::Beside("Cargo.lock")],
        Role::Workspace => vec![Lead::CargoMembers { inherit: true }],
        Role::Neighbour if is_root => vec![Lead::CargoMembers { inherit: false }],
        Role::Neighbour | Role::Member => Vec::new(),
    }
}

/// The tables of what a package depends on, each with its name.
pub(crate) fn dependencies<'t>(toml: &'t Toml<'_>) -> Vec<(String, &'t Item)> {
    let mut tables: Vec<(String, &Item)> = Vec::new();
    for kind in KINDS {
        tables.extend(toml.at(&[kind]).map(|table| (kind.to_owned(), table)));
    }
    for (target, of_target) in toml.entries(&["target"]) {
        for kind in KINDS {
            let table = of_target.get(kind);
            tables.extend(table.map(|table| (format!("target.'{target}'.{kind}"), table)));
        }
    }
    tables
}

/// The crates that a manifest takes from a path in place of those of a registry
/// ([documentation](https://doc.rust-lang.org/cargo/reference/overriding-dependencies.html#the-patch-section)).
fn patched(toml: &Toml<'_>) -> HashSet<String> {
    let mut patched = HashSet::new();
    for (_, source) in toml.entries(&["patch"]) {
        for (name, item) in source.as_table_like().into_iter().flat_map(TableLike::iter) {
            if item.get("path").is_some() {
                let package = item.get("package").and_then(Item::as_str).unwrap_or(name);
                patched.insert(package.to_owned());
            }
        }
    }
    patched
}

/// What a manifest takes of crates that stand at a path, where it names a version of them too.
fn requirements(toml: &Toml<'_>, contents: &mut Contents) -> Result<(), Diagnostic> {
    let patched = patched(toml);
    let mut tables = dependencies(toml);
    let shared = toml.at(&["workspace", "dependencies"]);
    tables.extend(shared.map(|table| ("workspace.dependencies".to_owned(), table)));
    for (table_name, table) in tables {
        for (name, item) in table.as_table_like().into_iter().flat_map(TableLike::iter) {
            let package = item.get("package").and_then(Item::as_str).unwrap_or(name);
            let (version, shown) = match item.get("version") {
                Some(version) => (version, format!("[{table_name}.{name}].version")),
                None if item.is_str() => (item, format!("[{table_name}].{name}")),
                None => continue,
            };
            if item.get("path").is_none() && !patched.contains(package) {
                continue;
            }
            let literal = toml.literal(&shown, version)?;
            let field = Field::of_file(shown, literal, VersionScheme::Semver);
            let field = Field { notation: Notation::Requirement(Requirement::Cargo), ..field };
            contents.fields.push(field.of(Package::cargo(package)));
        }
    }
    Ok(())
}

/// `Cargo.lock`: the packages that were fetched from nowhere, and what names one of them with its version.
pub(super) fn lock(text: &str) -> Result<Contents, Diagnostic> {
    let toml = Toml::read(text)?;
    let packages = || {
        let tables = toml.at(&["package"]).and_then(Item::as_array_of_tables);
        tables.into_iter().flatten()
    };
    let mut contents = Contents::default();
    let mut local = HashSet::new();
    for package in packages().filter(|package| package.get("source").is_none()) {
        let name = package.get("name").and_then(Item::as_str).unwrap_or_default();
        let Some(version) = package.get("version") else { continue };
        let shown = format!("[[package]] {name}");
        let literal = toml.literal(&shown, version)?;
        local.insert((name.to_owned(), literal.text.to_owned()));
        contents.listed.push(Package::cargo(name));
        let field = Field::of_file(shown, literal, VersionScheme::Semver);
        contents.fields.push(field.of(Package::cargo(name)));
    }
    // Where two packages have one name, dependencies name the version too.
    for package in packages() {
        let of = package.get("name").and_then(Item::as_str).unwrap_or_default();
        let dependencies = package.get("dependencies").and_then(Item::as_array);
        for dependency in dependencies.into_iter().flatten() {
            let Some((name, version)) = dependency.as_str().and_then(|text| text.split_once(' '))
            else {
                continue;
            };
            if local.contains(&(name.to_owned(), version.to_owned())) {
                contents.fields.push(dependency_field(&toml, of, name, dependency)?);
            }
        }
    }
    Ok(contents)
}

fn dependency_field(
    toml: &Toml<'_>,
    of: &str,
    name: &str,
    value: &Value,
) -> Result<Field, Diagnostic> {
    let shown = format!("[[package]] {of}, dependency {name}");
    let literal = toml.literal_of(&shown, value)?;
    let version = literal.part(name.len() + 1..literal.text.len());
    Ok(Field::of_file(shown, version, VersionScheme::Semver).of(Package::cargo(name)))
}
