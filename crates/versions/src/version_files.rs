//! All version files of a repository: those that the plan lists, and those that they lead to.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;

use lockstep_schemas::diagnostic::{Diagnostic, Rule, line_and_column};
use lockstep_schemas::paths::{below, folder_of};
use lockstep_schemas::plan::VersionPlan;
use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;

use crate::field::{Field, Package, Subject, UNSAYABLE, said};
use crate::formats::{Contents, Lead, Reading};
use crate::resolve::{Origin, Reader, Task};

/// The version files of a repository.
#[derive(Debug)]
pub struct VersionFiles {
    /// The files, in the order in which the plan leads to them.
    pub files: Vec<VersionFile>,
    /// What could not be read, or is not as it must be.
    pub problems: Vec<Diagnostic>,
    /// Packages of the repository's own that a lockfile has as they were published, with that file.
    pub published: Vec<(String, String)>,
    /// Projects of Python's that take their version from elsewhere, and so must be able to say it: the train, and the file.
    dynamic: Vec<(usize, String)>,
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
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
}

impl VersionFiles {
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
            for file in files.files.iter().filter(|file| file.source.is_none()) {
                let locator = file.locator.clone();
                let reading = match file.part {
                    Some(part) => Reading::Part(locator, part),
                    None => Reading::Located(locator),
                };
                let path = file.path.as_str();
                tasks.extend(reader.listed(path, &reading, train, &files.excluded));
            }
        }
        while !tasks.is_empty() {
            tasks = reader.round(tasks);
        }
        Self::assemble(reader, shipped)
    }

    /// The versions that the fields of a train say, in the order of the files.
    #[must_use]
    pub fn versions_of(&self, train: usize) -> Vec<Version> {
        let fields = self.files.iter().flat_map(|file| &file.fields);
        let fields = fields.filter(|field| field.train == train).map(|field| &field.field);
        said(fields).into_iter().map(|(version, _)| version).collect()
    }

    /// What is wrong where projects whose version stands elsewhere cannot say a version.
    pub(crate) fn unsayable(&self, train: usize, version: &Version) -> Vec<Diagnostic> {
        let Err(why) = VersionScheme::Pep440.write(version) else { return Vec::new() };
        let of_train = self.dynamic.iter().filter(|(of, _)| *of == train);
        let problem = |(_, path): &(usize, String)| {
            let message = format!("its version is dynamic, and {why}");
            Diagnostic::new(Rule::VersionUnsayable, message).in_file(path).with_remedy(UNSAYABLE)
        };
        of_train.map(problem).collect()
    }

    /// The fields of a train, each with its file.
    pub fn fields_of(&self, train: usize) -> impl Iterator<Item = (&VersionFile, &TrainField)> {
        self.files.iter().flat_map(move |file| {
            let fields = file.fields.iter().filter(move |field| field.train == train);
            fields.map(move |field| (file, field))
        })
    }

    /// Everything that was read, each field with its train.
    fn assemble(reader: Reader<'_>, shipped: impl IntoIterator<Item = Package>) -> Self {
        let Reader { texts, places, found, mut problems, unread, .. } = reader;
        let mut own = Owners::of(&found, shipped);
        // A lockfile that may be of other projects counts where it names a package of this one.
        let is_ours = |(place, _): &(usize, Diagnostic)| {
            own.packages.keys().any(|package| texts[*place].1.contains(package.name()))
        };
        problems.extend(unread.into_iter().filter(is_ours).map(|(_, problem)| problem));
        let file =
            |(path, text)| VersionFile { path, text, fields: Vec::new(), readings: Vec::new() };
        let mut project = Self {
            files: texts.into_iter().map(file).collect(),
            problems,
            published: Vec::new(),
            dynamic: Vec::new(),
        };
        for (task, contents) in found {
            if let Some(place) = places.get(&task.path) {
                project.add(*place, task, contents, &mut own);
            }
        }
        for file in &mut project.files {
            project.problems.extend(file.place_fields());
        }
        project
    }

    /// Adds what was found in one file by one reading.
    fn add(&mut self, place: usize, task: Task, contents: Contents, own: &mut Owners) {
        let is_project = [VersionFormat::Pyproject, VersionFormat::SetupCfg]
            .iter()
            .any(|format| task.reading == Reading::format(*format));
        if is_project && contents.leads.iter().any(|lead| matches!(lead, Lead::File { .. })) {
            self.dynamic.push((task.train, task.path.clone()));
        }
        let Some(file) = self.files.get_mut(place) else { return };
        for field in contents.fields {
            let Some(train) = own.train(&task, contents.package.as_ref(), &field) else { continue };
            match own.fields.insert((place, field.place.clone()), train) {
                None => file.fields.push(TrainField { train, field, line: 0, column: 0 }),
                Some(known) if known == train => {}
                Some(_) => {
                    let (line, column) = line_and_column(&file.text, field.place.start);
                    let message = format!("{} would carry the versions of two trains", field.name);
                    let problem = Diagnostic::new(Rule::VersionFieldTwice, message)
                        .in_file(&file.path)
                        .at(line, column);
                    self.problems.push(problem.with_remedy("list the file in one train"));
                }
            }
        }
        let is_listed = matches!(task.origin, Origin::Listed | Origin::Matched);
        let is_stranger = !contents.listed.iter().any(|package| own.packages.contains_key(package));
        if is_listed && task.reading.is_lock() && is_stranger {
            let message = "lists no package that a version file defines";
            let remedy = "list the file that defines it too, such as Cargo.toml or package.json";
            self.problems.push(
                Diagnostic::new(Rule::LockfileUnclear, message)
                    .in_file(&file.path)
                    .with_remedy(remedy),
            );
        }
        // Its other entries name one of them by its version alone.
        let is_cargos = task.reading == Reading::format(VersionFormat::CargoLock);
        let listed = if is_cargos { contents.listed.as_slice() } else { &[] };
        self.problems.extend(twice(listed, own).map(|package| {
            let message =
                format!("has two packages of the repository that are named {}", package.name());
            let remedy = "Lockstep cannot tell which of them a version file defines: rename one";
            Diagnostic::new(Rule::LockfileUnclear, message).in_file(&file.path).with_remedy(remedy)
        }));
        let published =
            contents.published.iter().filter(|package| own.packages.contains_key(package));
        let published = published.map(|package| (package.name().to_owned(), file.path.clone()));
        self.published.extend(published);
        file.readings.push(task.reading);
    }
}

