//! Sync: the rendered set and a project's files. The one module that writes.

mod passage;
mod pins;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use lockstep_files::{self, Attempt, Failure, Replacement, diff, first_difference};
use lockstep_schemas::plan::Pin;
use lockstep_schemas::strings::Repository;

use passage::Misplaced;

use crate::render::{ACTIONLINT, Content, MARK, PLAN, Rendered, WORKFLOWS};

/// How one file differs from what the model says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The file's path below the project's root.
    pub path: String,
    /// What is the matter with it.
    pub kind: DriftKind,
    /// The first line that differs, from 1.
    pub line: usize,
    /// A unified diff, from what is there to what should be.
    pub diff: String,
}

/// What is the matter with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftKind {
    /// It is not there.
    Missing,
    /// It is not what the model says.
    Changed,
    /// The model no longer renders it.
    Stale,
    /// It is there, and Lockstep did not render it.
    Foreign,
    /// It has not one place for the passage that is rendered into it.
    Unmarked(&'static str),
}

impl DriftKind {
    /// What is the matter, behind the name of the file.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Missing => "is missing",
            Self::Changed => "is not what the model says",
            Self::Foreign => "was not rendered by Lockstep",
            Self::Stale => "is no longer rendered",
            Self::Unmarked(what) => what,
        }
    }
}

/// A file as it should be.
#[derive(Debug)]
struct Wanted {
    path: String,
    text: String,
    /// Whether Lockstep renders all of it, so that one without its mark is somebody else's.
    is_whole: bool,
}

/// Which pins are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pins {
    /// Those that were bumped in the rendered files.
    Keep,
    /// None: everything goes back to the pins of the model and of this Lockstep.
    Reset,
}

/// A project's files beside what they should be.
#[derive(Debug)]
pub struct Comparison {
    root: PathBuf,
    /// What should be there, bumped pins kept.
    wanted: Vec<Wanted>,
    /// The files that differ, in the order of their paths.
    pub drifts: Vec<Drift>,
}

impl Comparison {
    /// Compares the files below `root` with the rendered set, which is pinned to these commits.
    pub fn new(
        root: &Path,
        rendered: Vec<Rendered>,
        pinned: &BTreeMap<Repository, Pin>,
        keep: Pins,
    ) -> Result<Self, Failure> {
        let base = rendered_pins(root)?;
        let mut drifts = Vec::new();
        let mut wanted = Vec::new();
        for Rendered { path, content } in rendered {
            let is_whole = matches!(content, Content::Whole(_));
            let (found, place) = match content {
                Content::Whole(text) => {
                    let found = read(&root.join(&path))?;
                    let keeps = keep == Pins::Keep && path.starts_with(WORKFLOWS);
                    let text = match &found {
                        Some(found) if keeps => pins::keep_bumped(&text, found, &base, pinned),
                        Some(_) | None => text,
                    };
                    (found, Ok(text))
                }
                Content::Passages(passages) => {
                    let found = read_strictly(&root.join(&path))?;
                    let text = passage::put_all(found.as_deref(), &passages);
                    (found, text)
                }
            };
            // A document without a place for its passage is told, and never written.
            let text = place.unwrap_or_else(|misplaced| {
                drifts.push(unmarked(&path, misplaced));
                found.clone().unwrap_or_default()
            });
            let file = Wanted { path, text, is_whole };
            drifts.extend(drift(&file, found.as_deref()));
            wanted.push(file);
        }
        drifts.extend(stale(root, &wanted)?);
        drifts.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { root: root.to_owned(), wanted, drifts })
    }

    /// The files that the set consists of.
    #[must_use]
    pub fn files(&self) -> usize {
        self.wanted.len()
    }

    /// Writes what differs and removes what is stale: each file as a whole or not at all.
    pub fn write(&self) -> Result<(), Failure> {
        let drifted = |file: &&Wanted| self.drifts.iter().any(|drift| drift.path == file.path);
        let changed = self.wanted.iter().filter(drifted);
        let changed: Vec<Replacement<'_>> = changed
            .map(|file| Replacement { path: &file.path, old: None, text: &file.text })
            .collect();
        let stale = self.drifts.iter().filter(|drift| drift.kind == DriftKind::Stale);
        let stale: Vec<&str> = stale.map(|drift| drift.path.as_str()).collect();
        lockstep_files::replace(&self.root, &changed, &stale)
    }
}

