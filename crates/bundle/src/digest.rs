//! Digests of files.

use std::cell::RefCell;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::{Integrity, Sha256};
use sha2::{Digest as _, Sha512};

/// What is read of a file at once, in bytes: less than a processor's second cache.
const BUFFER: usize = 128 * 1024;

thread_local! {
    /// Each thread's own, used again for its next file: of many small files, most would be making it.
    static READ_INTO: RefCell<Vec<u8>> = RefCell::new(vec![0; BUFFER]);
}

/// What a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// Their SHA-256.
    pub sha256: Sha256,
    /// How many there are.
    pub size: u64,
    /// Whether the file may be executed.
    pub executable: bool,
}

impl Digest {
    /// Reads a file.
    pub fn of_file(path: &Path) -> Result<Self, Diagnostic> {
        Self::of_file_with(path, &|_| {})
    }

    /// Of bytes at hand.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        hasher.add(bytes);
        hasher.digest(false)
    }

    /// Reads a file, and reports how many bytes were read each time.
    pub fn of_file_with(path: &Path, progress: &dyn Fn(u64)) -> Result<Self, Diagnostic> {
        let read = || {
            let (mut file, executable) = open(path)?;
            let mut hasher = Hasher::default();
            each_chunk(&mut file, &mut |bytes| {
                hasher.add(bytes);
                progress(bytes.len() as u64);
            })?;
            Ok(hasher.digest(executable))
        };
        read().map_err(|error| unreadable(path, &error))
    }
}

/// A digest in the making.
#[derive(Debug, Default)]
pub(crate) struct Hasher {
    sha256: sha2::Sha256,
    size: u64,
}

impl Hasher {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.size += bytes.len() as u64;
    }

    pub(crate) fn digest(self, executable: bool) -> Digest {
        let digest = hexadecimal(&self.sha256.finalize());
        #[expect(clippy::expect_used, reason = "the type's grammar is that of a digest")]
        let sha256 = digest.parse().expect("32 bytes in lower-case hexadecimal");
        Digest { sha256, size: self.size, executable }
    }
}

/// A SHA-512 as npm writes it.
pub(crate) fn integrity(hasher: Sha512) -> Integrity {
    let text = format!("sha512-{}", BASE64_STANDARD.encode(hasher.finalize()));
    #[expect(clippy::expect_used, reason = "the type's grammar is that of an integrity")]
    text.parse().expect("64 bytes in base64")
}

/// Opens a file, and says whether it may be executed.
pub(crate) fn open(path: &Path) -> io::Result<(File, bool)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    Ok((file, is_executable(path, &metadata)))
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}")).in_file(path.shown())
}

/// Reads to the end, a piece at a time.
pub(crate) fn each_chunk(from: &mut dyn Read, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    READ_INTO.with_borrow_mut(|buffer| {
        loop {
            match from.read(buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => take(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

/// Whether a file may be executed by its owner. Windows has no such bit: there its first bytes say whether it is what linkers and
/// authors of scripts give the bit to, so that the same is packed of it as elsewhere.
#[must_use]
pub fn is_executable(path: &Path, metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let _ = path;
        metadata.permissions().mode() & 0o100 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        let mut first = Vec::new();
        let read = File::open(path).and_then(|file| file.take(8).read_to_end(&mut first));
        read.is_ok() && lockstep_binaries::is_linked_or_script(&first)
    }
}
