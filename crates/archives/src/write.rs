//! Writing archives: the same bytes for the same files, whatever the machine, the user and the hour.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use ::tar::{Builder, EntryType, Header};
use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, DateTime, System, ZipWriter};
use flate2::{Compression, GzBuilder};
use lockstep_schemas::paths::Shown as _;
use lzma_rust2::{XzOptions, XzWriter};

use crate::Format;

/// The time of every file of a tar, in seconds since 1970: npm's own, of 1985. Whoever packs such files into a zip can say no time
/// before 1980.
const TIME: u64 = 499_162_500;

/// A file to pack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its place in the archive, with `/`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Whether it may be executed.
    pub executable: bool,
    /// Where it leads from its folder, where it is a link to another of the files. A zip has the file itself: not every system that
    /// unpacks one knows links.
    pub link: Option<String>,
}

impl Entry {
    /// A file.
    #[must_use]
    pub fn file(name: String, path: PathBuf, executable: bool) -> Self {
        Self { name, path, executable, link: None }
    }

    fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }

    fn open(&self) -> io::Result<(File, u64)> {
        let named = |error: io::Error| {
            io::Error::new(error.kind(), format!("{}: {error}", self.path.shown()))
        };
        let file = File::open(&self.path).map_err(named)?;
        let size = file.metadata().map_err(named)?.len();
        Ok((file, size))
    }
}

/// Packs files in the order of their names. Two of one name are refused.
pub fn pack(format: Format, entries: &[Entry], into: &Path) -> io::Result<()> {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort();
    if let Some(pair) = entries.windows(2).find(|pair| pair[0].name == pair[1].name) {
        let [first, second] = [&pair[0].path, &pair[1].path].map(|path| path.shown());
        let message = format!("two files for `{}`: {first} and {second}", pair[0].name);
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    // Half an archive has another name.
    let unfinished = into.with_added_extension("unfinished");
    write(format, &entries, &unfinished)?;
    std::fs::rename(unfinished, into)
}

fn write(format: Format, entries: &[&Entry], into: &Path) -> io::Result<()> {
    let out = BufWriter::new(File::create(into)?);
    match format {
        Format::Tar => tar(entries, out)?.flush(),
        Format::TarGz => {
            // No name and no time: their places in the header are left empty.
            let gzip = GzBuilder::new().write(out, Compression::default());
            tar(entries, gzip)?.finish()?.flush()
        }
        Format::TarXz => {
            let xz = XzWriter::new(out, XzOptions::with_preset(6))?;
            tar(entries, xz)?.finish()?.flush()
        }
        Format::Zip => zip(entries, out),
    }
}

fn tar<W: Write>(entries: &[&Entry], out: W) -> io::Result<W> {
    let mut archive = Builder::new(out);
    for entry in entries {
        let mut header = Header::new_ustar();
        header.set_mtime(TIME);
        header.set_uid(0);
        header.set_gid(0);
        if let Some(to) = &entry.link {
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            header.set_mode(0o777);
            archive.append_link(&mut header, &entry.name, to)?;
            continue;
        }
        let (file, size) = entry.open()?;
        header.set_entry_type(EntryType::Regular);
        header.set_size(size);
        header.set_mode(entry.mode());
        archive.append_data(&mut header, &entry.name, file)?;
    }
    archive.into_inner()
}

fn zip<W: Write + io::Seek>(entries: &[&Entry], out: W) -> io::Result<()> {
    let mut archive = ZipWriter::new(out);
    for entry in entries {
        let (mut file, size) = entry.open()?;
        // The oldest time that a zip can say, which is what it says without one.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(DateTime::default())
            .large_file(size >= u64::from(u32::MAX))
            // On every platform: what says that it was made on Windows has no execute bits.
            .system(System::Unix)
            .unix_permissions(entry.mode());
        archive.start_file(entry.name.as_str(), options)?;
        io::copy(&mut file, &mut archive)?;
    }
    archive.finish()?.flush()
}
