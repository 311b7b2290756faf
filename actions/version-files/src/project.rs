//! All version files of a repository: those that the plan lists, and those that they lead to.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use lockstep_patterns::find;
use lockstep_schemas::plan::VersionPlan;
use lockstep_toolkit::Problem;
use rayon::prelude::*;

use crate::field::{Field, Invalid, Package, Subject, line_and_column};
use crate::formats::{Contents, Lead, Reading, read};

/// The largest version file, in bytes: lockfiles of large workspaces are a tenth of it.
const LARGEST: u64 = 64 * 1024 * 1024;

/// From how many files on they are read on every core: starting the threads takes as long as reading a few.
const MANY: usize = 24;

/// The version files of a repository.
#[derive(Debug)]
pub struct Project {
    /// The files, in the order in which the plan leads to them.
    pub files: Vec<VersionFile>,
    /// What could not be read, or is not as it must be.
    pub problems: Vec<Problem>,
    /// Packages of the repository's own that a lockfile has as they were published, with that file.
    pub published: Vec<(String, String)>,
}

/// A file that carries a version.
#[derive(Debug)]
pub struct VersionFile {
    /// Its path below the repository's root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its fields that carry the version of a train, in the order of their places.
    pub fields: Vec<TrainField>,
    /// How it was read.
    pub readings: Vec<Reading>,
}

/// A field, and which train's version it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainField {
    /// The train, by its place in the plan.
    pub train: usize,
    /// The field.
    pub field: Field,
}

/// One file that is to be read in one way.
#[derive(Debug, Clone)]
struct Task {
    path: String,
    reading: Reading,
    train: usize,
    /// Whether its own version counts: it is listed, or stands beside the file that led to it.
    is_own: bool,
    /// Whether the plan lists it.
    is_listed: bool,
}

impl Project {
    /// Reads every version file below a root. `shipped` are packages of the first train that no file need
    /// define.
    #[must_use]
    pub fn read(
        root: &Path,
        plan: &VersionPlan,
        shipped: impl IntoIterator<Item = Package>,
    ) -> Self {
        let mut reader = Reader::new(root);
        let mut tasks = Vec::new();
        for (train, files) in plan.trains().enumerate() {
            for file in &files.files {
                let reading = Reading::Located(file.locator.clone());
                tasks.extend(reader.listed(file.path.as_str(), &reading, train));
            }
        }
        while !tasks.is_empty() {
            tasks = reader.round(tasks);
        }
        reader.project(shipped)
    }

    /// The fields of a train, each with its file.
    pub fn fields_of(&self, train: usize) -> impl Iterator<Item = (&VersionFile, &Field)> {
        self.files.iter().flat_map(move |file| {
            let fields = file.fields.iter().filter(move |field| field.train == train);
            fields.map(move |field| (file, &field.field))
        })
    }
}

struct Reader<'r> {
    root: &'r Path,
    known: HashSet<(String, Reading)>,
    /// The files' texts, in order, each with where it stands in that order.
    texts: Vec<(String, String)>,
    places: HashMap<String, usize>,
    found: Vec<(Task, Contents)>,
    problems: Vec<Problem>,
    /// What was looked for upwards from a folder, and found.
    above: HashMap<(String, &'static [&'static str]), Option<String>>,
}

