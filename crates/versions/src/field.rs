//! A field that carries a version: where it stands, what it says, and whose version it is.

use std::ops::Range;

use lockstep_schemas::strings::Version;
use lockstep_schemas::version::{VersionPart, VersionScheme};

use crate::requirement::Requirement;

/// What to do about a field that says something else than a version.
const FOREIGN: &str = "write the version there; if it comes from another place, name that place in `versions` of lockstep.yaml instead";
/// What to do about a part of a version.
const PART: &str = "say which part it is: `part: major`, `minor`, `patch` or `major-minor`";
/// What to do about a requirement that does not take a version.
const UNTAKING: &str =
    "write there what it should take, or the version alone, which follows from then on";
/// What to do about a version that a field has no word for.
pub(crate) const UNSAYABLE: &str = "release a version that every file can say, or take the file out of `versions` in lockstep.yaml";

/// A field that carries a version, where it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name, in the notation of its format.
    pub name: String,
    /// The bytes of the version.
    pub place: Range<usize>,
    /// What stands there.
    pub text: String,
    /// How it is written.
    pub notation: Notation,
    /// Whose version it is.
    pub subject: Subject,
}

/// How a version is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// As a version.
    Version(VersionScheme),
    /// As what is taken of a dependency.
    Requirement(Requirement),
    /// As a part of a version.
    Part(VersionPart),
}

/// Whose version a field carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// That of its file.
    File,
    /// That of a package, which counts where the repository itself defines it.
    Package(Package),
    /// That of a package which stands in a folder, told from that of the file.
    PackageIn(Package, String),
}

/// A package of an ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Package {
    ecosystem: Ecosystem,
    name: String,
}

/// Where a package's name means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ecosystem {
    Cargo,
    Maven,
    Npm,
    Python,
}

impl Package {
    /// A crate.
    #[must_use]
    pub fn cargo(name: &str) -> Self {
        Self { ecosystem: Ecosystem::Cargo, name: name.to_owned() }
    }

    /// A project of Maven's, by its group and its name.
    #[must_use]
    pub fn maven(group: &str, artifact: &str) -> Self {
        Self { ecosystem: Ecosystem::Maven, name: format!("{group}:{artifact}") }
    }

    /// An npm package.
    #[must_use]
    pub fn npm(name: &str) -> Self {
        Self { ecosystem: Ecosystem::Npm, name: name.to_owned() }
    }

