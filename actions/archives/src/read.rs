//! Reading archives into a folder.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use lzma_rust2::XzReader;
use tar::EntryType;
use zip::ZipArchive;

use crate::Format;

/// Unpacks an archive into a folder, which is made, and returns the files in it, in order. What would
/// not be a file below that folder, or would be there twice, is refused.
pub fn unpack(format: Format, archive: &Path, into: &Path) -> io::Result<Vec<String>> {
    std::fs::create_dir_all(into)?;
    let file = BufReader::new(File::open(archive)?);
    let mut unpacked = Unpacked { into, names: HashSet::new() };
    match format {
        Format::Tar => unpacked.tar(file)?,
        Format::TarGz => unpacked.tar(GzDecoder::new(file))?,
        Format::TarXz => unpacked.tar(XzReader::new(file, false))?,
        Format::Zip => unpacked.zip(file)?,
    }
    let mut names: Vec<String> = unpacked.names.into_iter().collect();
    names.sort();
    Ok(names)
}

struct Unpacked<'a> {
    into: &'a Path,
    names: HashSet<String>,
}

impl Unpacked<'_> {
    fn tar(&mut self, from: impl Read) -> io::Result<()> {
        for entry in tar::Archive::new(from).entries()? {
            let mut entry = entry?;
            let name = String::from_utf8(entry.path_bytes().into_owned())
                .map_err(|_| refused("a name that is not UTF-8"))?;
            match entry.header().entry_type() {
                EntryType::Regular => {
                    let executable = entry.header().mode()? & 0o100 != 0;
                    self.file(name, executable, &mut entry)?;
                }
                EntryType::Directory => {
                    self.place(&name)?;
                }
                other => {
                    return Err(refused(format!(
                        "`{name}`: neither file nor folder, but {other:?}"
                    )));
                }
            }
        }
        Ok(())
    }

    fn zip(&mut self, from: impl Read + io::Seek) -> io::Result<()> {
        let mut archive = ZipArchive::new(from)?;
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index)?;
            let name = entry.name()?.into_owned();
            if entry.is_dir() {
                self.place(name.trim_end_matches('/'))?;
            } else if entry.is_file() {
                let executable = entry.unix_mode().is_some_and(|mode| mode & 0o100 != 0);
                self.file(name, executable, &mut entry)?;
            } else {
                return Err(refused(format!("`{name}`: neither file nor folder")));
            }
        }
        Ok(())
    }

    fn file(&mut self, name: String, executable: bool, bytes: &mut impl Read) -> io::Result<()> {
        let path = self.place(&name)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // New, so that nothing that stands there already is written through.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(if executable { 0o755 } else { 0o644 });
        }
        #[cfg(not(unix))]
        let _ = executable;
        let mut file = options
            .open(&path)
            .map_err(|error| io::Error::new(error.kind(), format!("`{name}`: {error}")))?;
        io::copy(bytes, &mut file)?;
        self.names.insert(name);
        Ok(())
    }

    /// Where a name leads, if it stays below the folder.
    fn place(&self, name: &str) -> io::Result<PathBuf> {
        let path = Path::new(name);
        let stays = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if name.is_empty() || name.contains(['\\', '\0']) || !path.components().all(stays) {
            return Err(refused(format!("`{}`: a name that leads out", name.escape_debug())));
        }
        Ok(self.into.join(path))
    }
}

fn refused(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}
