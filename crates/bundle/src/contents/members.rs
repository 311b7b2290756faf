//! The members of an archive, as they pass.

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lockstep_archives::{Error, Kind, LONGEST_CHAIN};
use lockstep_binaries::Probe;
use lockstep_schemas::paths::{below, folder_of};
use sha2::{Digest as _, Sha384, Sha512};

use super::{FileInside, Packing, Rare, Recognized, Stronger};
use crate::digest::{Hasher, each_chunk};

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
pub(super) struct Members {
    packing: Packing,
    files: BTreeMap<String, FileInside>,
    /// How many bytes of texts are kept.
    texts: usize,
    /// Binaries of which more must be read.
    pub(super) unknown: BTreeMap<String, Probe>,
    /// Where links lead.
    links: BTreeMap<String, String>,
}

impl Members {
    pub(super) fn new(packing: Packing) -> Self {
        let (files, unknown, links) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { packing, files, texts: 0, unknown, links }
    }

    /// The files, and links with the bytes of those that they lead to.
    pub(super) fn all(mut self) -> BTreeMap<String, FileInside> {
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

    pub(super) fn add(
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
    pub(super) fn asks_for_stronger(&self) -> bool {
        let records = self.files.iter().filter(|(name, _)| name.ends_with("/RECORD"));
        let texts = records.filter_map(|(_, file)| file.text.as_deref());
        let has = |text: &[u8], word: &[u8]| text.windows(word.len()).any(|found| found == word);
        texts.into_iter().any(|text| has(text, b",sha384=") || has(text, b",sha512="))
    }

    pub(super) fn strengthen(
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

    pub(super) fn look(
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
