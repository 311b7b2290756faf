//! The files of a build run: where they stand, which the plan expects, what is in them, and whether a bundle of them is
//! what it says: [`verify`].

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod built;
mod cargo;
mod claims;
mod contents;
mod digest;
mod expected;
mod findings;
mod folder;
mod member;
mod modules;
mod npm;
mod opened;
mod parallel;
mod shipped;
mod sums;
mod verify;
mod wheel;
mod windows;

pub use built::{BuiltFile, built_files, folders_left_out, matches, matching, named, place_of};
pub use cargo::cargo_toml;
pub use claims::claims;
pub use contents::{Contents, FileInside, Inside, Recognized};
pub use digest::{Digest, is_executable};
pub use expected::{Expected, expected, target};
pub use folder::{CHANGED_ON_THE_WAY, UPLOAD_PREFIX, WorkingFolder, list, list_all};
pub use modules::places;
pub use npm::{depends_on, runs_when_installed};
pub use opened::Opened;
pub use parallel::{ARCHIVES, in_parallel};
pub use shipped::{Shipped, shipped};
pub use sums::listed;
pub use verify::{Release, Verified, manifest, verify};
pub use wheel::required_by;
pub use windows::unfit_for_windows;
