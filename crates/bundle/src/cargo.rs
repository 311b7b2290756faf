//! What of a crate is looked at.

use std::path::Path;

use lockstep_archives::Format;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;

use crate::member::text_of;

/// The largest `Cargo.toml` that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// The `Cargo.toml` of a `.crate`, as cargo wrote it: with what the workspace had said, and every program by name.
///
/// # Errors
///
/// Where it cannot be read.
pub fn cargo_toml(file: &Path) -> Result<String, Diagnostic> {
    let is_it = |name: &str| name.split_once('/').is_some_and(|(_, rest)| rest == "Cargo.toml");
    let text = text_of(Format::TarGz, file, LARGEST, is_it)?;
    String::from_utf8(text).map_err(|_| {
        Diagnostic::new(Rule::NotUtf8, "is not UTF-8").in_file(file.shown()).in_member("Cargo.toml")
    })
}
