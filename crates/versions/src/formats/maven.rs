//! Maven's projects ([documentation](https://maven.apache.org/pom.html)).

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;
use roxmltree::Node;

use super::msbuild::{plain, read};
use super::{Contents, Lead};
use crate::field::{Field, Package};

/// `pom.xml`: the project's version, or that of the parent that it inherits it from.
pub(super) fn project(text: &str) -> Result<Contents, Diagnostic> {
    let document = read(text)?;
    let root = document.root_element();
    let mut contents = taken(text, &root);
    let parent = child(&root, "parent");
    let own = child(&root, "version").map(|version| ("<project> <version>", version));
    let inherited = || Some(("<parent> <version>", child(&parent?, "version")?));
    let (name, version) = own.or_else(inherited).ok_or_else(|| {
        let what = "has no <version>, and no parent with one";
        Diagnostic::new(Rule::VersionFieldMissing, what)
    })?;
    let field = plain(text, &version, name, VersionScheme::Semver)?;
    // What stands there as a parent's is the project's own.
    contents.fields.retain(|known| known.place != field.place);
    contents.fields.push(field);
    contents.package = coordinates(&root, &root);
    Ok(contents)
}

/// A module that is not listed: what it takes of others counts.
pub(super) fn neighbour(text: &str) -> Result<Contents, Diagnostic> {
    let document = read(text)?;
    Ok(taken(text, &document.root_element()))
}

/// What a project takes of others by version, and its modules
/// ([documentation](https://maven.apache.org/guides/introduction/introduction-to-the-pom.html#project-inheritance-vs-project-aggregation)).
fn taken(text: &str, root: &Node<'_, '_>) -> Contents {
    let mut contents = Contents::default();
    let parent = child(root, "parent");
    let managed = child(root, "dependencyManagement");
    let lists = [Some(*root), managed].into_iter().flatten();
    let dependencies = lists.filter_map(|of| child(&of, "dependencies"));
    let dependencies = dependencies.flat_map(|list| children(list, "dependency"));
    for project in parent.into_iter().chain(dependencies) {
        let name = format!("<{}> <version>", project.tag_name().name());
        let field = child(&project, "version")
            .and_then(|version| plain(text, &version, &name, VersionScheme::Semver).ok());
        // A property or a range takes no one version.
        let is_version = |field: &Field| field.text.starts_with(|c: char| c.is_ascii_digit());
        if let Some((field, package)) = field.filter(is_version).zip(coordinates(&project, root)) {
            contents.fields.push(field.of(package));
        }
    }
    let modules = child(root, "modules").into_iter();
    let modules = modules.flat_map(|list| children(list, "module"));
    let folders: Vec<String> =
        modules.filter_map(|module| Some(module.text()?.trim().to_owned())).collect();
    if !folders.is_empty() {
        contents.leads.push(Lead::Folders { folders, format: VersionFormat::Maven });
    }
    contents
}

/// What a project is called, which inherits its group from its parent.
fn coordinates(project: &Node<'_, '_>, root: &Node<'_, '_>) -> Option<Package> {
    let text = |of: &Node<'_, '_>, name: &str| Some(child(of, name)?.text()?.trim().to_owned());
    let group =
        |of: &Node<'_, '_>| text(of, "groupId").or_else(|| text(&child(of, "parent")?, "groupId"));
    let own = group(root).unwrap_or_default();
    let of_project = group(project).unwrap_or_default();
    let of_project = of_project.replace("${project.groupId}", &own);
    Some(Package::maven(&of_project, &text(project, "artifactId")?))
}

fn child<'a, 'd>(of: &Node<'a, 'd>, name: &str) -> Option<Node<'a, 'd>> {
    of.children().find(|child| child.tag_name().name() == name)
}

fn children<'a, 'd: 'a>(
    of: Node<'a, 'd>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'd>> {
    of.children().filter(move |child| child.tag_name().name() == name)
}
