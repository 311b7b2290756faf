//! Reading archives: member by member, or into a folder.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::bufread::GzDecoder;
use lockstep_schemas::paths::not_on_windows;
use lzma_rust2::XzReader;

use crate::error::refused_in_reader;
use crate::member::{Kind, Member};
use crate::{Error, Format, Result, tar, zip};

/// What is done with each member and its bytes.
pub type Visit<'v> = dyn FnMut(&Member, &mut dyn Read) -> Result<()> + 'v;

/// How many bytes one byte of an archive may become. What a release packs becomes a hundredth of it.
const LARGEST_RATIO: u64 = 1000;

/// What every archive may become, however small it is.
const ALWAYS: u64 = 16 * 1024 * 1024;

/// The most memory that unpacking xz may take, in KiB: what Lockstep packs needs a window of 8 MiB.
const XZ_MEMORY: u32 = 12 * 1024;

/// Reads an archive member by member, in order, without keeping any of it. [`Error::Refused`] says why an
/// archive is not taken.
pub fn visit(format: Format, archive: &Path, visit: &mut Visit<'_>) -> Result<()> {
    visit_seekable(format, &mut File::open(archive)?, visit)
}

/// The same, of an archive that is open, or in memory.
pub fn visit_seekable(
    format: Format,
    archive: &mut (impl Read + Seek),
    visit: &mut Visit<'_>,
) -> Result<()> {
    let length = archive.seek(SeekFrom::End(0))?;
    if format != Format::Zip {
        archive.rewind()?;
        return visit_stream(format, archive, length, visit);
    }
    let mut left = most(length);
    zip::read(archive, length, &mut |member, bytes| {
        if let Kind::File { size, .. } = member.kind {
            left = left.checked_sub(size).ok_or_else(|| Error::refused(bomb()))?;
        }
        visit(member, bytes)
    })
}

/// The same, of an archive whose bytes come one after another. A zip does not: it is read from its end.
pub fn visit_stream(
    format: Format,
    archive: &mut dyn Read,
    length: u64,
    visit: &mut Visit<'_>,
) -> Result<()> {
    let mut packed = BufReader::with_capacity(64 * 1024, archive);
    let left = most(length);
    match format {
        Format::Tar => tar::read(&mut packed, visit)?,
        Format::TarGz => {
            tar::read(&mut Bounded { from: GzDecoder::new(&mut packed), left }, visit)?;
        }
        Format::TarXz => {
            let xz = XzReader::new_mem_limit(&mut packed, false, XZ_MEMORY);
            tar::read(&mut Bounded { from: xz, left }, visit)?;
        }
        Format::Zip => return Err(io::Error::other("a zip is read from its end").into()),
    }
    if packed.fill_buf()?.is_empty() { Ok(()) } else { Err(Error::refused("data behind the end")) }
}

/// How many bytes an archive may become.
fn most(length: u64) -> u64 {
    length.saturating_mul(LARGEST_RATIO).max(ALWAYS)
}

/// Unpacks an archive into a folder, which is made, and returns the files in it, in order of their names.
pub fn unpack(format: Format, archive: &Path, into: &Path) -> Result<Vec<String>> {
    std::fs::create_dir_all(into)?;
    let mut names = Vec::new();
    // They are made when what they lead to is there, and known to be a file of the archive.
    let mut links = Vec::new();
    visit(format, archive, &mut |member, bytes| {
        // There it would be written to a device, or to a file with another name.
        if let Some(why) = not_on_windows(&member.name).filter(|_| cfg!(windows)) {
            return Err(Error::refused(format!(
                "`{}` cannot be a file on Windows: {why}",
                member.name
            )));
        }
        let path = into.join(&member.name);
        let executable = match &member.kind {
            Kind::File { executable, .. } => *executable,
            Kind::Folder => return Ok(std::fs::create_dir_all(path)?),
            Kind::Link { to } => {
                links.push((member.name.clone(), path, to.clone()));
                return Ok(());
            }
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = create(&path, executable)
            .map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", member.name)))?;
        io::copy(bytes, &mut file)?;
        names.push(member.name.clone());
        Ok(())
    })?;
    while !links.is_empty() {
        let before = links.len();
        links.retain(|(name, path, to)| match link(path, to) {
            Ok(()) => {
                names.push(name.clone());
                false
            }
            Err(_) => true,
        });
        // One leads to another that is made later in the round; where none could be made, the first says why.
        if let Some((name, path, to)) = links.first().filter(|_| links.len() == before) {
            link(path, to)
                .map_err(|error| io::Error::new(error.kind(), format!("`{name}`: {error}")))?;
        }
    }
    names.sort();
    Ok(names)
}

/// A link, or a copy of what it leads to on a system where not everybody may make links.
fn link(path: &Path, to: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    #[cfg(unix)]
    return std::os::unix::fs::symlink(to, path);
    #[cfg(not(unix))]
    return std::fs::copy(path.parent().unwrap_or(Path::new("")).join(to), path).map(drop);
}

/// A new file, so that nothing that stands there already is written through.
fn create(path: &Path, executable: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if executable { 0o755 } else { 0o644 });
    }
    #[cfg(not(unix))]
    let _ = executable;
    options.open(path)
}

/// What comes out of a decompressor, up to a limit.
struct Bounded<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // A damaged stream is a damaged archive, whatever its reader calls it.
        let read = self.from.read(into).map_err(|error| refused_in_reader(error.to_string()))?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| refused_in_reader(bomb()))?;
        Ok(read)
    }
}

fn bomb() -> String {
    format!("it becomes more than {LARGEST_RATIO} times as large")
}
