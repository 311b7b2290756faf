//! Reading version files, and those that they lead to.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use lockstep_clients::git;
use lockstep_patterns::{find, taken};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::{below, folder_of};
use lockstep_schemas::strings::GlobPattern;
use lockstep_schemas::version_format::VersionFormat;
use rayon::prelude::*;

use super::cargo::{self, Crate, Workspaces};
use super::task::{Origin, Task};
use super::{npm, python};
use crate::formats::{Contents, Lead, Reading, known, read};
use crate::text::{Identity, identified, in_file};

/// From how many files on they are read on every core: starting the threads takes as long as reading a few.
const MANY: usize = 24;

/// Everything that was read so far.
pub(crate) struct Reader<'r> {
    root: &'r Path,
    known: HashSet<(String, Reading, usize)>,
    /// Manifests that are listed, or read already for what they are, which are not read again as others' members.
    settled: HashSet<String>,
    /// The files, each once, by its first path and with its text.
    pub(crate) texts: Vec<(String, String)>,
    /// Where each path's file stands among them.
    pub(crate) places: HashMap<String, usize>,
    files: HashMap<Identity, usize>,
    pub(crate) found: Vec<(Task, Contents)>,
    pub(crate) problems: Vec<Diagnostic>,
    /// Lockfiles that cannot be read and may be none of the repository's.
    pub(crate) unread: Vec<(usize, Diagnostic)>,
    workspaces: Workspaces<'r>,
    /// What was looked for upwards from a folder, and found.
    above: HashMap<(String, &'static [&'static str]), Option<String>>,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(root: &'r Path) -> Self {
        Self {
            root,
            known: HashSet::new(),
            settled: HashSet::new(),
            texts: Vec::new(),
            places: HashMap::new(),
            files: HashMap::new(),
            found: Vec::new(),
            problems: Vec::new(),
            unread: Vec::new(),
            workspaces: Workspaces::new(root),
            above: HashMap::new(),
        }
    }

    /// The files that a line of the plan means.
    pub(crate) fn listed(
        &mut self,
        pattern: &str,
        reading: &Reading,
        train: usize,
        excluded: &[GlobPattern],
    ) -> Vec<Task> {
        let is_out = |path: &String| excluded.iter().any(|out| taken(out.as_str(), path).is_some());
        let is_of_pattern = pattern.contains('*');
        let mut paths: Vec<String> = match find(self.root, pattern) {
            Ok(found) => found.into_iter().map(|(path, _)| path).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                self.problems.push(
                    Diagnostic::new(Rule::FileUnreadable, format!("cannot be looked for: {error}"))
                        .in_file(pattern),
                );
                return Vec::new();
            }
        };
        if is_of_pattern {
            paths.retain(|path| !is_out(path));
            let ignored = git::ignored(self.root, &paths);
            paths.retain(|path| !ignored.contains(path));
        }
        if paths.is_empty() {
            let (what, remedy) = if is_of_pattern {
                ("matches no file, and should carry the version", "add one")
            } else if self.root.join(pattern).symlink_metadata().is_ok() {
                ("is not a file, nor a link to one", "put the file there")
            } else {
                ("is missing, and should carry the version", "add it")
            };
            let remedy = format!("{remedy}, or take it out of `versions` in lockstep.yaml");
            self.problems.push(
                Diagnostic::new(Rule::VersionFileMissing, what)
                    .in_file(pattern)
                    .with_remedy(remedy),
            );
        }
        let has_neighbours = [
            VersionFormat::CargoManifest,
            VersionFormat::Maven,
            VersionFormat::PackageJson,
            VersionFormat::Pyproject,
        ];
        if has_neighbours.iter().any(|format| *reading == Reading::format(*format)) {
            self.settled.extend(paths.iter().cloned());
        }
        let origin = if is_of_pattern { Origin::Matched } else { Origin::Listed };
        let task = |path| {
            let reading = reading.clone();
            Task { path, reading, train, is_own: true, origin }
        };
        paths.into_iter().map(task).collect()
    }

    /// Reads some files, and tells which others they lead to.
    pub(crate) fn round(&mut self, mut tasks: Vec<Task>) -> Vec<Task> {
        tasks.retain(|task| {
            let again = task.reading.is_of_workspace() && self.settled.contains(&task.path);
            !again && self.known.insert((task.path.clone(), task.reading.clone(), task.train))
        });
        let one = |task: Task| {
            let known = self.places.get(&task.path).map(|place| self.texts[*place].1.as_str());
            let text = known.is_none().then(|| identified(&self.root.join(&task.path)));
            let contents = match &text {
                Some(Err(unread)) => Err(unread.clone().in_file(&task.path)),
                Some(Ok((text, _))) => parsed(&task, text),
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
            let place = self.place(&task.path, text);
            match (contents, place) {
                (Ok(Contents { missing: Some(invalid), .. }), Some(place))
                    if task.origin != Origin::Matched =>
                {
                    let text = &self.texts[place].1;
                    self.problems.push(in_file(&task.path, text, invalid));
                }
                (Ok(contents), _) => {
                    for lead in &contents.leads {
                        led_to.extend(self.follow(&task, lead));
                    }
                    self.found.push((task, contents));
                }
                (Err(_), _) if task.origin == Origin::Stranger => {}
                (Err(problem), Some(place)) if !task.is_own => self.unread.push((place, problem)),
                (Err(problem), _) => self.problems.push(problem),
            }
        }
        led_to
    }

    /// Where a path's file stands among all, and its text, which is new where there is one.
    fn place(&mut self, path: &str, text: Option<(String, Identity)>) -> Option<usize> {
        if let Some((text, identity)) = text.filter(|_| !self.places.contains_key(path)) {
            let place = *self.files.entry(identity).or_insert(self.texts.len());
            if place == self.texts.len() {
                self.texts.push((path.to_owned(), text));
            }
            self.places.insert(path.to_owned(), place);
        }
        self.places.get(path).copied()
    }

    /// The files that a lead leads to.
    fn follow(&mut self, from: &Task, lead: &Lead) -> Vec<Task> {
        let folder = folder_of(&from.path);
        match lead {
            Lead::File { candidates, reading } => {
                let paths: Vec<String> =
                    candidates.iter().filter_map(|path| below(folder, path)).collect();
                if let Some(path) = paths.iter().find(|path| self.root.join(path).is_file()) {
                    return vec![from.to(path.clone(), reading.clone())];
                }
                self.no_file(from, &paths);
                Vec::new()
            }
            Lead::CargoWorkspace { named, inherits } => {
                self.workspace(from, named.as_deref(), *inherits)
            }
            Lead::CargoMembers { inherit } => {
                let crates = self.workspaces.crates(&from.path).into_iter();
                let task = |of: Crate| {
                    let inherits = *inherit && of.is_member;
                    let reading =
                        if inherits { Reading::CargoMember } else { Reading::CargoNeighbour };
                    from.to(of.manifest, reading)
                };
                crates.map(task).collect()
            }
            Lead::Apart { folders, format } => self.apart(from, folders, *format),
            Lead::Beside(name) => self.beside(from, &from.path, name),
            Lead::Folders { folders, format } => {
                let folders = folders.iter().filter_map(|path| below(folder, path));
                self.neighbours(from, folders.collect(), *format)
            }
            Lead::Patterns { patterns, format } => {
                let folders = self.folders(folder, patterns, *format);
                self.neighbours(from, folders, *format)
            }
            Lead::NpmWorkspace => {
                let locks = npm::LOCKS.into_iter().filter_map(|names| self.lock(from, names));
                let mut files: Vec<Task> = locks.collect();
                let workspace = self.nearest(folder, npm::WORKSPACE);
                files.extend(workspace.map(|path| from.to(path, Reading::PnpmWorkspace)));
                files.extend(self.above(from, VersionFormat::PackageJson));
                files
            }
            Lead::PythonWorkspace => {
                let locks = python::LOCKS.into_iter().filter_map(|names| self.lock(from, names));
                let locks: Vec<Task> = locks.collect();
                locks.into_iter().chain(self.above(from, VersionFormat::Pyproject)).collect()
            }
        }
    }

    /// The manifests in folders, or one below, each with the lockfile beside it. They are projects of their own: those that git
    /// ignores are skipped, and those that cannot be read are not reported.
    fn apart(&mut self, from: &Task, folders: &[String], format: VersionFormat) -> Vec<Task> {
        let manifest = manifest_of(format);
        let (reading, lock) = match format {
            VersionFormat::CargoManifest => (Reading::CargoNeighbour, cargo::LOCK),
            other => (Reading::Apart(other), python::LOCK),
        };
        let patterns = folders
            .iter()
            .flat_map(|of| [format!("{of}/{manifest}"), format!("{of}/*/{manifest}")]);
        let patterns = patterns.filter_map(|pattern| below(folder_of(&from.path), &pattern));
        // A folder that cannot be read has no package that its client would find.
        let found = patterns.flat_map(|of| find(self.root, &of).unwrap_or_default());
        let mut paths: Vec<String> = found.map(|(path, _)| path).collect();
        paths.retain(|path| !path.contains("node_modules/") && !self.settled.contains(path));
        let ignored = git::ignored(self.root, &paths);
        paths.retain(|path| !ignored.contains(path));
        if reading == Reading::Apart(format) {
            // Its own lockfile leads to it once more.
            self.settled.extend(paths.iter().cloned());
        }
        let from = &Task { origin: Origin::Stranger, ..from.clone() };
        let tasks = paths.into_iter().flat_map(|path| {
            let lock = self.beside(from, &path, lock);
            [from.to(path, reading.clone())].into_iter().chain(lock)
        });
        tasks.collect()
    }

    /// The manifests in some folders, of packages that carry no version of ours.
    fn neighbours(&self, from: &Task, folders: Vec<String>, format: VersionFormat) -> Vec<Task> {
        let is_file = |path: &String| self.root.join(path).is_file();
        let manifest = |folder: String| {
            // Maven has modules that are files.
            let in_folder = || below(&folder, manifest_of(format)).filter(is_file);
            if is_file(&folder) { Some(folder) } else { in_folder() }
        };
        let manifests = folders.into_iter().filter_map(manifest);
        manifests.map(|path| from.to(path, Reading::Neighbour(format))).collect()
    }

    /// The folders that the patterns of a workspace mean.
    fn folders(&self, root: &str, patterns: &[String], format: VersionFormat) -> Vec<String> {
        let manifest = manifest_of(format);
        let found = |pattern: &str| {
            let pattern = below(root, &format!("{pattern}/{manifest}")).unwrap_or_default();
            // A folder that cannot be read has nothing that its client would find.
            let found = find(self.root, &pattern).unwrap_or_default();
            let found = found.into_iter().map(|(path, _)| path);
            found.filter(|path| !path.contains("node_modules/")).collect::<Vec<_>>()
        };
        let (out, wanted): (Vec<&String>, Vec<&String>) =
            patterns.iter().partition(|pattern| pattern.starts_with('!'));
        let out: HashSet<String> = out.iter().flat_map(|pattern| found(&pattern[1..])).collect();
        let wanted = wanted.iter().flat_map(|pattern| found(pattern));
        wanted.filter(|path| !out.contains(path)).map(|path| folder_of(&path).to_owned()).collect()
    }

    /// The nearest manifest above that of a package, which may say where the packages of its workspace are.
    fn above(&mut self, from: &Task, format: VersionFormat) -> Option<Task> {
        let folder = folder_of(&from.path);
        let above = (!folder.is_empty()).then(|| folder_of(folder).to_owned())?;
        let path = self.nearest(&above, known(format).names)?;
        Some(from.to(path, Reading::Neighbour(format)))
    }

    /// The nearest lockfile of a client, from the folder of a file upwards.
    fn lock(&mut self, from: &Task, names: &'static [&'static str]) -> Option<Task> {
        let folder = folder_of(&from.path);
        let lock = from.to_known(self.nearest(folder, names)?)?;
        Some(Task { is_own: folder_of(&lock.path) == folder, ..lock })
    }

    /// The root of the Cargo workspace that a manifest is of, with its lockfile. A crate without a workspace has a
    /// lockfile of its own.
    fn workspace(&mut self, from: &Task, named: Option<&str>, inherits: bool) -> Vec<Task> {
        let Some(root) = self.workspaces.root_of(&from.path, named) else {
            if inherits {
                let problem = "inherits its version, and no workspace above it has one";
                let remedy = "write its version, or add it to a workspace with one";
                self.problems.push(
                    Diagnostic::new(Rule::VersionInherited, problem)
                        .in_file(&from.path)
                        .with_remedy(remedy),
                );
            }
            return self.beside(from, &from.path, cargo::LOCK);
        };
        let reading = if inherits { Reading::CargoWorkspace } else { Reading::CargoNeighbour };
        let lock = self.beside(from, &root, cargo::LOCK);
        [from.to(root, reading)].into_iter().chain(lock).collect()
    }

    /// A file in the folder of another, where there is one.
    fn beside(&self, from: &Task, path: &str, name: &str) -> Vec<Task> {
        let beside = below(folder_of(path), name).filter(|path| self.root.join(path).is_file());
        beside.and_then(|path| from.to_known(path)).into_iter().collect()
    }

    fn no_file(&mut self, from: &Task, paths: &[String]) {
        let place = match paths {
            [] => "outside of the project".to_owned(),
            [path] => format!("in {path}, which is not a file"),
            [first, .., last] => format!("in any file from {first} to {last}"),
        };
        self.problems.push(
            Diagnostic::new(
                Rule::VersionDynamic,
                format!("its version is dynamic, and Lockstep cannot read it {place}"),
            )
            .in_file(&from.path)
            .with_remedy(
                "in `versions` of lockstep.yaml, name the file that has it instead of this one",
            ),
        );
    }

    /// The nearest of some files, from a folder upwards.
    fn nearest(&mut self, folder: &str, names: &'static [&'static str]) -> Option<String> {
        if let Some(known) = self.above.get(&(folder.to_owned(), names)) {
            return known.clone();
        }
        let mut here = names.iter().filter_map(|name| below(folder, name));
        let found = here.find(|path| self.root.join(path).is_file());
        let is_root = folder.is_empty();
        let found = found.or_else(|| self.nearest((!is_root).then(|| folder_of(folder))?, names));
        self.above.insert((folder.to_owned(), names), found.clone());
        found
    }
}

/// The manifest of a package in its folder.
fn manifest_of(format: VersionFormat) -> &'static str {
    known(format).names.first().copied().unwrap_or_default()
}

fn parsed(task: &Task, text: &str) -> Result<Contents, Diagnostic> {
    read(&task.reading, text).map_err(|invalid| in_file(&task.path, text, invalid))
}
