//! An artifact from its first byte to its last: what it is, and what is in it, in one reading.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lockstep_archives::{Error, Format, Kind, LONGEST_CHAIN, visit, visit_stream};
use lockstep_binaries::{Binary, Probe};
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::manifest::MemberRecord;
use lockstep_schemas::paths::{below, folder_of};
use lockstep_schemas::plan::PlannedFile;
use lockstep_schemas::strings::Integrity;
use sha2::{Digest as _, Sha384, Sha512};

use crate::Digest;
use crate::digest::{Hasher, each_chunk, integrity, open, unreadable};
use crate::npm::NPM_ROOT;

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

/// How many of a file's first bytes are looked at.
const FIRST: usize = 12;

/// Whether a file begins as a [script of a linker](https://sourceware.org/binutils/docs/ld/Scripts.html) does that stands for a library.
fn is_linker_script(first: &[u8]) -> bool {
    let scripts: [&[u8]; 5] = [b"INPUT(", b"INPUT (", b"GROUP(", b"GROUP (", b"/* GNU ld"];
    scripts.iter().any(|script| first.starts_with(script))
}

/// How many of the largest texts are kept of one package: those of packages that it brings along are there too.
const MOST_TEXTS: usize = 8;

/// The members of an archive so far.
struct Members {
    packing: Packing,
    files: BTreeMap<String, FileInside>,
    /// How many bytes of texts are kept.
    texts: usize,
    /// Binaries of which more must be read.
    unknown: BTreeMap<String, Probe>,
    /// Where links lead.
    links: BTreeMap<String, String>,
}

impl Members {
    fn new(packing: Packing) -> Self {
        let (files, unknown, links) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { packing, files, texts: 0, unknown, links }
    }

    /// The files, and links with the bytes of those that they lead to.
    fn all(mut self) -> BTreeMap<String, FileInside> {
        let linked: Vec<(String, FileInside)> = self
            .links
            .iter()
            .filter_map(|(name, to)| {
                let file = self.files.get(&self.end_of(name)?)?;
                let inside = FileInside {
                    digest: file.digest.clone(),
                    binary: Ok(None),
                    text: None,
                    is_linker_script: false,
                    rare: Some(Box::new(Rare::Link(to.clone()))),
                };
                Some((name.clone(), inside))
            })
            .collect();
        self.files.extend(linked);
        self.files
    }

    /// The file that a link leads to in the end. Who read the archive knows that there is one.
    fn end_of(&self, name: &str) -> Option<String> {
        let mut at = name.to_owned();
        for _ in 0..LONGEST_CHAIN {
            let Some(to) = self.links.get(&at) else { break };
            at = below(folder_of(&at), to)?;
        }
        Some(at)
    }

    fn add(
        &mut self,
        member: &lockstep_archives::Member,
        bytes: &mut dyn Read,
    ) -> lockstep_archives::Result<()> {
        let name = self.place(&member.name)?.to_owned();
        let executable = match &member.kind {
            Kind::File { executable, .. } => *executable,
            Kind::Folder => return Ok(()),
            Kind::Link { .. } if !self.packing.has_links => {
                return Err(refused(&name, "a link, which not every client of packages takes"));
            }
            Kind::Link { to } => {
                self.links.insert(name, to.clone());
                return Ok(());
            }
        };
        let largest = self.packing.largest_text;
        let (mut hasher, mut probe) = (Hasher::default(), Probe::default());
        let mut text = (self.packing.is_text)(&name).then(Vec::new);
        let mut first = Vec::new();
        each_chunk(bytes, &mut |bytes| {
            if first.len() < FIRST {
                first.extend_from_slice(&bytes[..bytes.len().min(FIRST - first.len())]);
            }
            hasher.add(bytes);
            probe.pass(bytes);
            if let Some(text) = &mut text
                && text.len() <= largest
            {
                text.extend_from_slice(bytes);
            }
        })?;
        if text.as_ref().is_some_and(|text| text.len() > largest) {
            return Err(refused(&name, &format!("larger than {} KiB", largest >> 10)));
        }
        self.texts += text.as_ref().map_or(0, Vec::len);
        if self.texts > MOST_TEXTS * largest.max(1) {
            return Err(refused(&name, "one more text about the package than any has"));
        }
        let binary = self.recognize(&name, probe);
        let digest = hasher.digest(executable);
        self.files.insert(
            name,
            FileInside {
                digest,
                binary,
                text,
                is_linker_script: is_linker_script(&first),
                rare: None,
            },
        );
        Ok(())
    }

    /// Whether a wheel's `RECORD` has other digests than SHA-256.
    fn asks_for_stronger(&self) -> bool {
        let records = self.files.iter().filter(|(name, _)| name.ends_with("/RECORD"));
        let texts = records.filter_map(|(_, file)| file.text.as_deref());
        let has = |text: &[u8], word: &[u8]| text.windows(word.len()).any(|found| found == word);
        texts.into_iter().any(|text| has(text, b",sha384=") || has(text, b",sha512="))
    }

    fn strengthen(
        &mut self,
        member: &lockstep_archives::Member,
        bytes: &mut dyn Read,
    ) -> lockstep_archives::Result<()> {
        let name = self.place(&member.name)?.to_owned();
        let (mut sha384, mut sha512) = (Sha384::new(), Sha512::new());
        each_chunk(bytes, &mut |bytes| {
            sha384.update(bytes);
            sha512.update(bytes);
        })?;
        if let Some(file) = self.files.get_mut(&name) {
            let written = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
            file.rare = Some(Box::new(Rare::Stronger(Stronger {
                sha384: format!("sha384={}", written(&sha384.finalize())),
                sha512: format!("sha512={}", written(&sha512.finalize())),
            })));
        }
        Ok(())
    }

    fn look(
        &mut self,
        member: &lockstep_archives::Member,
        bytes: &mut dyn Read,
    ) -> lockstep_archives::Result<()> {
        let name = self.place(&member.name)?.to_owned();
        let Some(mut probe) = self.unknown.remove(&name) else { return Ok(()) };
        each_chunk(bytes, &mut |bytes| probe.pass(bytes))?;
        let binary = self.recognize(&name, probe);
        if let Some(file) = self.files.get_mut(&name) {
            file.binary = binary;
        }
        Ok(())
    }

    /// What a file is whose bytes have passed; if that is not known yet, it is looked at again.
    fn recognize(&mut self, name: &str, mut probe: Probe) -> Recognized {
        if let Some(known) = probe.end_pass() {
            return known.map(|binary| binary.map(Box::new));
        }
        self.unknown.insert(name.to_owned(), probe);
        Ok(None)
    }

    /// A member's place below the folder that everything is below. What stands elsewhere has none: npm takes
    /// off the first folder of a name whatever it is, and so installs it in another's place.
    fn place<'n>(&self, name: &'n str) -> lockstep_archives::Result<&'n str> {
        let name = name.strip_prefix("./").unwrap_or(name);
        let Some(root) = self.packing.root else { return Ok(name) };
        let below = name.strip_prefix(root).and_then(|rest| rest.strip_prefix('/'));
        below.ok_or_else(|| refused(name, &format!("is not below `{root}/`")))
    }
}

fn refused(name: &str, what: &str) -> Error {
    Error::refused(format!("`{}`: {what}", name.escape_debug()))
}
