//! Reading tar as strictly as a release needs it
//! ([pax](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html),
//! [GNU](https://www.gnu.org/software/tar/manual/html_node/Standard.html)).
//!
//! A release's archives have files, folders, and links to files that they have too. Hard links, devices, sparse files and
//! whatever else changes what a member is are refused, and so is anything behind the end.

use std::io::{self, Read};

use crate::member::{Kind, Member, Names};
use crate::{Error, Result, Visit};

const BLOCK: usize = 512;

/// The longest extended header that is read, in bytes. A path may have a tenth of it.
const LONGEST_EXTENSION: u64 = 64 * 1024;

pub(crate) fn read(from: &mut dyn Read, visit: &mut Visit<'_>) -> Result<()> {
    let mut names = Names::default();
    let mut extended = Extended::default();
    loop {
        let block = block(from)?;
        if is_zero(&block) {
            end(from, &extended)?;
            return names.end();
        }
        let header = Header(&block);
        header.check()?;
        let size = header.size()?;
        match header.0[156] {
            b'0' | 0 | b'2' | b'5' => {
                let extended = std::mem::take(&mut extended);
                member(&header, extended, &mut names, from, visit)?;
            }
            b'x' => extended.add_pax(&extension(from, size)?)?,
            b'L' => {
                let name = extension(from, size)?;
                extended.add_name(name.strip_suffix(b"\0").unwrap_or(&name))?;
            }
            // A comment for all members, such as git's commit, changes nothing.
            b'g' => {
                let mut all = Extended::default();
                all.add_pax(&extension(from, size)?)?;
                if all != Extended::default() {
                    return Err(Error::refused(
                        "a header for all members that changes what they are",
                    ));
                }
            }
            kind => {
                let name = String::from_utf8_lossy(&header.name()).into_owned();
                return Err(Error::refused(format!(
                    "`{}`: {}",
                    name.escape_debug(),
                    what_is(kind)
                )));
            }
        }
    }
}

fn what_is(kind: u8) -> &'static str {
    match kind {
        b'1' => "a hard link",
        b'3' | b'4' => "a device",
        b'6' => "a pipe",
        b'S' => "a sparse file",
        _ => "neither file nor folder",
    }
}

fn member(
    header: &Header<'_>,
    extended: Extended,
    names: &mut Names,
    from: &mut dyn Read,
    visit: &mut Visit<'_>,
) -> Result<()> {
    let name = extended.name.unwrap_or_else(|| header.name());
    let name = utf8(name)?;
    let size = extended.size.map_or_else(|| header.size(), Ok)?;
    let kind = header.0[156];
    if kind != b'2' && extended.link.is_some() {
        return Err(Error::refused(format!("`{name}`: it leads somewhere, and is no link")));
    }
    let kind = match kind {
        b'5' => Kind::Folder,
        b'2' => Kind::Link { to: utf8(extended.link.unwrap_or_else(|| header.text(157..257)))? },
        _ => Kind::File { size, executable: header.number(100..108)? & 0o100 != 0 },
    };
    if size > 0 && !matches!(kind, Kind::File { .. }) {
        return Err(Error::refused(format!("`{name}`: a folder or a link with bytes of its own")));
    }
    let member = Member { name, kind };
    names.add(&member)?;
    let mut bytes = from.take(size);
    visit(&member, &mut bytes)?;
    io::copy(&mut bytes, &mut io::sink())?;
    if bytes.limit() > 0 {
        return Err(ends_early());
    }
    skip_padding(from, size)
}

fn utf8(name: Vec<u8>) -> Result<String> {
    String::from_utf8(name).map_err(|error| {
        let shown = String::from_utf8_lossy(error.as_bytes()).into_owned();
        Error::refused(format!("`{}`: a name that is not UTF-8", shown.escape_debug()))
    })
}

/// Two blocks of nothing, and nothing else.
fn end(from: &mut dyn Read, extended: &Extended) -> Result<()> {
    if *extended != Extended::default() {
        return Err(Error::refused("an extended header without a member"));
    }
    if !is_zero(&block(from)?) {
        return Err(Error::refused("half an end"));
    }
    let mut rest = [0; 8 * 1024];
    loop {
        match from.read(&mut rest)? {
            0 => return Ok(()),
            read if is_zero(&rest[..read]) => {}
            _ => return Err(Error::refused("data behind the end")),
        }
    }
}

fn block(from: &mut dyn Read) -> Result<[u8; BLOCK]> {
    let mut block = [0; BLOCK];
    from.read_exact(&mut block).map_err(early)?;
    Ok(block)
}

fn extension(from: &mut dyn Read, size: u64) -> Result<Vec<u8>> {
    if size > LONGEST_EXTENSION {
        return Err(Error::refused(format!("an extended header of {size} bytes")));
    }
    let mut bytes = Vec::new();
    from.take(size).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != size {
        return Err(ends_early());
    }
    skip_padding(from, size)?;
    Ok(bytes)
}

