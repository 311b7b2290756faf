//! Which crates are of one Cargo workspace, as Cargo itself finds them
//! ([documentation](https://doc.rust-lang.org/cargo/reference/workspaces.html#the-members-and-exclude-fields)).

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;

use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::paths::{below, folder_of};
use toml_edit::{Item, TableLike};

use crate::formats::cargo::dependencies;
use crate::syntax::toml::Toml;
use crate::text::text_of;

/// The lockfile beside a workspace's root.
pub(super) const LOCK: &str = "Cargo.lock";

/// A crate that a workspace has to do with.
#[derive(Debug)]
pub(super) struct Crate {
    pub(super) manifest: String,
    /// Whether it is of the workspace, so that it may inherit what that says.
    pub(super) is_member: bool,
}

/// The Cargo workspaces below a root. Each manifest is read once.
pub(super) struct Workspaces<'r> {
    root: &'r Path,
    layouts: HashMap<String, Option<Layout>>,
}

impl<'r> Workspaces<'r> {
    pub(super) fn new(root: &'r Path) -> Self {
        Self { root, layouts: HashMap::new() }
    }

    /// The manifest of the workspace that a manifest is of: the one that it names, or the nearest above that does not
    /// exclude it.
    pub(super) fn root_of(&mut self, manifest: &str, named: Option<&str>) -> Option<String> {
        let mut folder = folder_of(manifest);
        if let Some(named) = named {
            return self.named(folder, named);
        }
        while !folder.is_empty() {
            folder = folder_of(folder);
            let above = below(folder, "Cargo.toml")?;
            let Some(layout) = self.layout(&above) else { continue };
            if let Some(named) = layout.root.clone() {
                return self.named(folder, &named);
            }
            if layout.is_root && !layout.excludes(folder, manifest) {
                return Some(above);
            }
        }
        None
    }

    /// The crates that a workspace's root leads to, itself left out: the members, and what they take from paths.
    pub(super) fn crates(&mut self, root: &str) -> Vec<Crate> {
        let (folder, base) = (folder_of(root), self.root);
        let Some(layout) = self.layout(root) else { return Vec::new() };
        let named = layout.members.iter().flat_map(|member| manifests(base, folder, member));
        let named: Vec<String> =
            named.filter(|manifest| !layout.excludes(folder, manifest)).collect();
        let explicit: HashSet<String> = named.iter().cloned().collect();
        let mut todo: VecDeque<String> = named.into();
        todo.push_front(root.to_owned());
        let mut known = HashSet::new();
        let mut crates = Vec::new();
        while let Some(manifest) = todo.pop_front() {
            if !known.insert(manifest.clone()) {
                continue;
            }
            let is_named = explicit.contains(&manifest) || manifest == root;
            let is_member = self.is_member(root, &manifest, is_named);
            let own_root =
                if is_member { Some(root.to_owned()) } else { self.own_root_of(&manifest) };
            todo.extend(self.taken(&manifest, own_root.as_deref()));
            if manifest != root && self.root.join(&manifest).is_file() {
                crates.push(Crate { manifest, is_member });
            }
        }
        crates
    }

    /// Whether a crate that a workspace's root names, or a member takes from a path, is a member. What stands outside
    /// of the root's folder is one where it says so itself.
    fn is_member(&mut self, root: &str, manifest: &str, is_named: bool) -> bool {
        let folder = folder_of(root);
        let is_excluded = self.layout(root).is_some_and(|layout| layout.excludes(folder, manifest));
        let is_another = manifest != root && self.layout(manifest).is_some_and(|of| of.is_root);
        let is_here = is_named || is_below(folder, manifest);
        !is_excluded
            && !is_another
            && (is_here || self.own_root_of(manifest).as_deref() == Some(root))
    }

    fn own_root_of(&mut self, manifest: &str) -> Option<String> {
        let layout = self.layout(manifest)?;
        let (is_root, named) = (layout.is_root, layout.root.clone());
        if is_root { Some(manifest.to_owned()) } else { self.root_of(manifest, named.as_deref()) }
    }

    /// The manifests of the crates that one takes from paths, also where its workspace's root has the path.
    fn taken(&mut self, manifest: &str, root: Option<&str>) -> Vec<String> {
        let Some(layout) = self.layout(manifest) else { return Vec::new() };
        let at = |folder: &str, path: &str| below(folder, &format!("{path}/Cargo.toml"));
        let own = layout.paths.iter().filter_map(|path| at(folder_of(manifest), path));
        let mut taken: Vec<String> = own.collect();
        let names = layout.of_root.clone();
        if let Some((root, layout)) = root.and_then(|root| Some((root, self.layout(root)?))) {
            let shared = layout.shared.iter().filter(|(name, _)| names.contains(name));
            taken.extend(shared.filter_map(|(_, path)| at(folder_of(root), path)));
        }
        taken
    }

    fn named(&self, folder: &str, root: &str) -> Option<String> {
        let root = below(folder, &format!("{root}/Cargo.toml"))?;
        self.root.join(&root).is_file().then_some(root)
    }

    /// What a manifest says of workspaces; nothing where it cannot be read, which is told where its fields are
    /// looked for.
    fn layout(&mut self, manifest: &str) -> Option<&Layout> {
        let read = |manifest: &str| {
            let path = self.root.join(manifest);
            let text = path.is_file().then(|| text_of(&path).ok())??;
            Layout::read(&text).ok()
        };
        if !self.layouts.contains_key(manifest) {
            let layout = read(manifest);
            self.layouts.insert(manifest.to_owned(), layout);
        }
        self.layouts.get(manifest)?.as_ref()
    }
}