    /// A Python project, whose name is compared
    /// [normalized](https://packaging.python.org/en/latest/specifications/name-normalization/).
    #[must_use]
    pub fn python(name: &str) -> Self {
        let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
        let name = parts.collect::<Vec<_>>().join("-").to_lowercase();
        Self { ecosystem: Ecosystem::Python, name }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Field {
    /// A field of its file's own version.
    pub(crate) fn of_file(
        name: impl Into<String>,
        literal: Literal<'_>,
        scheme: VersionScheme,
    ) -> Self {
        Self {
            name: name.into(),
            place: literal.place,
            text: literal.text.to_owned(),
            notation: Notation::Version(scheme),
            subject: Subject::File,
        }
    }

    /// The same, of a package's.
    pub(crate) fn of(mut self, package: Package) -> Self {
        self.subject = Subject::Package(package);
        self
    }

    /// The same, of the package in a folder, told from that of the file: another of its name is another.
    pub(crate) fn of_folder(mut self, package: Package, folder: &str) -> Self {
        self.subject = Subject::PackageIn(package, folder.to_owned());
        self
    }

    /// What it says where it carries a version.
    ///
    /// # Errors
    ///
    /// Where the version has no counterpart in its notation, in words.
    pub fn saying(&self, version: &Version) -> Result<String, String> {
        if self.is_foreign() {
            return Err("it is not a version, so it cannot be replaced by one".to_owned());
        }
        match self.notation {
            Notation::Version(scheme) => scheme.write(version),
            Notation::Requirement(of) => of.saying(&self.text, version),
            Notation::Part(part) => Ok(part.of(version)),
        }
    }

    /// Whether it says a version.
    #[must_use]
    pub fn says(&self, version: &Version) -> bool {
        match self.notation {
            Notation::Version(scheme) => scheme.says(&self.text, version),
            Notation::Requirement(of) => of.takes(&self.text, version),
            Notation::Part(part) => part.of(version) == self.text,
        }
    }

    /// Whether it is written anew where a train goes from old versions to a new one: it does not say that, or is a requirement of
    /// Cargo's or Maven's that says an old one to the letter. It would take the new one as it is; but what is released together is
    /// required together. There is more than one old version where a run was interrupted.
    #[must_use]
    pub fn changes(&self, old: &[Version], new: &Version) -> bool {
        let says = |version: &Version| self.saying(version).is_ok_and(|text| text == self.text);
        let is_loose = [Requirement::Cargo, Requirement::Maven]
            .iter()
            .any(|of| self.notation == Notation::Requirement(*of));
        let follows = is_loose && old.iter().any(says) && !says(new);
        !self.says(new) || follows
    }

    /// Whether a version is above what it says, in the order of its notation; or is what it says already. A requirement
    /// follows any.
    #[must_use]
    pub fn rises_to(&self, version: &Version) -> bool {
        match (self.version(), self.notation) {
            (Some(said), Notation::Version(scheme)) => {
                self.says(version) || scheme.is_above(version, &said)
            }
            _ => true,
        }
    }

    /// Whether it says nothing that another version could take the place of, such as `${VERSION}`, which becomes one
    /// when the file is used.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        // What versions of all ecosystems are written with, epochs and locals of Python's among them.
        let is_written = |c: char| c.is_ascii_alphanumeric() || ".+-_!".contains(c);
        let is_like_one = self.text.starts_with(|c: char| c.is_ascii_digit())
            && self.text.chars().all(is_written)
            && !self.is_number();
        matches!(self.notation, Notation::Version(_)) && !is_like_one
    }

    /// Whether it says one number, which is a part of a version.
    fn is_number(&self) -> bool {
        !self.text.is_empty() && self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// What to do where it cannot say a version.
    pub(crate) fn remedy(&self) -> &'static str {
        match self.notation {
            Notation::Requirement(_) => UNTAKING,
            Notation::Version(_) if self.is_number() => PART,
            Notation::Version(_) if self.is_foreign() => FOREIGN,
            Notation::Version(_) | Notation::Part(_) => UNSAYABLE,
        }
    }

    /// The version that it says; `None` where it says none, or a requirement.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        match self.notation {
            Notation::Version(scheme) => scheme.read(&self.text),
            Notation::Requirement(_) | Notation::Part(_) => None,
        }
    }
}

/// The versions that fields say, each with how many say it. What Python writes as one counts for the words that others
/// write.
pub(crate) fn said<'f>(fields: impl Iterator<Item = &'f Field> + Clone) -> Vec<(Version, usize)> {
    let is_python = |field: &&Field| field.notation == Notation::Version(VersionScheme::Pep440);
    let mut counts: Vec<(Version, usize)> = Vec::new();
    for field in fields.clone().filter(|field| !is_python(field)) {
        let Some(version) = field.version() else { continue };
        match counts.iter_mut().find(|(known, _)| *known == version) {
            Some((_, count)) => *count += 1,
            None => counts.push((version, 1)),
        }
    }
    for field in fields.filter(is_python) {
        match counts.iter_mut().find(|(known, _)| field.says(known)) {
            Some((_, count)) => *count += 1,
            None => counts.extend(field.version().map(|version| (version, 1))),
        }
    }
    counts
}

/// A text that stands in a file as it is.
#[derive(Debug, Clone)]
pub struct Literal<'t> {
    /// What stands there.
    pub text: &'t str,
    /// Its bytes.
    pub place: Range<usize>,
}

impl<'t> Literal<'t> {
    /// A part of it.
    pub(crate) fn part(&self, range: Range<usize>) -> Literal<'t> {
        let start = self.place.start;
        Literal { text: &self.text[range.clone()], place: start + range.start..start + range.end }
    }
}
