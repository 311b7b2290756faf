//! The pins in a project's files: where they stand, and how they are set.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::workflow::MARK;
use lockstep_yaml::{Bounds, Kind, Node};
use regex_lite::Regex;

use super::pin::{Next, Used};

/// The largest file that is looked into, in bytes.
const LARGEST: u64 = 1 << 20;

const MODEL: &str = "lockstep.yaml";
const WORKFLOWS: &str = ".github/workflows";

/// A `uses:` with a commit, and the version behind it.
static USES: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant")]
    Regex::new(
        r"^\s*(?:- )?uses: ([A-Za-z0-9-]+/[A-Za-z0-9._-]+)((?:/[^@\s]+)?)@([0-9a-f]{40})(?: # ([A-Za-z0-9][A-Za-z0-9._+-]*))?$",
    )
    .expect("it is a pattern")
});

/// What a line of a workflow says that it uses.
struct Uses<'l> {
    repository: &'l str,
    /// Where the action stands in it, with a slash before it; nothing at its root.
    folder: &'l str,
    commit: &'l str,
    version: &'l str,
}

fn uses(line: &str) -> Option<Uses<'_>> {
    let found = USES.captures(line)?;
    let [repository, folder, commit, version] =
        [1, 2, 3, 4].map(|at| found.get(at).map_or("", |part| part.as_str()));
    Some(Uses { repository, folder, commit, version })
}

/// A file with pins.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path in the project.
    pub path: String,
    /// What it says.
    pub old: String,
    /// What it is to say.
    pub text: String,
}

/// The files with pins: the model, and what Lockstep rendered.
#[derive(Debug)]
pub(crate) struct Edits {
    model: File,
    rendered: Vec<File>,
}

impl Edits {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// Where one cannot be read.
    pub(crate) fn read(project: &Path) -> Result<Self, Diagnostic> {
        let model = read(project, MODEL)?;
        let unreadable = |error: std::io::Error| {
            Diagnostic::new(Rule::FileUnreadable, format!("cannot be listed: {error}"))
                .in_file(WORKFLOWS)
                .with_remedy("`lockstep generate` renders what is in it")
        };
        let mut rendered = Vec::new();
        for entry in std::fs::read_dir(project.join(WORKFLOWS)).map_err(unreadable)? {
            let name = entry.map_err(unreadable)?.file_name();
            let Some(name) = name.to_str() else { continue };
            if Path::new(name).extension().is_none_or(|ending| ending != "yml") {
                continue;
            }
            let file = read(project, &format!("{WORKFLOWS}/{name}"))?;
            // A workflow of your own is your bot's.
            rendered.extend(file.old.starts_with(MARK).then_some(file));
        }
        rendered.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { model, rendered })
    }

    /// The actions that are used, as `uses:` has them: `owner/name/folder@commit`.
    pub(crate) fn actions(&self) -> BTreeSet<String> {
        let lines = self.rendered.iter().flat_map(|file| file.old.lines());
        let used = lines.filter_map(uses);
        used.map(|Uses { repository, folder, commit, .. }| format!("{repository}{folder}@{commit}"))
            .collect()
    }

    /// Each action with each commit that it is used at, in the order of their names.
    pub(crate) fn used(&self) -> Vec<Used> {
        let mut all: Vec<Used> = Vec::new();
        for file in &self.rendered {
            for (index, line) in file.old.lines().enumerate() {
                let Some(found) = uses(line) else { continue };
                let (Ok(repository), Ok(commit)) = (found.repository.parse(), found.commit.parse())
                else {
                    continue;
                };
                let version = found.version.parse().ok();
                let used =
                    Used { repository, commit, version, file: file.path.clone(), line: index + 1 };
                let is_same = |other: &Used| {
                    other.repository == used.repository && other.commit == used.commit
                };
                if !all.iter().any(is_same) {
                    all.push(used);
                }
            }
        }
        all.sort_by(|a, b| a.repository.as_str().cmp(b.repository.as_str()));
        all
    }

    /// Sets a pin wherever it stands.
    pub(crate) fn set(&mut self, used: &Used, next: &Next) {
        let (old, new) = (used.commit.as_str(), next.commit.as_str());
        // What the model names comes from it into the workflows.
        if self.model.text.contains(old) {
            self.model.text = in_model(&self.model.text, used, next);
            return;
        }
        for file in &mut self.rendered {
            let lines = file.text.split_inclusive('\n').map(|line| {
                let is_it = uses(line.trim_end()).is_some_and(|found| {
                    found.repository == used.repository.as_str() && found.commit == old
                });
                if !is_it {
                    return line.to_owned();
                }
                let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
                let (before, _) = line.split_once('@').unwrap_or((line, ""));
                format!("{before}@{new} # {}{end}", next.version)
            });
            file.text = lines.collect();
        }
    }

    /// The files that are to say something else.
    pub(crate) fn changed(&self) -> Vec<&File> {
        let files = self.rendered.iter().chain([&self.model]);
        files.filter(|file| file.old != file.text).collect()
    }

    /// Whether the model is one of them.
    pub(crate) fn changes_the_model(&self) -> bool {
        self.model.old != self.model.text
    }
}

fn read(project: &Path, path: &str) -> Result<File, Diagnostic> {
    let of = |error: &dyn std::fmt::Display| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}")).in_file(path)
    };
    let bytes =
        lockstep_files::bounded(&project.join(path), LARGEST).map_err(|error| of(&error))?;
    let text = lockstep_files::text(bytes).map_err(|error| of(&error))?;
    Ok(File { path: path.to_owned(), old: text.clone(), text })
}

/// The model with another commit in place of one, and the version beside it.
fn in_model(text: &str, used: &Used, next: &Next) -> String {
    let bounds = Bounds { depth: 32, values: 100_000, tags: false, last: false };
    let root = lockstep_yaml::read(text, bounds).ok().and_then(|document| document.root);
    let mut places = Vec::new();
    if let Some(root) = &root {
        versions_beside(root, used.commit.as_str(), &mut places);
    }
    let mut text = text.to_owned();
    if let Some(old) = &used.version {
        places.sort_by_key(|place: &std::ops::Range<usize>| std::cmp::Reverse(place.start));
        for place in places {
            let written = text[place.clone()].replace(old.as_str(), next.version.as_str());
            text.replace_range(place, &written);
        }
    }
    text.replace(used.commit.as_str(), next.commit.as_str())
}

/// Where a `version` stands beside a text that has a commit in it.
fn versions_beside(node: &Node, commit: &str, places: &mut Vec<std::ops::Range<usize>>) {
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => {
            for item in items {
                versions_beside(item, commit, places);
            }
        }
        Kind::Mapping(entries) => {
            let has_it = entries.values().any(|entry| match &entry.value.kind {
                Kind::Scalar(value) => value.as_str().is_some_and(|text| text.contains(commit)),
                Kind::Sequence(_) | Kind::Mapping(_) => false,
            });
            if has_it && let Some(version) = entries.get("version") {
                places.push(version.value.span.bytes.clone());
            }
            for entry in entries.values() {
                versions_beside(&entry.value, commit, places);
            }
        }
    }
}
