//! Reading version files, and those that they lead to.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use lockstep_patterns::find;
use lockstep_schemas::version_format::VersionFormat;
use lockstep_toolkit::Problem;
use rayon::prelude::*;

use crate::formats::{Contents, Lead, Reading, read};
use crate::text::{below, problem, text_of};

/// From how many files on they are read on every core: starting the threads takes as long as reading a few.
const MANY: usize = 24;

/// One file that is to be read in one way.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) path: String,
    pub(crate) reading: Reading,
    pub(crate) train: usize,
    /// Whether its own version counts: it is listed, or stands beside the file that led to it.
    pub(crate) is_own: bool,
    /// Whether the plan lists it.
    pub(crate) is_listed: bool,
}

/// Everything that was read so far.
pub(crate) struct Reader<'r> {
    root: &'r Path,
    known: HashSet<(String, Reading, usize)>,
    /// The files' texts, in order, each with where it stands in that order.
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) places: HashMap<String, usize>,
    pub(crate) found: Vec<(Task, Contents)>,
    pub(crate) problems: Vec<Problem>,
    /// What was looked for upwards from a folder, and found.
    above: HashMap<(String, &'static [&'static str]), Option<String>>,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(root: &'r Path) -> Self {
        Self {
            root,
            known: HashSet::new(),
            texts: Vec::new(),
            places: HashMap::new(),
            found: Vec::new(),
            problems: Vec::new(),
            above: HashMap::new(),
        }
    }

    /// The files that a line of the plan means.
    pub(crate) fn listed(&mut self, pattern: &str, reading: &Reading, train: usize) -> Vec<Task> {
        let paths = match find(self.root, pattern) {
            Ok(found) => found.into_iter().map(|(path, _)| path).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                self.problems
                    .push(Problem::new(format!("can not be looked for: {error}")).of_file(pattern));
                return Vec::new();
            }
        };
        if paths.is_empty() {
            let what = if pattern.contains('*') { "no such file" } else { "is missing" };
            self.problems.push(
                Problem::new(format!("{what}, though it carries the version"))
                    .of_file(pattern)
                    .with_remedy("add it, or take it out of `versions` in lockstep.yaml"),
            );
        }
        let task =
            |path| Task { path, reading: reading.clone(), train, is_own: true, is_listed: true };
        paths.into_iter().map(task).collect()
    }

    /// Reads some files, and tells which others they lead to.
    pub(crate) fn round(&mut self, mut tasks: Vec<Task>) -> Vec<Task> {
        tasks.retain(|task| {
            self.known.insert((task.path.clone(), task.reading.clone(), task.train))
        });
        let one = |task: Task| {
            let known = self.places.get(&task.path).map(|place| self.texts[*place].1.as_str());
            let text = known.is_none().then(|| text_of(&self.root.join(&task.path)));
            let contents = match &text {
                Some(Err(message)) => Err(Problem::new(message.clone()).of_file(&task.path)),
                Some(Ok(text)) => parsed(&task, text),
                None => parsed(&task, known.unwrap_or_default()),
            };
            (task, text.and_then(Result::ok), contents)
        };
        let read: Vec<_> = if tasks.len() < MANY {
            tasks.into_iter().map(one).collect()
        } else {
            tasks.into_par_iter().map(one).collect()
        };
        let mut led_to = Vec::new();
        for (task, text, contents) in read {
            if let Some(text) = text.filter(|_| !self.places.contains_key(&task.path)) {
                self.places.insert(task.path.clone(), self.texts.len());
                self.texts.push((task.path.clone(), text));
            }
            match contents {
                Ok(contents) => {
                    for lead in &contents.leads {
                        led_to.extend(self.follow(&task, lead));
                    }
                    self.found.push((task, contents));
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        led_to
    }

    /// The files that a lead leads to.
    fn follow(&mut self, from: &Task, lead: &Lead) -> Vec<Task> {
        let folder = from.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        match lead {
            Lead::File { candidates, reading } => {
                let paths = candidates.iter().filter_map(|path| below(folder, path));
                let mut paths: Vec<String> = paths.collect();
                if let Some(path) = paths.iter().find(|path| self.root.join(path).is_file()) {
                    return vec![from.to(path.clone(), reading.clone())];
                }
                paths.truncate(2);
                let place = if paths.is_empty() {
                    "outside of the project".to_owned()
                } else {
                    format!("in {}, which is no file", paths.join(" or "))
                };
                let problem = Problem::new(format!("its version stands {place}"));
                self.problems.push(problem.of_file(&from.path));
                Vec::new()
            }
            Lead::CargoWorkspace => {
                let above = above(folder).and_then(|above| {
                    self.nearest(above, &["Cargo.toml"], |path| {
                        text_of(path).is_ok_and(|text| text.contains("[workspace"))
                    })
                });
                if above.is_none() {
                    let message =
                        "inherits its version from a workspace, and there is none above it";
                    self.problems.push(Problem::new(message).of_file(&from.path));
                }
                above.map(|path| from.to(path, Reading::CargoWorkspace)).into_iter().collect()
            }
            Lead::CargoMembers(patterns) => {
                let manifests = patterns.iter().map(|pattern| format!("{pattern}/Cargo.toml"));
                let manifests = manifests.filter_map(|manifest| below(folder, &manifest));
                // A member that is not there is for Cargo to tell.
                let found =
                    manifests.flat_map(|manifest| find(self.root, &manifest).unwrap_or_default());
                found.map(|(path, _)| from.to(path, Reading::CargoMember)).collect()
            }
            Lead::Lock(names) => {
                let path = self.nearest(folder, names, Path::is_file);
                let task = path.and_then(|path| {
                    let format = VersionFormat::by_name(&path)?;
                    let is_beside = path.rsplit_once('/').map_or("", |(at, _)| at) == folder;
                    Some(Task { is_own: is_beside, ..from.to(path, Reading::format(format)) })
                });
                task.into_iter().collect()
            }
        }
    }

    /// The nearest of some files, from a folder upwards.
    fn nearest(
        &mut self,
        folder: &str,
        names: &'static [&'static str],
        is_it: fn(&Path) -> bool,
    ) -> Option<String> {
        if let Some(known) = self.above.get(&(folder.to_owned(), names)) {
            return known.clone();
        }
        let mut here = names.iter().filter_map(|name| below(folder, name));
        let found = here.find(|path| is_it(&self.root.join(path)));
        let found = found.or_else(|| self.nearest(above(folder)?, names, is_it));
        self.above.insert((folder.to_owned(), names), found.clone());
        found
    }
}

impl Task {
    /// Another file that it leads to.
    fn to(&self, path: String, reading: Reading) -> Self {
        Self { path, reading, train: self.train, is_own: true, is_listed: false }
    }
}

/// The folder above one below the root; the root has none.
fn above(folder: &str) -> Option<&str> {
    let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
    (!folder.is_empty()).then_some(above)
}

fn parsed(task: &Task, text: &str) -> Result<Contents, Problem> {
    read(&task.reading, text).map_err(|invalid| problem(&task.path, text, invalid))
}
