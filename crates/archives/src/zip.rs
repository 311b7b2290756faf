//! Reading zip as strictly as a release needs it
//! ([APPNOTE](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT)).
//!
//! A zip says everything twice, at each file and in the directory at its end, and readers differ in which
//! they believe. Here both must say the same, the files must lie one behind the other from the first byte
//! to the directory, and the directory must end the file.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::CrcReader;
use flate2::bufread::DeflateDecoder;

use crate::error::refused_in_reader;
use crate::member::{Kind, Member, Names};
use crate::{Error, Result, Visit};

const END: usize = 22;
const LOCAL: usize = 30;
const CENTRAL: usize = 46;

/// The largest directory that is read, in bytes: one of fifty thousand files is as large.
const LARGEST_DIRECTORY: u64 = 6 * 1024 * 1024;

struct Entry {
    name: Vec<u8>,
    made_by: u8,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    attributes: u32,
    offset: u64,
}

/// Reads a zip of some length.
pub(crate) fn read(
    file: &mut (impl Read + Seek),
    length: u64,
    visit: &mut Visit<'_>,
) -> Result<()> {
    let (mut entries, directory) = directory(file, length)?;
    entries.sort_by_key(|entry| entry.offset);
    let mut names = Names::default();
    let mut at = 0;
    for (index, entry) in entries.iter().enumerate() {
        let next = entries.get(index + 1).map_or(directory, |next| next.offset);
        if entry.offset != at {
            return Err(Error::refused("files that overlap, or bytes between them"));
        }
        at = one(file, entry, next, &mut names, visit)?;
    }
    if at == directory { Ok(()) } else { Err(Error::refused("bytes before the directory")) }
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    bytes[at..at + length].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[expect(clippy::cast_possible_truncation, reason = "two bytes are 16 bits, four are 32")]
fn short(bytes: &[u8], at: usize) -> u16 {
    number(bytes, at, 2) as u16
}

#[expect(clippy::cast_possible_truncation, reason = "two bytes are 16 bits, four are 32")]
fn long(bytes: &[u8], at: usize) -> u32 {
    number(bytes, at, 4) as u32
}

fn exactly(file: &mut impl Read, length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::refused("it ends in the middle"),
        _ => error.into(),
    })?;
    Ok(bytes)
}

/// The entries of the directory, and where it begins.
fn directory(file: &mut (impl Read + Seek), length: u64) -> Result<(Vec<Entry>, u64)> {
    let end_at =
        length.checked_sub(END as u64).ok_or_else(|| Error::refused("too short for a zip"))?;
    file.seek(SeekFrom::Start(end_at))?;
    let end = exactly(file, END)?;
    if !end.starts_with(b"PK\x05\x06") || short(&end, 20) != 0 {
        return Err(Error::refused("no directory at its end, or something behind it"));
    }
    let (count, size, at) = (short(&end, 10), number(&end, 12, 4), number(&end, 16, 4));
    if number(&end, 4, 4) != 0 || short(&end, 8) != count {
        return Err(Error::refused("a part of a zip of several"));
    }
    if count == u16::MAX || size > LARGEST_DIRECTORY || at + size != end_at {
        return Err(Error::refused("a directory that is not where the end says, or too large"));
    }
    file.seek(SeekFrom::Start(at))?;
    #[expect(clippy::cast_possible_truncation, reason = "less than the largest directory")]
    let bytes = exactly(file, size as usize)?;
    let mut rest = bytes.as_slice();
    let mut entries = Vec::new();
    while !rest.is_empty() {
        if rest.len() < CENTRAL || !rest.starts_with(b"PK\x01\x02") {
            return Err(Error::refused("a directory with something else in it"));
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(short(rest, at)));
        if rest.len() < CENTRAL + name + extra + comment {
            return Err(Error::refused("a directory that ends in the middle"));
        }
        check_extra(&rest[CENTRAL + name..CENTRAL + name + extra])?;
        entries.push(Entry {
            name: rest[CENTRAL..CENTRAL + name].to_vec(),
            made_by: rest[5],
            flags: short(rest, 8),
            method: short(rest, 10),
            crc: long(rest, 16),
            packed: number(rest, 20, 4),
            size: number(rest, 24, 4),
            attributes: long(rest, 38),
            offset: number(rest, 42, 4),
        });
        rest = &rest[CENTRAL + name + extra + comment..];
    }
    if entries.len() != usize::from(count) {
        return Err(Error::refused("a directory with more or fewer files than it says"));
    }
    Ok((entries, at))
}

