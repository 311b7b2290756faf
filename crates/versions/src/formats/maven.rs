//! Maven's projects ([documentation](https://maven.apache.org/pom.html)).

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;
use roxmltree::Node;

use super::msbuild::{plain, read};
use super::{Contents, Lead};
use crate::field::{Field, Notation, Package};
use crate::requirement::Requirement;

/// The words for a project's own group.
const OWN_GROUPS: [&str; 4] =
    ["${project.groupId}", "${project.parent.groupId}", "${pom.groupId}", "${groupId}"];

/// `pom.xml`: the project's version, or that of the parent that it inherits it from.
pub(super) fn project(text: &str) -> Result<Contents, Diagnostic> {
    let document = read(text)?;
    let root = document.root_element();
    let parent = child(&root, "parent");
    let own = child(&root, "version").map(|version| ("<project> <version>", version));
    let inherited = || Some(("<parent> <version>", child(&parent?, "version")?));
    let (name, version) = own.or_else(inherited).ok_or_else(|| {
        let what = "has no <version>, and no parent with one";
        Diagnostic::new(Rule::VersionFieldMissing, what)
    })?;
    let mut contents = Contents::from(plain(text, &version, name, VersionScheme::Semver)?);
    taken(text, &root, &mut contents);
    contents.package = coordinates(&root, &root);
    Ok(contents)
}

/// A module that is not listed: what it takes of others counts. One that cannot be read may be of tools that are no part of this.
pub(super) fn neighbour(text: &str) -> Contents {
    let mut contents = Contents::default();
    let Ok(document) = read(text) else { return contents };
    let root = document.root_element();
    taken(text, &root, &mut contents);
    let inherits = child(&root, "version").is_none()
        && child(&root, "parent").is_some_and(|parent| folder_of_parent(&parent).is_some());
    contents.package = coordinates(&root, &root).filter(|_| inherits);
    contents
}

/// What a project takes of others by version, and its modules
/// ([documentation](https://maven.apache.org/guides/introduction/introduction-to-the-pom.html#project-inheritance-vs-project-aggregation)).
fn taken(text: &str, root: &Node<'_, '_>, contents: &mut Contents) {
    let version = |project: &Node<'_, '_>| {
        let name = format!("<{}> <version>", project.tag_name().name());
        let version = child(project, "version")?;
        let field = plain(text, &version, &name, VersionScheme::Semver).ok()?;
        // A property says no version, and a range more than one.
        field.text.starts_with(|c: char| c.is_ascii_digit()).then_some(field)
    };
    if let Some(parent) = child(root, "parent")
        && let Some(folder) = folder_of_parent(&parent)
        && let Some((field, package)) = version(&parent).zip(coordinates(&parent, root))
    {
        contents.fields.push(field.of_folder(package, &folder));
    }
    let is_taken = |node: &Node<'_, '_>| {
        ["dependency", "plugin", "extension"].contains(&node.tag_name().name())
            && !node.ancestors().any(|above| above.tag_name().name() == "configuration")
    };
    for project in root.descendants().filter(is_taken) {
        if let Some((field, package)) = version(&project).zip(coordinates(&project, root)) {
            let notation = Notation::Requirement(Requirement::Maven);
            contents.fields.push(Field { notation, ..field }.of(package));
        }
    }
    let is_module = |node: &Node<'_, '_>| {
        let is_listed = |list: &str, item: &str| {
            let name = |node: &Node<'_, '_>| node.tag_name().name().to_owned();
            name(node) == item && node.parent().is_some_and(|parent| name(&parent) == list)
        };
        is_listed("modules", "module") || is_listed("subprojects", "subproject")
    };
    let modules = root.descendants().filter(is_module);
    let folders: Vec<String> =
        modules.filter_map(|module| Some(module.text()?.trim().to_owned())).collect();
    if !folders.is_empty() {
        contents.leads.push(Lead::Folders { folders, format: VersionFormat::Maven });
    }
}

/// The folder that a parent stands in; none where it is taken from a repository
/// ([documentation](https://maven.apache.org/pom.html#inheritance)).
fn folder_of_parent(parent: &Node<'_, '_>) -> Option<String> {
    let Some(path) = child(parent, "relativePath") else { return Some("..".to_owned()) };
    let path = path.text().unwrap_or_default().trim();
    let folder = match path.rsplit_once('/') {
        Some((folder, file)) if is_pom(file) => folder,
        None if is_pom(path) => ".",
        _ => path,
    };
    (!folder.is_empty()).then(|| folder.to_owned())
}

fn is_pom(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|ending| ending == "xml")
}

/// The name of a project; its group is that of its parent where it says none.
fn coordinates(project: &Node<'_, '_>, root: &Node<'_, '_>) -> Option<Package> {
    let text = |of: &Node<'_, '_>, name: &str| Some(child(of, name)?.text()?.trim().to_owned());
    let of_parent = |of: &Node<'_, '_>| text(&child(of, "parent")?, "groupId");
    let own = || text(root, "groupId").or_else(|| of_parent(root)).unwrap_or_default();
    let group = match text(project, "groupId") {
        Some(group) if OWN_GROUPS.contains(&group.as_str()) => own(),
        Some(group) => group,
        None => of_parent(project).unwrap_or_default(),
    };
    Some(Package::maven(&group, &text(project, "artifactId")?))
}

fn child<'a, 'd>(of: &Node<'a, 'd>, name: &str) -> Option<Node<'a, 'd>> {
    of.children().find(|child| child.tag_name().name() == name)
}