/// The repository's own among some packages that are listed more than once.
fn twice<'p>(listed: &'p [Package], own: &Owners) -> impl Iterator<Item = &'p Package> {
    let mut known = HashSet::new();
    listed
        .iter()
        .filter(move |package| own.packages.contains_key(*package) && !known.insert(*package))
}

impl VersionFile {
    /// Whether it was read as a format.
    #[must_use]
    pub fn is_of(&self, format: VersionFormat) -> bool {
        self.readings.contains(&Reading::format(format))
    }

    /// Puts the fields in the order of their places, and counts their lines and columns in one pass. What stands
    /// in another field is none.
    fn place_fields(&mut self) -> Vec<Diagnostic> {
        self.fields.sort_by_key(|field| field.field.place.start);
        let (mut at, mut line, mut column) = (0, 1, 1);
        for field in &mut self.fields {
            let start = field.field.place.start;
            let between = &self.text[at..start];
            let lines = between.matches('\n').count();
            let last = between.rsplit('\n').next().unwrap_or_default().chars().count();
            line += lines;
            column = if lines == 0 { column + last } else { 1 + last };
            at = start;
            (field.line, field.column) = (line, column);
        }
        let mut problems = Vec::new();
        let mut end = 0;
        let path = &self.path;
        self.fields.retain(|TrainField { field, line, column, .. }| {
            let is_apart = field.place.start >= end;
            if !is_apart {
                let message = format!("{} stands within another version field", field.name);
                let problem = Diagnostic::new(Rule::VersionFieldTwice, message)
                    .in_file(path)
                    .at(*line, *column);
                problems.push(problem.with_remedy("name the field once in lockstep.yaml"));
            }
            end = end.max(field.place.end);
            is_apart
        });
        problems
    }
}

/// Which train each of the repository's own packages is of, and each field so far.
struct Owners {
    packages: HashMap<Package, Vec<Owner>>,
    /// By file and place.
    fields: HashMap<(usize, Range<usize>), usize>,
}

/// What defines a package.
struct Owner {
    train: usize,
    /// The folder of the file that does; unknown of what is shipped and stands in no file.
    folder: Option<String>,
}

impl Owners {
    fn of(found: &[(Task, Contents)], shipped: impl IntoIterator<Item = Package>) -> Self {
        let mut packages: HashMap<Package, Vec<Owner>> = HashMap::new();
        for (task, contents) in found.iter().filter(|(task, _)| !task.reading.is_lock()) {
            if let Some(package) = &contents.package {
                let folder = Some(folder_of(&task.path).to_owned());
                let owner = Owner { train: task.train, folder };
                packages.entry(package.clone()).or_default().push(owner);
            }
        }
        for package in shipped {
            let owners = packages.entry(package).or_default();
            if owners.is_empty() {
                owners.push(Owner { train: 0, folder: None });
            }
        }
        Self { packages, fields: HashMap::new() }
    }

    /// The train whose version a field carries; none where it is none of the repository's.
    fn train(&self, task: &Task, package: Option<&Package>, field: &Field) -> Option<usize> {
        match &field.subject {
            Subject::Package(package) => self.train_of(package, task, None),
            Subject::PackageIn(package, folder) => {
                self.train_of(package, task, Some(&below(folder_of(&task.path), folder)?))
            }
            // A lockfile's own version is that of the package that it is of.
            Subject::File if task.reading.is_lock() => {
                let of_package = package.and_then(|package| self.train_of(package, task, None));
                of_package.or(task.is_own.then_some(task.train))
            }
            Subject::File => Some(task.train),
        }
    }

    /// The train of a package, perhaps of one in a folder: where there are several of its name, that of the task.
    fn train_of(&self, package: &Package, task: &Task, folder: Option<&str>) -> Option<usize> {
        let is_there = |owner: &&Owner| match (&owner.folder, folder) {
            (Some(own), Some(folder)) => own == folder,
            (None, _) | (_, None) => true,
        };
        let mut trains = self.packages.get(package)?.iter().filter(is_there).map(|own| own.train);
        let first = trains.next()?;
        Some(if trains.any(|train| train == task.train) { task.train } else { first })
    }
}