/// Reads one file, and returns where it ends.
fn one(
    file: &mut (impl Read + Seek),
    entry: &Entry,
    next: u64,
    names: &mut Names,
    visit: &mut Visit<'_>,
) -> Result<u64> {
    let member = member(entry)?;
    names.add(&member)?;
    let bad = |what: &str| Error::refused(format!("`{}`: {what}", member.name));
    file.seek(SeekFrom::Start(entry.offset))?;
    let local = exactly(file, LOCAL)?;
    let [name, extra] = [26, 28].map(|at| usize::from(short(&local, at)));
    let is_same = local.starts_with(b"PK\x03\x04")
        && short(&local, 6) == entry.flags
        && short(&local, 8) == entry.method
        && exactly(file, name)? == entry.name;
    // Where the sizes follow the bytes, they are not known before.
    let follows = entry.flags & 8 != 0;
    let sizes = (long(&local, 14), number(&local, 18, 4), number(&local, 22, 4));
    let known = (entry.crc, entry.packed, entry.size);
    if !is_same || (sizes != known && !(follows && sizes == (0, 0, 0))) {
        return Err(bad("the directory and the file's own header disagree"));
    }
    check_extra(&exactly(file, extra)?)?;
    let begins = entry.offset + (LOCAL + name + extra) as u64;
    let ends = begins + entry.packed;
    let descriptor = next
        .checked_sub(ends)
        .filter(|length| if follows { [12, 16].contains(length) } else { *length == 0 });
    let Some(descriptor) = descriptor else {
        return Err(Error::refused("files that overlap, or bytes between them"));
    };
    let mut packed = BufReader::new(file.take(entry.packed));
    match entry.method {
        0 if entry.packed == entry.size => bytes(&mut packed, entry, &member, visit)?,
        8 => {
            let mut inflated =
                Inflated { name: &member.name, from: DeflateDecoder::new(&mut packed) };
            bytes(&mut inflated, entry, &member, visit)?;
        }
        _ => return Err(bad("packed in a way that is not read")),
    }
    if packed.read(&mut [0])? != 0 {
        return Err(bad("more bytes than its size"));
    }
    drop(packed);
    file.seek(SeekFrom::Start(ends))?;
    #[expect(clippy::cast_possible_truncation, reason = "at most 16")]
    let behind = exactly(file, descriptor as usize)?;
    let (signature, said) = behind.split_at(behind.len().saturating_sub(12));
    let is_signed = signature.is_empty() || signature == b"PK\x07\x08";
    let is_said =
        said.is_empty() || (long(said, 0), number(said, 4, 4), number(said, 8, 4)) == known;
    if is_signed && is_said {
        Ok(next)
    } else {
        Err(bad("what follows it disagrees with the directory"))
    }
}

/// Extra fields that say nothing of what a file is: times, owners, and how Java and Android align.
const HARMLESS: [u16; 7] = [0x000a, 0x5455, 0x5855, 0x7855, 0x7875, 0xcafe, 0xd935];

/// That no extra field changes what a file is: some readers know of other names and sizes there.
fn check_extra(extra: &[u8]) -> Result<()> {
    let mut rest = extra;
    while !rest.is_empty() {
        let bad = || Error::refused("an extra field that is damaged");
        let (head, body) = rest.split_at_checked(4).ok_or_else(bad)?;
        let length = usize::from(short(head, 2));
        rest = body.get(length..).ok_or_else(bad)?;
        let kind = short(head, 0);
        if !HARMLESS.contains(&kind) {
            return Err(Error::refused(format!(
                "an extra field {kind:#06x}, which some readers take for another name or size"
            )));
        }
    }
    Ok(())
}

/// What comes out of a decompressor; damage is the archive's.
struct Inflated<'n, R> {
    name: &'n str,
    from: R,
}

impl<R: Read> Read for Inflated<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.from.read(into).map_err(|error| refused_in_reader(format!("`{}`: {error}", self.name)))
    }
}

fn bytes(from: &mut dyn Read, entry: &Entry, member: &Member, visit: &mut Visit<'_>) -> Result<()> {
    let bad = |what: &str| Error::refused(format!("`{}`: {what}", member.name));
    let mut checked = CrcReader::new(from);
    let mut limited = (&mut checked).take(entry.size);
    visit(member, &mut limited)?;
    io::copy(&mut limited, &mut io::sink())?;
    if limited.limit() > 0 {
        return Err(bad("fewer bytes than its size"));
    }
    let crc = checked.crc().sum();
    if checked.read(&mut [0])? != 0 {
        return Err(bad("more bytes than its size"));
    }
    if crc != entry.crc {
        return Err(bad("its checksum is wrong"));
    }
    Ok(())
}

fn member(entry: &Entry) -> Result<Member> {
    let lossy = || String::from_utf8_lossy(&entry.name).escape_debug().to_string();
    let is_utf8 = entry.flags & 0x800 != 0 || entry.name.is_ascii();
    let name = String::from_utf8(entry.name.clone()).ok().filter(|_| is_utf8);
    let name =
        name.ok_or_else(|| Error::refused(format!("`{}`: a name that is not UTF-8", lossy())))?;
    if entry.flags & !(0x800 | 8 | 6) != 0 {
        return Err(Error::refused(format!("`{name}`: encrypted, or of a kind that is not read")));
    }
    if [entry.packed, entry.size, entry.offset].contains(&u64::from(u32::MAX)) {
        return Err(Error::refused(format!("`{name}`: larger than 4 GiB")));
    }
    // Unix's mode, where the archive was made on one.
    let mode = if entry.made_by == 3 { entry.attributes >> 16 } else { 0 };
    let is_folder = name.ends_with('/');
    let wanted = if is_folder { 0o040_000 } else { 0o100_000 };
    if ![0, wanted].contains(&(mode & 0o170_000)) {
        return Err(Error::refused(format!("`{name}`: neither file nor folder")));
    }
    if is_folder && entry.size > 0 {
        return Err(Error::refused(format!("`{name}`: a folder with bytes of its own")));
    }
    let kind = if is_folder {
        Kind::Folder
    } else {
        Kind::File { size: entry.size, executable: mode & 0o100 != 0 }
    };
    Ok(Member { name, kind })
}