/// How a file differs from what it should be. Line ends do not count: git may have changed them.
fn drift(wanted: &Wanted, found: Option<&str>) -> Option<Drift> {
    let kind = match found {
        None => DriftKind::Missing,
        Some(found) if same(found, &wanted.text) => return None,
        Some(found) if is_ours(wanted, found) => DriftKind::Changed,
        Some(_) => DriftKind::Foreign,
    };
    let [found, text] =
        [found.unwrap_or_default(), &wanted.text].map(|text| text.replace("\r\n", "\n"));
    Some(Drift {
        path: wanted.path.clone(),
        kind,
        line: first_difference(&found, &text),
        diff: diff(&wanted.path, &found, &text),
    })
}

/// A document that has not one place for its passage.
fn unmarked(path: &str, Misplaced { name, what, line }: Misplaced) -> Drift {
    let lines = passage::markers(name).map(|marker| format!("+{marker}\n"));
    Drift {
        path: path.to_owned(),
        kind: DriftKind::Unmarked(what),
        line,
        diff: format!("--- a/{path}\n+++ b/{path}\n{}", lines.concat()),
    }
}

fn is_ours(file: &Wanted, text: &str) -> bool {
    file.path == PLAN || !file.is_whole || text.starts_with(MARK)
}

fn same(found: &str, wanted: &str) -> bool {
    found.replace("\r\n", "\n") == wanted.replace("\r\n", "\n")
}

/// Rendered files that the model no longer renders.
fn stale(root: &Path, wanted: &[Wanted]) -> Result<Vec<Drift>, Failure> {
    let mut candidates = vec![ACTIONLINT.to_owned()];
    let folder = root.join(WORKFLOWS);
    let failure = |error| Failure::new(&folder, Attempt::List, error);
    match fs::read_dir(&folder) {
        Ok(entries) => {
            for entry in entries {
                let name = entry.map_err(failure)?.file_name();
                candidates.extend(name.to_str().map(|name| format!("{WORKFLOWS}/{name}")));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failure(error)),
    }
    let mut drifts = Vec::new();
    for path in candidates {
        let is_wanted = wanted.iter().any(|file| file.path == path);
        let is_yaml = [".yml", ".yaml"].iter().any(|end| path.ends_with(end));
        if is_wanted || !is_yaml {
            continue;
        }
        let Some(found) = read_lossy(&root.join(&path))? else {
            continue;
        };
        if found.starts_with(MARK) {
            let diff = diff(&path, &found, "");
            drifts.push(Drift { path, kind: DriftKind::Stale, line: 1, diff });
        }
    }
    Ok(drifts)
}

/// The pins that the workflows were last rendered with, by the plan that was written beside them.
/// A plan that cannot be read says nothing of them, and is drift of its own.
fn rendered_pins(root: &Path) -> Result<BTreeMap<Repository, Pin>, Failure> {
    #[derive(serde::Deserialize)]
    struct PinsOfPlan {
        pins: BTreeMap<Repository, Pin>,
    }
    let text = read_lossy(&root.join(PLAN))?.unwrap_or_default();
    Ok(serde_json::from_str::<PinsOfPlan>(&text).map(|plan| plan.pins).unwrap_or_default())
}

/// A file's text; nothing where there is none.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).or_else(|error| {
            // Not text, so certainly not what should be there; shown as far as it can be.
            Ok(Some(String::from_utf8_lossy(error.as_bytes()).into_owned()))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(path, Attempt::Read, error)),
    }
}

/// As [`read`], for documents of which only a part is replaced: what cannot be shown must not be lost.
fn read_strictly(path: &Path) -> Result<Option<String>, Failure> {
    let text = match fs::read(path) {
        Ok(bytes) => lockstep_files::text(bytes).map(Some).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    text.map_err(|error| Failure::new(path, Attempt::Read, error))
}

/// As [`read`], for files that are not known to be ours: one that cannot be read is none of ours.
fn read_lossy(path: &Path) -> Result<Option<String>, Failure> {
    if path.is_dir() { Ok(None) } else { read(path) }
}
