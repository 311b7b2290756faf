//! pnpm's lockfile.

use super::Contents;
use super::npm::{DEPENDENCIES, required};
use crate::field::Package;
use crate::syntax::yaml::{self, Yaml};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};

/// `pnpm-lock.yaml`: the versions that the workspace's packages depend on.
pub(super) fn lock(file: &str) -> Result<Contents, Diagnostic> {
    let yaml = Yaml::read_last(file)?;
    let mut contents = Contents::default();
    let no_keys: [&str; 0] = [];
    let root =
        yaml.at(&no_keys).ok_or_else(|| Diagnostic::new(Rule::VersionFileSyntax, "is empty"))?;
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
                if !locked.starts_with("link:") {
                    contents.published.push(Package::npm(name));
                }
                contents.fields.push(field);
            }
        }
    }
    Ok(contents)
}
