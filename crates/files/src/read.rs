//! Reading files, within bounds.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Why some bytes are no text: the first that is wrong, in its line, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUtf8 {
    /// The line.
    pub line: usize,
}

impl std::fmt::Display for NotUtf8 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not UTF-8: the first bad byte is in line {}", self.line)
    }
}

impl std::error::Error for NotUtf8 {}

/// A file's bytes as text.
///
/// # Errors
///
/// Where they are not UTF-8.
pub fn text(bytes: Vec<u8>) -> Result<String, NotUtf8> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        NotUtf8 { line: good.split(|byte| *byte == b'\n').count() }
    })
}

/// The bytes of a file that has at most so many.
///
/// # Errors
///
/// Where it cannot be read, is no file, or is larger.
pub fn bounded(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let too_large = || io::Error::other(format!("it is larger than {}", size(largest)));
    if metadata.len() > largest {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    file.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest { Err(too_large()) } else { Ok(bytes) }
}

/// A bound in the unit that has the fewest digits.
fn size(bytes: u64) -> String {
    if bytes.is_multiple_of(1 << 20) {
        format!("{} MiB", bytes >> 20)
    } else {
        format!("{} KiB", bytes >> 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_its_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, [7; 2048]).unwrap();
        assert_eq!(bounded(&path, 2048).unwrap(), [7; 2048]);
        let error = bounded(&path, 1024).unwrap_err();
        assert_eq!(error.to_string(), "it is larger than 1 KiB");
        std::fs::write(&path, vec![7; (1 << 20) + 1]).unwrap();
        assert_eq!(bounded(&path, 1 << 20).unwrap_err().to_string(), "it is larger than 1 MiB");
        assert_eq!(bounded(folder.path(), 1).unwrap_err().to_string(), "it is not a file");
    }

    #[test]
    fn what_is_no_text_is_named_by_its_line() {
        assert_eq!(text(b"a\nb".to_vec()).unwrap(), "a\nb");
        assert_eq!(text(b"a\nb\xff\nc".to_vec()), Err(NotUtf8 { line: 2 }));
        assert_eq!(text(b"\xff".to_vec()), Err(NotUtf8 { line: 1 }));
    }
}
