//! An artifact from its first byte to its last: what it is, and what is in it, in one reading.

mod members;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use lockstep_archives::{Error, Format, visit, visit_stream};
use lockstep_binaries::{Binary, Probe};
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::manifest::MemberRecord;
use lockstep_schemas::plan::PlannedFile;
use lockstep_schemas::strings::Integrity;
use sha2::{Digest as _, Sha512};

use crate::Digest;
use crate::digest::{Hasher, each_chunk, integrity, open, unreadable};
use crate::npm::NPM_ROOT;
use members::Members;

/// What an artifact is, and what is in it.
#[derive(Debug)]
pub struct Contents {
    /// Its bytes.
    pub digest: Digest,
    /// npm's digest, of an npm package.
    pub integrity: Option<Integrity>,
    /// What is in it.
    pub inside: Inside,
}

/// What is in an artifact.
#[derive(Debug)]
pub enum Inside {
    /// The files in an archive or a package, by their places below its root.
    Members(BTreeMap<String, FileInside>),
    /// Nothing: it is one file.
    File(Recognized),
    /// An archive that is refused, in words.
    Refused(String),
}

/// What kind of file this is: a binary, another file, or a damaged binary in words.
pub type Recognized = Result<Option<Box<Binary>>, &'static str>;

/// A file in an archive or a package.
#[derive(Debug)]
pub struct FileInside {
    /// Its bytes.
    pub digest: Digest,
    /// What it is.
    pub binary: Recognized,
    /// Its text, where it is one that says what the package is.
    pub text: Option<Vec<u8>>,
    /// Whether it is what a linker reads in place of a library, by its first bytes.
    pub is_linker_script: bool,
    /// What few files have.
    rare: Option<Box<Rare>>,
}

/// What few files have, and so none pays for: an archive may have as many as fifty thousand.
#[derive(Debug)]
enum Rare {
    /// Longer digests, in a wheel whose `RECORD` has some.
    Stronger(Stronger),
    /// Where it leads, where it is a link to another file.
    Link(String),
}

impl FileInside {
    /// Its longer digests, in a wheel whose `RECORD` has some.
    #[must_use]
    pub fn stronger(&self) -> Option<&Stronger> {
        match self.rare.as_deref() {
            Some(Rare::Stronger(stronger)) => Some(stronger),
            Some(Rare::Link(_)) | None => None,
        }
    }

    /// Where it leads, where it is a link to another file: the bytes are that one's, which is looked at where it stands.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        match self.rare.as_deref() {
            Some(Rare::Link(to)) => Some(to),
            Some(Rare::Stronger(_)) | None => None,
        }
    }
}

/// Digests that a wheel's `RECORD` may have in place of SHA-256, as it writes them
/// ([specification](https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file)).
#[derive(Debug)]
pub struct Stronger {
    /// `sha384=…`
    pub sha384: String,
    /// `sha512=…`
    pub sha512: String,
}

impl Contents {
    /// Reads an artifact.
    pub fn of(file: PlannedFile<'_>, path: &Path) -> Result<Self, Diagnostic> {
        let read = || match packing(file) {
            None => one_file(path),
            Some(packing) if packing.format == Format::Zip => zip(packing, path),
            Some(packing) => stream(packing, path),
        };
        read().map_err(|error| unreadable(path, &error))
    }

    /// The files in it, as a manifest lists them.
    #[must_use]
    pub fn members(&self) -> Vec<MemberRecord> {
        let Inside::Members(members) = &self.inside else { return Vec::new() };
        let record = |(path, file): (&String, &FileInside)| MemberRecord {
            path: path.clone(),
            link: file.link().map(str::to_owned),
            sha256: file.digest.sha256.clone(),
            size: file.digest.size,
            executable: file.digest.executable,
        };
        members.iter().map(record).collect()
    }
}

/// How an artifact is packed.
#[derive(Clone, Copy)]
struct Packing {
    format: Format,
    /// The folder that everything in it is below, where there is one.
    root: Option<&'static str>,
    is_npm: bool,
    /// Whether it may have links. Clients of packages copy them, leave them out, or refuse them.
    has_links: bool,
    /// Whether a file in it says what the package is, and its text is kept.
    is_text: fn(&str) -> bool,
    /// The largest such text, in bytes.
    largest_text: usize,
}

