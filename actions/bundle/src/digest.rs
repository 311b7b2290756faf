//! Digests of files.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lockstep_schemas::strings::{Integrity, Sha256};
use lockstep_toolkit::Problem;
use sha2::Sha512;

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
    pub fn of_file(path: &Path) -> Result<Self, Problem> {
        let (digest, metadata) = hash::<sha2::Sha256>(path)?;
        Ok(Self {
            sha256: sha256(&digest),
            size: metadata.len(),
            executable: is_executable(path, &metadata),
        })
    }

    /// Reads bytes to their end.
    pub fn of_reader(bytes: &mut dyn Read, executable: bool) -> io::Result<Self> {
        let (digest, size) = hash_reader::<sha2::Sha256>(bytes)?;
        Ok(Self { sha256: sha256(&digest), size, executable })
    }
}

fn sha256(digest: &[u8]) -> Sha256 {
    #[expect(clippy::expect_used, reason = "the type's grammar is that of a digest")]
    hexadecimal(digest).parse().expect("32 bytes in lower-case hexadecimal")
}

/// A file's SHA-512 as npm writes it.
pub fn integrity(path: &Path) -> Result<Integrity, Problem> {
    let (digest, _) = hash::<Sha512>(path)?;
    let text = format!("sha512-{}", BASE64_STANDARD.encode(digest));
    #[expect(clippy::expect_used, reason = "the type's grammar is that of an integrity")]
    Ok(text.parse().expect("64 bytes in base64"))
}

fn hash<D: sha2::Digest>(path: &Path) -> Result<(Vec<u8>, Metadata), Problem> {
    let read = || -> io::Result<(Vec<u8>, Metadata)> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        Ok((hash_reader::<D>(&mut file)?.0, metadata))
    };
    read()
        .map_err(|error| Problem::new(format!("can not be read: {error}")).of_file(path.display()))
}

fn hash_reader<D: sha2::Digest>(bytes: &mut dyn Read) -> io::Result<(Vec<u8>, u64)> {
    let mut hasher = D::new();
    let mut buffer = vec![0; 128 * 1024];
    let mut size = 0;
    loop {
        match bytes.read(&mut buffer)? {
            0 => return Ok((hasher.finalize().to_vec(), size)),
            read => {
                hasher.update(&buffer[..read]);
                size += read as u64;
            }
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

/// Whether a file may be executed by its owner. Windows has no such bit: there its name says.
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
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("exe"))
    }
}
