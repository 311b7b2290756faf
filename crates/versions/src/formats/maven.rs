//! Maven's projects ([documentation](https://maven.apache.org/pom.html)).

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;
use roxmltree::Node;

use super::Contents;
use super::msbuild::{plain, read};

/// `pom.xml`: the project's version, or that of the parent that it inherits it from.
pub(super) fn project(text: &str) -> Result<Contents, Diagnostic> {
    let document = read(text)?;
    let child = |node: &Node<'_, '_>, name: &str| {
        node.children().find(|child| child.tag_name().name() == name).map(|child| child.id())
    };
    let root = document.root_element();
    let own = child(&root, "version").map(|id| ("<project> <version>", id));
    let parent = || {
        let parent = document.get_node(child(&root, "parent")?)?;
        Some(("<parent> <version>", child(&parent, "version")?))
    };
    let found = own.or_else(parent).and_then(|(name, id)| Some((name, document.get_node(id)?)));
    let (name, version) = found.ok_or_else(|| {
        let what = "has no <version>, and no parent with one";
        Diagnostic::new(Rule::VersionFieldMissing, what)
    })?;
    Ok(plain(text, &version, name, VersionScheme::Semver)?.into())
}
