//! Archives: written the same for the same files, read with care.

mod error;
mod member;
mod read;
mod tar;
mod write;
mod zip;

use lockstep_schemas::model::ArchiveFormat;

pub use error::{Error, Result};
pub use member::{Kind, LONGEST_CHAIN, Member, kept_as};
pub use read::{Visit, unpack, visit, visit_seekable, visit_stream};
pub use write::{Entry, pack};

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// tar.
    Tar,
    /// tar, compressed by gzip.
    TarGz,
    /// tar, compressed by xz.
    TarXz,
    /// zip.
    Zip,
}

impl From<ArchiveFormat> for Format {
    fn from(format: ArchiveFormat) -> Self {
        match format {
            ArchiveFormat::TarGz => Self::TarGz,
            ArchiveFormat::TarXz => Self::TarXz,
            ArchiveFormat::Zip => Self::Zip,
        }
    }
}
