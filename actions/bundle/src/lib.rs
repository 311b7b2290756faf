//! The files of a build run: where they stand, what they are, and their digests.

mod built;
mod digest;
mod expected;
mod folder;
mod pattern;
mod revision;

pub use built::{BuiltFile, built_files, matches, matching, place_of};
pub use digest::{Digest, integrity, is_executable};
pub use expected::{Expected, expected, target};
pub use folder::{CHANGED_ON_THE_WAY, UPLOAD_PREFIX, WorkingFolder, list};
pub use revision::{checked_out, revision};
