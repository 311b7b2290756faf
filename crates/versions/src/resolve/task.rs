//! A file that is to be read, and why.

use crate::formats::{Reading, by_name};

/// One file that is to be read in one way.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) path: String,
    pub(crate) reading: Reading,
    pub(crate) train: usize,
    /// Whether its own version counts: it is listed, or stands beside the file that led to it.
    pub(crate) is_own: bool,
    pub(crate) origin: Origin,
}

/// Why a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The plan lists it.
    Listed,
    /// The plan lists a pattern that it fits.
    Matched,
    /// Another file leads to it.
    Led,
    /// Another file leads to it, and it is a project of its own: where it cannot be read, nothing is reported.
    Stranger,
}

impl Task {
    /// Another file that it leads to.
    pub(super) fn to(&self, path: String, reading: Reading) -> Self {
        let train = self.train;
        let origin = match self.origin {
            Origin::Stranger => Origin::Stranger,
            Origin::Listed | Origin::Matched | Origin::Led => Origin::Led,
        };
        Self { path, reading, train, is_own: true, origin }
    }

    /// Another file, which is read as its name says.
    pub(super) fn to_known(&self, path: String) -> Option<Self> {
        let reading = Reading::format(by_name(&path)?);
        Some(self.to(path, reading))
    }
}
