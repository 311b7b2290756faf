//! Yarn's lockfile.

use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::version_format::VersionFormat;

use super::npm::required;
use super::{Contents, Lead};
use crate::field::{Field, Literal, Package};
use crate::syntax::yaml::{self, Yaml};

/// What an entry is resolved to that is a folder of the repository.
const WORKSPACE: &str = "@workspace:";

/// `yarn.lock` of Yarn 2 and later: the packages of the workspace by what is asked for of them, and what they ask for. Yarn 1 has no
/// packages of the repository in its own.
pub(super) fn lock(file: &str) -> Result<Contents, Diagnostic> {
    let mut contents = Contents::default();
    if file.contains("# yarn lockfile v1") {
        return Ok(contents);
    }
    let yaml = Yaml::read(file)?;
    let mut folders = Vec::new();
    let no_keys: [&str; 0] = [];
    for (key, place, entry) in yaml.at(&no_keys).map(yaml::placed).into_iter().flatten() {
        let resolution = yaml::text(entry, "resolution").unwrap_or_default();
        let Some((name, folder)) = resolution.rsplit_once(WORKSPACE) else { continue };
        contents.listed.push(Package::npm(name));
        folders.push(folder.to_owned());
        if let Some(literal) = yaml.standing(key, place) {
            contents.fields.extend(descriptors(&literal));
        }
        let lists = yaml::entries(entry).filter(|(kind, _)| kind.ends_with("ependencies"));
        for (kind, dependencies) in lists {
            for (package, node) in yaml::entries(dependencies) {
                let shown = format!("{name}, {kind}[\"{package}\"]");
                let Ok(literal) = yaml.literal(&shown, node) else { continue };
                contents.fields.extend(asked(shown, package, &literal));
            }
        }
    }
    contents.leads.push(Lead::Folders { folders, format: VersionFormat::PackageJson });
    Ok(contents)
}

/// What is asked for of a package, in a key such as `@tool/a@npm:1.0.0, @tool/a@workspace:packages/a`.
fn descriptors(key: &Literal<'_>) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut at = 0;
    for descriptor in key.text.split(", ") {
        // A scope's name begins with an `@` of its own.
        let end = descriptor.get(1..).and_then(|rest| rest.find('@')).map(|end| end + 1);
        if let Some(end) = end {
            let name = &descriptor[..end];
            let spec = key.part(at + end + 1..at + descriptor.len());
            fields.extend(asked(format!("what is asked of {name}"), name, &spec));
        }
        at += descriptor.len() + ", ".len();
    }
    fields
}

/// A field for what is asked for of a package, by Yarn's protocols.
fn asked(shown: String, package: &str, spec: &Literal<'_>) -> Option<Field> {
    const NPM: &str = "npm:";
    let start = if spec.text.starts_with(NPM) { NPM.len() } else { 0 };
    required(shown, package, &spec.part(start..spec.text.len()))
}