fn packing(file: PlannedFile<'_>) -> Option<Packing> {
    let packing = |format| Packing {
        format,
        root: None,
        is_npm: false,
        has_links: false,
        is_text: |_| false,
        largest_text: 0,
    };
    Some(match file {
        PlannedFile::Archive(plan, file) => {
            Packing { has_links: true, ..packing(plan.format_of(file).into()) }
        }
        PlannedFile::NpmPackage(_) | PlannedFile::NpmPlatformPackage(..) => Packing {
            root: Some(NPM_ROOT),
            is_npm: true,
            is_text: |name| name == "package.json",
            largest_text: 256 * 1024,
            ..packing(Format::TarGz)
        },
        PlannedFile::Wheel(..) => {
            Packing {
                is_text: |name| {
                    let (folder, file) = name.split_once('/').unwrap_or_default();
                    folder.ends_with(".dist-info")
                        && ["METADATA", "RECORD", "WHEEL"].contains(&file)
                },
                // One of thirty thousand files is less.
                largest_text: 4 * 1024 * 1024,
                ..packing(Format::Zip)
            }
        }
        PlannedFile::Sdist(_) => Packing {
            is_text: |name| name.ends_with("/PKG-INFO") && name.matches('/').count() == 1,
            largest_text: 4 * 1024 * 1024,
            ..packing(Format::TarGz)
        },
        PlannedFile::Crate(_) => packing(Format::TarGz),
        PlannedFile::Binary(..) => return None,
    })
}

fn one_file(path: &Path) -> io::Result<Contents> {
    let (mut file, executable) = open(path)?;
    let (mut hasher, mut probe) = (Hasher::default(), Probe::default());
    each_chunk(&mut file, &mut |bytes| {
        hasher.add(bytes);
        probe.pass(bytes);
    })?;
    let mut looked = probe.end_pass();
    while looked.is_none() {
        each_chunk(&mut File::open(path)?, &mut |bytes| probe.pass(bytes))?;
        looked = probe.end_pass();
    }
    let looked = looked.unwrap_or(Ok(None)).map(|binary| binary.map(Box::new));
    Ok(Contents {
        digest: hasher.digest(executable),
        integrity: None,
        inside: Inside::File(looked),
    })
}

/// A zip is read from its end, so its own bytes are read before.
fn zip(packing: Packing, path: &Path) -> io::Result<Contents> {
    let (mut file, executable) = open(path)?;
    let mut hasher = Hasher::default();
    each_chunk(&mut file, &mut |bytes| hasher.add(bytes))?;
    let mut members = Members::new(packing);
    let mut visited = visit(Format::Zip, path, &mut |member, bytes| members.add(member, bytes));
    if visited.is_ok() && members.asks_for_stronger() {
        visited = visit(Format::Zip, path, &mut |member, bytes| members.strengthen(member, bytes));
    }
    let inside = inside(members, packing, path, visited)?;
    Ok(Contents { digest: hasher.digest(executable), integrity: None, inside })
}

fn stream(packing: Packing, path: &Path) -> io::Result<Contents> {
    let (file, executable) = open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Hashed { file, hasher: Hasher::default(), sha512: None };
    bytes.sha512 = packing.is_npm.then(Sha512::new);
    let mut members = Members::new(packing);
    let visited = visit_stream(packing.format, &mut bytes, length, &mut |member, bytes| {
        members.add(member, bytes)
    });
    // Also of an archive that is refused it is said what its bytes are.
    each_chunk(&mut bytes, &mut |_| {})?;
    let inside = inside(members, packing, path, visited)?;
    Ok(Contents {
        digest: bytes.hasher.digest(executable),
        integrity: bytes.sha512.map(integrity),
        inside,
    })
}

/// What is in an archive that was visited. It is visited again for binaries whose tables lie so that one
/// reading does not find them.
fn inside(
    mut members: Members,
    packing: Packing,
    path: &Path,
    visited: lockstep_archives::Result<()>,
) -> io::Result<Inside> {
    let mut visited = visited;
    for _ in 1..Probe::MOST_PASSES {
        if visited.is_ok() && !members.unknown.is_empty() {
            visited = visit(packing.format, path, &mut |member, bytes| members.look(member, bytes));
        }
    }
    match visited {
        Ok(()) if !members.unknown.is_empty() => {
            Ok(Inside::Refused("it changed while it was read".to_owned()))
        }
        Ok(()) => Ok(Inside::Members(members.all())),
        Err(Error::Refused(what)) => Ok(Inside::Refused(what)),
        Err(Error::Io(error)) => Err(error),
    }
}

/// A file whose bytes are hashed as they are read.
struct Hashed {
    file: File,
    hasher: Hasher,
    sha512: Option<Sha512>,
}

impl Read for Hashed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.hasher.add(&into[..read]);
        if let Some(sha512) = &mut self.sha512 {
            sha512.update(&into[..read]);
        }
        Ok(read)
    }
}
