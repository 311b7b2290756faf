//! The machine that a run has: its labels, the actions it finds, the tools on its path.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::replace::OWN_COMMIT;
use crate::{root, tools};

/// The runners that workflows name.
pub(super) fn labels(workflows: &[String]) -> BTreeSet<&str> {
    let lines = workflows.iter().flat_map(|text| text.lines());
    lines
        .filter_map(|line| {
            let line = line.trim().trim_start_matches("- ");
            line.strip_prefix("runs-on: ").or_else(|| line.strip_prefix("runner: "))
        })
        .filter(|label| !label.starts_with("${{"))
        .map(|label| label.trim_matches('"'))
        .collect()
}

/// The actions that workflows use, each with the folder that stands in for its repository.
pub(super) fn stand_ins(workflows: &[String], folder: &Path) -> Vec<(String, PathBuf)> {
    let lines = workflows.iter().flat_map(|text| text.lines());
    let uses = lines.filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "));
    // Those of the repository itself, in a workflow that another calls too already as act has them.
    let references = uses.filter(|uses| !uses.starts_with('$') && !uses.starts_with("./"));
    let mut found = BTreeMap::new();
    for reference in references {
        let reference = reference.split(' ').next().unwrap();
        let (path, commit) =
            reference.split_once('@').unwrap_or_else(|| panic!("{reference} is not pinned"));
        let repository = path.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
        let stand_in = if repository == lockstep_generator::plan::own_repository() {
            own_actions(folder)
        } else {
            root().join("tests/stand-ins/actions").join(&repository)
        };
        assert!(stand_in.is_dir(), "nothing stands in for {repository}");
        found.insert(format!("https://github.com/{repository}@{commit}"), stand_in);
    }
    if workflows.iter().any(|text| text.contains("uses: $/actions/")) {
        let own = lockstep_generator::plan::own_repository();
        found.insert(format!("https://github.com/{own}@{OWN_COMMIT}"), own_actions(folder));
    }
    found.into_iter().collect()
}

/// Lockstep's actions as a checkout of its repository has them, without what is built beside them.
fn own_actions(folder: &Path) -> PathBuf {
    let copy = folder.join("lockstep");
    for (file, _) in crate::actions::all() {
        let to = copy.join(&file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join(&file), to).unwrap();
    }
    fs::copy(root().join("actions/launch.sh"), copy.join("actions/launch.sh")).unwrap();
    copy
}

/// What stands in for tools that every hosted runner has, the pinned tools, and this machine's.
pub(super) fn path(first: &[PathBuf]) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = [root().join("tests/stand-ins/bin"), tools::folder().join("venv/bin")];
    std::env::join_paths(first.iter().cloned().chain(own).chain(std::env::split_paths(&path)))
        .unwrap()
}
