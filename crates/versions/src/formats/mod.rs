//! What a file says of versions, by its format. Pure: a text in, fields and where else to look out.

mod address;
mod bun;
pub(crate) mod cargo;
mod cmake;
mod gradle;
mod homebrew;
mod known;
mod maven;
mod meson;
mod msbuild;
mod npm;
mod pnpm;
mod pointer;
mod python;
mod python_locks;
mod ruby;
mod yarn;

pub use homebrew::is_own as is_of_formula;
pub use known::{Known, by_name, known};

use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::plan::Locator;
use lockstep_schemas::version::{VersionPart, VersionScheme};
use lockstep_schemas::version_format::VersionFormat;

use crate::field::{Field, Notation, Package};
use crate::syntax::code;

/// How a file is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reading {
    /// As the plan says.
    Located(Locator),
    /// As the plan says, where what stands there is a part of a version.
    Part(Locator, VersionPart),
    /// As the root of a Cargo workspace that a package inherits its version from.
    CargoWorkspace,
    /// As a member of a Cargo workspace, which has the workspace's version where it inherits that.
    CargoMember,
    /// As a Cargo manifest of the same workspace that has another version: what it takes of other crates counts.
    CargoNeighbour,
    /// As a manifest of a workspace that carries no version of ours: what it takes of our packages counts.
    Neighbour(VersionFormat),
    /// As a manifest that a workspace leaves out: what it takes from the folders of our packages counts.
    Apart(VersionFormat),
    /// As `pnpm-workspace.yaml`: what takes the place of what packages ask for, and where the packages are.
    PnpmWorkspace,
    /// As a Python module that assigns the version to one of these variables.
    PythonVariable(Vec<String>),
    /// As nothing but a version.
    Bare(VersionScheme),
}

impl Reading {
    pub(crate) fn format(format: VersionFormat) -> Self {
        Self::Located(Locator::Format { format })
    }

    /// Whether a manifest is read for what it has to do with others.
    pub(crate) fn is_of_workspace(&self) -> bool {
        matches!(self, Self::CargoMember | Self::CargoNeighbour | Self::Neighbour(_))
    }

    /// Whether the file lists what others define.
    pub(crate) fn is_lock(&self) -> bool {
        let Self::Located(Locator::Format { format }) = self else { return false };
        known(*format).is_lock
    }
}

/// What a file says of versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// The fields that carry a version, of whatever is the repository's own among their subjects.
    pub fields: Vec<Field>,
    /// The package that the file defines; in a lockfile the one that it is of.
    pub package: Option<Package>,
    /// What is wrong where the file is named by itself, and not by a pattern.
    pub missing: Option<Diagnostic>,
    /// Where else to look.
    pub leads: Vec<Lead>,
    /// The packages of the repository that a lockfile has, whether or not it says their versions.
    pub listed: Vec<Package>,
    /// What a lockfile has of packages as they were published, by their digests: no edit makes that another
    /// version's.
    pub published: Vec<Package>,
}

/// Where else versions stand, for what a file says. Paths are below the folder of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// In the first of these files that there is.
    File {
        /// The files.
        candidates: Vec<String>,
        /// How it is read.
        reading: Reading,
    },
    /// In the Cargo workspace that a manifest is of, and its lockfile.
    CargoWorkspace {
        /// The folder of its root, where that is named.
        named: Option<String>,
        /// Whether the version is inherited from there, so that there must be one.
        inherits: bool,
    },
    /// In the members of the Cargo workspace whose root the file is.
    CargoMembers {
        /// Whether the version that they may inherit is the one that is meant.
        inherit: bool,
    },
    /// In packages that a workspace leaves out, which have lockfiles of their own.
    Apart {
        /// Their folders, or folders of several.
        folders: Vec<String>,
        /// The format of their manifests.
        format: VersionFormat,
    },
    /// In a file of this name in the same folder, where there is one.
    Beside(&'static str),
    /// In what these folders, which a file has as packages of the repository, take of each other.
    Folders {
        /// The folders, below that of the file.
        folders: Vec<String>,
        /// The format of their manifests.
        format: VersionFormat,
    },
    /// The same, of folders that patterns mean; a `!` before one leaves its folders out.
    Patterns {
        /// The patterns, below the folder of the file.
        patterns: Vec<String>,
        /// The format of the manifests.
        format: VersionFormat,
    },
    /// In the lockfiles of the npm or pnpm workspace that a package is of, and in the packages of that.
    NpmWorkspace,
    /// In the lockfile of the uv workspace or of the Poetry project that a project is of.
    PythonWorkspace,
}

