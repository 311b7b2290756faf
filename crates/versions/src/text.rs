//! The texts of version files, and where in them something is wrong.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use lockstep_files::{self as files, Problem};

use crate::field::{Invalid, line_and_column};

/// The largest version file, in bytes: lockfiles of large workspaces are a tenth of it.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Something that is wrong with a file, in its place.
pub(crate) fn problem(path: &str, text: &str, invalid: Invalid) -> Problem {
    let problem = Problem::new(invalid.message).of_file(path);
    let problem = match invalid.at {
        Some(at) => {
            let (line, column) = line_and_column(text, at);
            problem.at(line, column)
        }
        None => problem,
    };
    problem.with_remedy(invalid.remedy.unwrap_or_else(|| {
        "mend it, or say in `versions` of lockstep.yaml where its version stands".to_owned()
    }))
}

/// Which file a path leads to: two paths of one file have the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Identity(#[cfg(unix)] (u64, u64), #[cfg(not(unix))] std::path::PathBuf);

impl Identity {
    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere the file system is asked")]
    fn of(_: &Path, metadata: &Metadata) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Ok(Self((metadata.dev(), metadata.ino())))
    }

    #[cfg(not(unix))]
    fn of(path: &Path, _: &Metadata) -> io::Result<Self> {
        path.canonicalize().map(Self)
    }
}

/// A file's text, within bounds.
pub(crate) fn text_of(path: &Path) -> Result<String, String> {
    identified(path).map(|(text, _)| text)
}

/// A file's text, within bounds, and which file it is.
pub(crate) fn identified(path: &Path) -> Result<(String, Identity), String> {
    let read = || -> io::Result<(Vec<u8>, Identity)> {
        Ok((files::bounded(path, LARGEST)?, Identity::of(path, &fs::metadata(path)?)?))
    };
    let (bytes, identity) = read().map_err(|error| format!("can not be read: {error}"))?;
    let text = files::text(bytes).map_err(|error| format!("is {error}; save it as UTF-8"))?;
    Ok((text, identity))
}

/// A path below a folder, both below the root; `None` where it leads out of that.
pub(crate) fn below(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if path.starts_with('/') {
        return None;
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder that a path stands in, below the root; that of the root itself is empty.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
