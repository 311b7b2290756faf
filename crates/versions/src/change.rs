//! A version set in every field of a train: in all of them, or in none.

use std::path::Path;

use lockstep_files::{self, Replacement};
use lockstep_schemas::diagnostic::{Diagnostic, Rule, line_and_column};
use lockstep_schemas::strings::Version;

use crate::field::Field;
use crate::formats::read;
use crate::text::in_file;
use crate::version_files::{VersionFile, VersionFiles};

/// Files with a train's version set, ready to be written.
#[derive(Debug)]
pub struct Change<'p> {
    /// The files that differ.
    pub files: Vec<ChangedFile<'p>>,
}

/// A file with the version set.
#[derive(Debug)]
pub struct ChangedFile<'p> {
    /// Its path.
    pub path: &'p str,
    /// What it says now.
    pub old: &'p str,
    /// What it will say.
    pub new: String,
}

impl<'p> Change<'p> {
    /// Prepares a version for every field of a train, and looks at each new text as if it were there already.
    ///
    /// # Errors
    ///
    /// Everything that keeps a field from being set.
    pub fn prepare(
        project: &'p VersionFiles,
        train: usize,
        version: &Version,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = project.problems.clone();
        problems.extend(project.unsayable(train, version));
        let mut files = Vec::new();
        let old = project.versions_of(train);
        for file in &project.files {
            match changed(file, train, &old, version) {
                Ok(Some(new)) => {
                    let mut fields = file.fields.iter().filter(|of| of.train == train);
                    let says_version = fields.any(|of| of.field.version().is_some());
                    files.push((
                        says_version,
                        ChangedFile { path: &file.path, old: &file.text, new },
                    ));
                }
                Ok(None) => {}
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        // What says the version goes last: as long as a requirement is not written, the old version is said, and who goes on with a run
        // that was interrupted knows which requirements follow.
        files.sort_by_key(|(says_version, _)| *says_version);
        Ok(Self { files: files.into_iter().map(|(_, file)| file).collect() })
    }

    /// Writes the files: all new texts are on disk before the first file is replaced, each in one step.
    ///
    /// # Errors
    ///
    /// Where one cannot be written. Nothing is replaced then, unless the replacing itself failed.
    pub fn write(&self, root: &Path) -> Result<(), Diagnostic> {
        let files = self.files.iter();
        let files: Vec<Replacement<'_>> = files
            .map(|file| Replacement { path: file.path, old: Some(file.old), text: &file.new })
            .collect();
        lockstep_files::replace(root, &files, &[]).map_err(Diagnostic::from)
    }
}

/// A text with some of its fields saying a version, and every other byte as it was. The fields stand in the order
/// of their places, and do not overlap. What said the old version follows, also where it would take the new one.
///
/// # Errors
///
/// The fields that cannot say it, each with why.
pub fn set<'f>(
    text: &str,
    fields: impl Iterator<Item = &'f Field>,
    old: &[Version],
    version: &Version,
) -> Result<String, Vec<(&'f Field, String)>> {
    let mut new = String::with_capacity(text.len() + 16);
    let mut at = 0;
    let mut unable = Vec::new();
    for field in fields.filter(|field| field.changes(old, version)) {
        match field.saying(version) {
            Ok(says) => {
                new.push_str(&text[at..field.place.start]);
                new.push_str(&says);
                at = field.place.end;
            }
            Err(why) => unable.push((field, why)),
        }
    }
    new.push_str(&text[at..]);
    if unable.is_empty() { Ok(new) } else { Err(unable) }
}

/// A file's text with the fields of a train saying a version; nothing where they say it.
fn changed(
    file: &VersionFile,
    train: usize,
    old: &[Version],
    version: &Version,
) -> Result<Option<String>, Vec<Diagnostic>> {
    let fields =
        || file.fields.iter().filter(|field| field.train == train).map(|field| &field.field);
    let new = set(&file.text, fields(), old, version).map_err(|unable| {
        let problem = |(field, why): (&Field, String)| {
            let (line, column) = line_and_column(&file.text, field.place.start);
            let message = format!("{} cannot be set: {why}", field.name);
            let problem = Diagnostic::new(Rule::VersionUnsayable, message)
                .in_file(&file.path)
                .at(line, column);
            problem.with_remedy(field.remedy())
        };
        unable.into_iter().map(problem).collect::<Vec<_>>()
    })?;
    if new == file.text {
        return Ok(None);
    }
    let mut problems = Vec::new();
    let mut said = 0;
    for reading in &file.readings {
        match read(reading, &new) {
            Ok(contents) => {
                said += contents.fields.iter().filter(|field| field.says(version)).count();
            }
            Err(unread) => {
                let message = format!("would not be read with {version} in it: {}", unread.message);
                let problem = Diagnostic::new(Rule::VersionNotSet, message);
                let problem = Diagnostic { remedy: unread.remedy, ..problem };
                problems.push(in_file(&file.path, &new, problem));
            }
        }
    }
    if problems.is_empty() && said < fields().count() {
        let message = format!("would not have {version} in every field, so it was not changed");
        problems.push(Diagnostic::new(Rule::VersionNotSet, message).in_file(&file.path));
    }
    if problems.is_empty() { Ok(Some(new)) } else { Err(problems) }
}
