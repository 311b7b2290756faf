//! The texts of version files, and where in them something is wrong.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};

/// The largest version file, in bytes: lockfiles of large workspaces are a tenth of it.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Something that is wrong with a file whose text is known: its byte gets a line, and what to do is never left out.
pub(crate) fn in_file(path: &str, text: &str, diagnostic: Diagnostic) -> Diagnostic {
    let diagnostic = diagnostic.in_text(path, text);
    if diagnostic.remedy.is_some() {
        return diagnostic;
    }
    diagnostic
        .with_remedy("fix the file, or say in `versions` of lockstep.yaml where its version is")
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
pub(crate) fn text_of(path: &Path) -> Result<String, Diagnostic> {
    identified(path).map(|(text, _)| text)
}

/// A file's text, within bounds, and which file it is.
pub(crate) fn identified(path: &Path) -> Result<(String, Identity), Diagnostic> {
    let read = || -> io::Result<(Vec<u8>, Identity)> {
        Ok((lockstep_files::bounded(path, LARGEST)?, Identity::of(path, &fs::metadata(path)?)?))
    };
    let (bytes, identity) = read().map_err(|error| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}"))
    })?;
    let text = lockstep_files::text(bytes).map_err(|error| {
        Diagnostic::new(Rule::NotUtf8, format!("is {error}")).with_remedy("save it as UTF-8")
    })?;
    Ok((text, identity))
}