/// What a file says of versions.
///
/// # Errors
///
/// Where the file is not of its format, or has no field that it must have.
pub fn read(reading: &Reading, file: &str) -> Result<Contents, Diagnostic> {
    // Places are those of the whole file.
    let mark = if file.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut contents =
        of(reading, &file[mark..]).map_err(|diagnostic| shifted(diagnostic, mark))?;
    for field in &mut contents.fields {
        field.place = field.place.start + mark..field.place.end + mark;
    }
    Ok(contents)
}

/// A diagnostic whose byte is counted from another place.
fn shifted(mut diagnostic: Diagnostic, by: usize) -> Diagnostic {
    if let Some(bytes) = &mut diagnostic.place.bytes {
        *bytes = bytes.start + by..bytes.end + by;
    }
    diagnostic
}

fn of(reading: &Reading, text: &str) -> Result<Contents, Diagnostic> {
    let locator = match reading {
        Reading::Located(locator) => locator,
        Reading::Part(locator, part) => {
            let mut contents = of(&Reading::Located(locator.clone()), text)?;
            for field in &mut contents.fields {
                field.notation = Notation::Part(*part);
            }
            return Ok(contents);
        }
        Reading::CargoWorkspace => return cargo::manifest(text, cargo::Role::Workspace),
        Reading::CargoMember => return cargo::manifest(text, cargo::Role::Member),
        Reading::CargoNeighbour => return cargo::manifest(text, cargo::Role::Neighbour),
        Reading::Neighbour(VersionFormat::PackageJson) => return npm::neighbour(text),
        Reading::Neighbour(VersionFormat::Pyproject) => return python::neighbour(text),
        Reading::Neighbour(VersionFormat::Maven) => return Ok(maven::neighbour(text)),
        Reading::Apart(VersionFormat::Pyproject) => return python::apart(text),
        Reading::Neighbour(_) | Reading::Apart(_) => return Ok(Contents::default()),
        Reading::PnpmWorkspace => return pnpm::workspace(text),
        Reading::PythonVariable(names) => return python::module(text, names),
        Reading::Bare(scheme) => {
            let literal = code::pattern(text, r"\A\s*(\S+)\s*\z", "version, and nothing else,")?;
            return Ok(Field::of_file("version", literal, *scheme).into());
        }
    };
    match locator {
        Locator::Format { format } => (known(*format).read)(text),
        Locator::Json { pointer, scheme } => pointer::json(text, pointer, *scheme),
        Locator::Toml { pointer, scheme } => pointer::toml(text, pointer, *scheme),
        Locator::Yaml { pointer, scheme } => pointer::yaml(text, pointer, *scheme),
        Locator::Regex { pattern, scheme, all } => {
            let name = format!("match of `{pattern}`");
            let literals = if *all {
                code::patterns(text, pattern.as_str(), &name)?
            } else {
                vec![code::pattern(text, pattern.as_str(), &name)?]
            };
            let field = |literal| Field::of_file(pattern.as_str(), literal, *scheme);
            Ok(Contents {
                fields: literals.into_iter().map(field).collect(),
                ..Contents::default()
            })
        }
    }
}

impl From<Field> for Contents {
    fn from(field: Field) -> Self {
        Self { fields: vec![field], ..Self::default() }
    }
}
