//! Why an archive cannot be read.

use std::{fmt, io};

use lockstep_schemas::diagnostic::Rule;

/// Why an archive cannot be read.
#[derive(Debug)]
pub enum Error {
    /// It is damaged, or two readers could read it differently; in words.
    Refused(String),
    /// A file cannot be read or written.
    Io(io::Error),
}

/// What comes of reading an archive.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An archive that is refused.
    #[must_use]
    pub fn refused(what: impl Into<String>) -> Self {
        Self::Refused(what.into())
    }

    /// The rule that is broken.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::Refused(_) => Rule::ArchiveRefused,
            Self::Io(_) => Rule::FileUnreadable,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(what) => f.write_str(what),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// A refusal on its way through a reader, which has errors of its own kind.
#[derive(Debug)]
struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// An archive that is refused while a reader passes its bytes on.
pub(crate) fn refused_in_reader(what: impl Into<String>) -> io::Error {
    io::Error::other(Refusal(what.into()))
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Refusal>() {
            Ok(Refusal(what)) => Self::Refused(what),
            Err(error) => Self::Io(error),
        }
    }
}
