//! The files that carry a project's version.
//!
//! A field is a range of bytes. Setting one replaces those bytes, so whatever stands around them stays: comments,
//! order, indentation, line ends, a byte order mark, the final newline or its absence.
//!
//! [`formats`] says, of a text alone, which fields carry a version and where else to look. [`VersionFiles`] reads all
//! files of a repository. [`align`] compares them, [`Change`] sets them, [`next`] knows which version comes next,
//! and [`changelog`] what people are told of it.

mod align;
mod change;
pub mod changelog;
mod field;
pub mod formats;
pub mod next;
mod requirement;
mod resolve;
mod sources;
mod syntax;
mod text;
mod trains;
mod version_files;

pub use align::{Alignment, Row, Wanted, align};
pub use change::{Change, ChangedFile, set};
pub use field::{Field, Notation, Package, Subject};
pub use formats::{Contents, Lead, Reading};

pub use requirement::Requirement;
pub use sources::in_sources;
pub use trains::{shipped, tagged, train_named};

/// Ruby, as a formula is written in.
pub mod ruby {
    pub use crate::field::Literal;
    pub use crate::formats::is_of_formula as is_own;
    pub use crate::syntax::ruby::{Call, calls};
}
pub use version_files::{TrainField, VersionFile, VersionFiles};
