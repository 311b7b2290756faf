//! pnpm's lockfile.

use super::npm::{DEPENDENCIES, required};
use super::{Contents, Lead};
use crate::field::Package;
use crate::syntax::yaml::{self, Yaml};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version_format::VersionFormat;

/// `pnpm-lock.yaml`: the versions that the workspace's packages depend on.
pub(super) fn lock(file: &str) -> Result<Contents, Diagnostic> {
    let yaml = Yaml::read_last(file)?;
    let mut contents = Contents::default();
    let no_keys: [&str; 0] = [];
    let root =
        yaml.at(&no_keys).ok_or_else(|| Diagnostic::new(Rule::VersionFileSyntax, "is empty"))?;
    overrides(&yaml, &["overrides"], &mut contents);
    let catalogs = yaml.at(&["catalogs"]).map(yaml::entries).into_iter().flatten();
    for (catalog, packages) in catalogs {
        for (name, entry) in yaml::entries(packages) {
            let Some((_, node)) = yaml::entries(entry).find(|(key, _)| *key == "specifier") else {
                continue;
            };
            let shown = format!(".catalogs[\"{catalog}\"][\"{name}\"].specifier");
            let Ok(literal) = yaml.literal(&shown, node) else { continue };
            contents.fields.extend(required(shown, name, &literal));
        }
    }
    let folders = yaml.at(&["importers"]).map(yaml::entries).into_iter().flatten();
    let folders = folders.map(|(folder, _)| folder.to_owned()).collect();
    contents.leads.push(Lead::Folders { folders, format: VersionFormat::PackageJson });
    // Of a single package the format has no `importers`.
    let mut importers = vec![(String::new(), root)];
    if let Some(listed) = yaml.at(&["importers"]) {
        importers.extend(
            yaml::entries(listed).map(|(path, node)| (format!(".importers[\"{path}\"]"), node)),
        );
    }
    for (of, importer) in importers {
        for (kind, packages) in yaml::entries(importer) {
            if !DEPENDENCIES.contains(&kind) {
                continue;
            }
            for (name, dependency) in yaml::entries(packages) {
                contents.listed.push(Package::npm(name));
                let Some((_, specifier)) =
                    yaml::entries(dependency).find(|(key, _)| *key == "specifier")
                else {
                    continue;
                };
                let shown = format!("{of}.{kind}[\"{name}\"].specifier");
                let Ok(literal) = yaml.literal(&shown, specifier) else { continue };
                let Some(field) = required(shown, name, &literal) else { continue };
                let locked = yaml::text(dependency, "version").unwrap_or_default();
                if !["link:", "file:"].iter().any(|here| locked.starts_with(here)) {
                    contents.published.push(Package::npm(name));
                }
                contents.fields.push(field);
            }
        }
    }
    Ok(contents)
}

/// `pnpm-workspace.yaml` ([documentation](https://pnpm.io/pnpm-workspace_yaml)): versions that packages take by a catalog, versions
/// that take the place of what is asked for, and where the packages are.
pub(super) fn workspace(file: &str) -> Result<Contents, Diagnostic> {
    let yaml = Yaml::read(file)?;
    let mut contents = Contents::default();
    overrides(&yaml, &["overrides"], &mut contents);
    overrides(&yaml, &["catalog"], &mut contents);
    let catalogs = yaml.at(&["catalogs"]).map(yaml::entries).into_iter().flatten();
    for (catalog, _) in catalogs {
        overrides(&yaml, &["catalogs", catalog], &mut contents);
    }
    let patterns = yaml.at(&["packages"]).map(yaml::texts).unwrap_or_default();
    contents.leads.push(Lead::Patterns { patterns, format: VersionFormat::PackageJson });
    Ok(contents)
}

/// The versions that a mapping has by the names of packages.
fn overrides(yaml: &Yaml<'_>, keys: &[&str], contents: &mut Contents) {
    for (name, node) in yaml.at(keys).map(yaml::entries).into_iter().flatten() {
        let shown = format!(".{}[\"{name}\"]", keys.join("."));
        let Ok(literal) = yaml.literal(&shown, node) else { continue };
        contents.fields.extend(required(shown, name, &literal));
    }
}