/// What a manifest says of the workspace that it is of. Paths are below its folder.
#[derive(Debug, Clone, Default)]
struct Layout {
    /// Whether it is the root of one.
    is_root: bool,
    /// The folder of the root, where it names that.
    root: Option<String>,
    /// The folders of the members that it names, also by patterns.
    members: Vec<String>,
    /// The folders below which nothing is a member.
    excluded: Vec<String>,
    /// The folders of the crates that it takes from a path.
    paths: Vec<String>,
    /// The crates that it takes as the workspace's root says.
    of_root: Vec<String>,
    /// The crates that its members may take so, each with its folder.
    shared: Vec<(String, String)>,
}

impl Layout {
    fn read(text: &str) -> Result<Self, Diagnostic> {
        let toml = Toml::read(text)?;
        let mut layout = Self {
            is_root: toml.at(&["workspace"]).is_some(),
            root: toml.text(&["package", "workspace"]).map(str::to_owned),
            members: toml.texts(&["workspace", "members"]),
            excluded: toml.texts(&["workspace", "exclude"]),
            ..Self::default()
        };
        let path = |item: &Item| item.get("path").and_then(Item::as_str).map(str::to_owned);
        for (_, table) in dependencies(&toml) {
            for (name, item) in table.as_table_like().into_iter().flat_map(TableLike::iter) {
                layout.paths.extend(path(item));
                if item.get("workspace").and_then(Item::as_bool) == Some(true) {
                    layout.of_root.push(name.to_owned());
                }
            }
        }
        let shared = toml.entries(&["workspace", "dependencies"]);
        layout.shared =
            shared.filter_map(|(name, item)| Some((name.to_owned(), path(item)?))).collect();
        Ok(layout)
    }

    /// Whether it, as a workspace's root in a folder, excludes a manifest. What it names by its path is none of them.
    fn excludes(&self, folder: &str, manifest: &str) -> bool {
        let has = |paths: &[String]| {
            let mut paths = paths.iter().filter_map(|path| below(folder, path));
            paths.any(|path| is_below(&path, manifest))
        };
        has(&self.excluded) && !has(&self.members)
    }
}

/// The manifests that a line of a workspace's members means. One that is not there is for Cargo to tell.
fn manifests(root: &Path, folder: &str, member: &str) -> Vec<String> {
    if !member.contains(['*', '?', '[']) {
        return below(folder, &format!("{member}/Cargo.toml")).into_iter().collect();
    }
    let Some(pattern) = below(folder, member) else { return Vec::new() };
    let Some(base) = root.to_str() else { return Vec::new() };
    let pattern = format!("{}/{pattern}/Cargo.toml", glob::Pattern::escape(base));
    let found = glob::glob(&pattern).into_iter().flatten().flatten();
    let paths = found.filter_map(|path| {
        // What stands in the folder that the program is called in is found without it.
        let path = path.strip_prefix(root).unwrap_or(&path).to_str()?;
        Some(path.replace(std::path::MAIN_SEPARATOR, "/"))
    });
    paths.collect()
}

/// Whether a path stands below a folder, which may be the root.
fn is_below(folder: &str, path: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_manifest_says_of_its_workspace() {
        let layout = Layout::read(
            r#"
            [workspace]
            members = ["a", "crates/*"]
            exclude = ["crates/old"]
            [workspace.dependencies]
            shared = { path = "crates/shared", version = "1" }
            serde = "1"
            [dependencies]
            shared.workspace = true
            own = { path = "../own" }
            other = { version = "1", workspace = false }
            [target.'cfg(unix)'.dev-dependencies]
            unix = { path = "unix" }
            "#,
        )
        .unwrap();
        assert!(layout.is_root);
        assert_eq!(layout.root, None);
        assert_eq!(layout.members, ["a", "crates/*"]);
        assert_eq!(layout.excluded, ["crates/old"]);
        assert_eq!(layout.paths, ["../own", "unix"]);
        assert_eq!(layout.of_root, ["shared"], "what is not of the workspace is not of its root");
        assert_eq!(layout.shared, [("shared".to_owned(), "crates/shared".to_owned())]);
        let member = Layout::read("[package]\nname = \"a\"\nworkspace = \"..\"\n").unwrap();
        assert!(!member.is_root);
        assert_eq!(member.root.as_deref(), Some(".."));
    }

    #[test]
    fn what_a_workspace_excludes() {
        let layout = Layout {
            members: vec!["old/kept".to_owned()],
            excluded: vec!["old".to_owned()],
            ..Layout::default()
        };
        assert!(layout.excludes("", "old/Cargo.toml"));
        assert!(layout.excludes("", "old/deep/Cargo.toml"));
        assert!(!layout.excludes("", "old/kept/Cargo.toml"), "a member by its path stays one");
        assert!(!layout.excludes("", "older/Cargo.toml"));
        assert!(layout.excludes("sub", "sub/old/Cargo.toml"));
        assert!(!layout.excludes("sub", "old/Cargo.toml"));
    }

    #[test]
    fn what_is_below_a_folder() {
        assert!(is_below("", "a"));
        assert!(is_below("a", "a/b"));
        assert!(!is_below("a", "a"));
        assert!(!is_below("a", "ab/c"));
    }
}