fn skip_padding(from: &mut dyn Read, size: u64) -> Result<()> {
    let over = size % BLOCK as u64;
    let padding = if over == 0 { 0 } else { BLOCK as u64 - over };
    if io::copy(&mut from.take(padding), &mut io::sink())? != padding {
        return Err(ends_early());
    }
    Ok(())
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn early(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::UnexpectedEof { ends_early() } else { error.into() }
}

fn ends_early() -> Error {
    Error::refused("it ends in the middle")
}

struct Header<'a>(&'a [u8; BLOCK]);

impl Header<'_> {
    fn check(&self) -> Result<()> {
        let sum: u64 = self.0.iter().map(|byte| u64::from(*byte)).sum();
        let own: u64 = self.0[148..156].iter().map(|byte| u64::from(*byte)).sum();
        let wanted = sum - own + 8 * u64::from(b' ');
        if self.number(148..156)? != wanted {
            return Err(Error::refused("a header whose checksum is wrong"));
        }
        match &self.0[257..265] {
            b"ustar\x0000" => {}
            // GNU keeps times where ustar keeps the beginning of the name, and some readers take them for that.
            b"ustar  \0" if is_zero(&self.0[345..500]) => {}
            b"ustar  \0" => return Err(Error::refused("a header of GNU with more than a name")),
            _ => return Err(Error::refused("a header that is not of ustar, pax or GNU")),
        }
        Ok(())
    }

    fn size(&self) -> Result<u64> {
        self.number(124..136)
    }

    /// A number in octal digits, or where they do not suffice in GNU's binary form.
    fn number(&self, at: std::ops::Range<usize>) -> Result<u64> {
        let field = &self.0[at];
        let bad = || Error::refused("a header whose number is not one");
        if field[0] & 0x80 != 0 {
            let (first, rest) = (field[0] & 0x7f, &field[1..]);
            let high = rest.len().saturating_sub(8);
            if first != 0 || !is_zero(&rest[..high]) {
                return Err(bad());
            }
            return Ok(rest[high..].iter().fold(0, |number, byte| number << 8 | u64::from(*byte)));
        }
        let text: Vec<u8> = field.iter().copied().take_while(|byte| *byte != 0).collect();
        let text = text.trim_ascii();
        if text.is_empty() {
            return Ok(0);
        }
        text.iter()
            .try_fold(0_u64, |number, digit| match digit {
                b'0'..=b'7' => number.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
                _ => None,
            })
            .ok_or_else(bad)
    }

    fn name(&self) -> Vec<u8> {
        let name = self.text(0..100);
        let prefix = self.text(345..500);
        if prefix.is_empty() { name } else { [prefix, b"/".to_vec(), name].concat() }
    }

    fn text(&self, at: std::ops::Range<usize>) -> Vec<u8> {
        self.0[at].iter().copied().take_while(|byte| *byte != 0).collect()
    }
}

/// What an extended header says of the member that follows it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Extended {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    /// Where a link leads.
    link: Option<Vec<u8>>,
}

impl Extended {
    fn add_name(&mut self, name: &[u8]) -> Result<()> {
        if self.name.replace(name.to_vec()).is_some() {
            return Err(Error::refused("a member with two names"));
        }
        Ok(())
    }

    /// Records of `length key=value`, each with a line feed.
    fn add_pax(&mut self, mut records: &[u8]) -> Result<()> {
        let bad = || Error::refused("an extended header that is damaged");
        while !records.is_empty() {
            let space = records.iter().position(|byte| *byte == b' ').ok_or_else(bad)?;
            let length = std::str::from_utf8(&records[..space])
                .ok()
                .and_then(|text| text.parse::<usize>().ok());
            let length = length.filter(|length| *length > space + 1 && *length <= records.len());
            let (record, rest) = records.split_at(length.ok_or_else(bad)?);
            let record = record[space + 1..].strip_suffix(b"\n").ok_or_else(bad)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(bad)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" => self.add_name(value)?,
                b"size" => {
                    let size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                    if self.size.replace(size.ok_or_else(bad)?).is_some() {
                        return Err(Error::refused("a member with two sizes"));
                    }
                }
                key if key.starts_with(b"GNU.sparse.") => {
                    return Err(Error::refused("a sparse file"));
                }
                b"linkpath" if self.link.replace(value.to_vec()).is_none() => {}
                b"linkpath" => return Err(Error::refused("a link that leads to two places")),
                b"hdrcharset" => {
                    return Err(Error::refused("an extended header of a kind that is not read"));
                }
                // Times, owners, comments: nothing of what a member is.
                _ => {}
            }
            records = rest;
        }
        Ok(())
    }
}