impl<'r> Reader<'r> {
    fn new(root: &'r Path) -> Self {
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
    fn listed(&mut self, pattern: &str, reading: &Reading, train: usize) -> Vec<Task> {
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
    fn round(&mut self, mut tasks: Vec<Task>) -> Vec<Task> {
        tasks.retain(|task| self.known.insert((task.path.clone(), task.reading.clone())));
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
        let to = |path: String, reading: &Reading, is_own: bool| Task {
            path,
            reading: reading.clone(),
            train: from.train,
            is_own,
            is_listed: false,
        };
        match lead {
            Lead::File { candidates, reading } => {
                let paths = candidates.iter().filter_map(|path| below(folder, path));
                let mut paths: Vec<String> = paths.collect();
                if let Some(path) = paths.iter().find(|path| self.root.join(path).is_file()) {
                    return vec![to(path.clone(), reading, true)];
                }
                paths.truncate(2);
                let message =
                    format!("leads to a version in {}, which is no file", paths.join(" or "));
                self.problems.push(Problem::new(message).of_file(&from.path));
                Vec::new()
            }
            Lead::CargoWorkspace => {
                let Some((above, _)) =
                    folder.rsplit_once('/').or((!folder.is_empty()).then_some(("", "")))
                else {
                    self.no_workspace(from);
                    return Vec::new();
                };
                match self.workspace_above(above) {
                    Some(path) => vec![to(path, &Reading::CargoWorkspace, true)],
                    None => {
                        self.no_workspace(from);
                        Vec::new()
                    }
                }
            }
            Lead::CargoMembers(patterns) => {
                let mut tasks = Vec::new();
                for pattern in patterns {
                    let Some(pattern) = below(folder, &format!("{pattern}/Cargo.toml")) else {
                        continue;
                    };
                    // A member that is not there is for Cargo to tell.
                    let found = find(self.root, &pattern).unwrap_or_default();
                    let members = found.into_iter().map(|(path, _)| path);
                    tasks.extend(members.map(|path| to(path, &Reading::CargoMember, true)));
                }
                tasks
            }
            Lead::Lock(names) => {
                let Some(path) = self.lock_above(folder, names) else { return Vec::new() };
                let name = path.rsplit('/').next().unwrap_or(&path);
                let format = lockstep_schemas::version_format::VersionFormat::by_name(name);
                let reading = format.map(Reading::format);
                let is_beside =
                    path.len() - name.len() == folder.len() + usize::from(!folder.is_empty());
                reading.map(|reading| to(path, &reading, is_beside)).into_iter().collect()
            }
        }
    }

    fn no_workspace(&mut self, from: &Task) {
        self.problems.push(
            Problem::new("inherits its version from a workspace, and there is none above it")
                .of_file(&from.path),
        );
    }

    /// The nearest lockfile, from a folder upwards.
    fn lock_above(&mut self, folder: &str, names: &'static [&'static str]) -> Option<String> {
        if let Some(known) = self.above.get(&(folder.to_owned(), names)) {
            return known.clone();
        }
        let here = names.iter().filter_map(|name| below(folder, name));
        let here = here.into_iter().find(|path| self.root.join(path).is_file());
        let found = here.or_else(|| {
            let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
            (!folder.is_empty()).then(|| self.lock_above(above, names))?
        });
        self.above.insert((folder.to_owned(), names), found.clone());
        found
    }

    /// The root of the Cargo workspace that a folder is in.
    fn workspace_above(&mut self, folder: &str) -> Option<String> {
        const WORKSPACE: &[&str] = &["Cargo.toml"];
        if let Some(known) = self.above.get(&(folder.to_owned(), WORKSPACE)) {
            return known.clone();
        }
        let here = below(folder, "Cargo.toml").filter(|path| {
            text_of(&self.root.join(path)).is_ok_and(|text| text.contains("[workspace"))
        });
        let found = here.or_else(|| {
            let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
            (!folder.is_empty()).then(|| self.workspace_above(above))?
        });
        self.above.insert((folder.to_owned(), WORKSPACE), found.clone());
        found
    }

    /// Everything that was found, each field with its train.
    fn project(mut self, shipped: impl IntoIterator<Item = Package>) -> Project {
        let mut own: HashMap<Package, usize> = HashMap::new();
        for (task, contents) in self.found.iter().filter(|(task, _)| !task.reading.is_lock()) {
            if let Some(package) = &contents.package {
                own.entry(package.clone()).or_insert(task.train);
            }
        }
        for package in shipped {
            own.entry(package).or_insert(0);
        }
        let file =
            |(path, text)| VersionFile { path, text, fields: Vec::new(), readings: Vec::new() };
        let mut files: Vec<VersionFile> =
            std::mem::take(&mut self.texts).into_iter().map(file).collect();
        let mut published = Vec::new();
        for (task, contents) in std::mem::take(&mut self.found) {
            let Some(file) = self.places.get(&task.path).and_then(|place| files.get_mut(*place))
            else {
                continue;
            };
            let is_own =
                task.is_own || contents.package.as_ref().is_some_and(|of| own.contains_key(of));
            let of_root = contents.package.as_ref().and_then(|of| own.get(of));
            let before = file.fields.len();
            for field in contents.fields {
                let train = match &field.subject {
                    // The root of a lockfile is of the train that defines it.
                    Subject::File if task.reading.is_lock() => {
                        of_root.copied().or(is_own.then_some(task.train))
                    }
                    Subject::File => is_own.then_some(task.train),
                    Subject::Package(package) => own.get(package).copied(),
                };
                let Some(train) = train else { continue };
                match file.fields.iter().find(|known| known.field.place == field.place) {
                    None => file.fields.push(TrainField { train, field }),
                    Some(known) if known.train == train => {}
                    Some(_) => {
                        let (line, column) = line_and_column(&file.text, field.place.start);
                        let message =
                            format!("{} would carry the versions of two trains", field.name);
                        let problem = Problem::new(message).of_file(&file.path).at(line, column);
                        self.problems.push(problem.with_remedy("list the file in one train"));
                    }
                }
            }
            if task.is_listed && task.reading.is_lock() && file.fields.len() == before {
                let message = "lists no package that a version file defines";
                let remedy =
                    "list the file that defines it too, such as Cargo.toml or package.json";
                self.problems.push(Problem::new(message).of_file(&file.path).with_remedy(remedy));
            }
            let names = contents.published.into_iter().filter(|package| own.contains_key(package));
            published.extend(names.map(|package| (package.name().to_owned(), file.path.clone())));
            file.readings.push(task.reading);
        }
        for file in &mut files {
            file.fields.sort_by_key(|field| field.field.place.start);
        }
        Project { files, problems: self.problems, published }
    }
}

fn parsed(task: &Task, text: &str) -> Result<Contents, Problem> {
    read(&task.reading, text).map_err(|invalid| problem(&task.path, text, invalid))
}

/// Something that is wrong with a file, in its place.
pub(crate) fn problem(path: &str, text: &str, invalid: Invalid) -> Problem {
    let problem = Problem::new(invalid.message).of_file(path);
    let problem = match invalid.at {
        Some(at) => {
            let (line, column) = line_and_column(text, at);
            problem.at(line, column)
        }
        None => problem,
    };
    problem.with_remedy(invalid.remedy.unwrap_or_else(|| {
        "mend it, or say in `versions` of lockstep.yaml where its version stands".to_owned()
    }))
}

/// A file's text, within bounds.
pub(crate) fn text_of(path: &Path) -> Result<String, String> {
    let read = || -> io::Result<Vec<u8>> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        if metadata.len() > LARGEST {
            return Err(io::Error::other(format!("it is larger than {} MiB", LARGEST >> 20)));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
        File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| format!("can not be read: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("is not UTF-8: the first bad byte is in line {line}")
    })
}

/// A path below a folder, both below the root; `None` where it leads out of that.
fn below(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if path.starts_with('/') {
        return None;
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
