//! What of a wheel several programs look at.

use std::collections::BTreeSet;
use std::path::Path;

use lockstep_archives::Format;
use lockstep_schemas::diagnostic::Diagnostic;

use crate::member::text_of;

/// The largest metadata that is read, in bytes: a long description is in it.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The names of the projects that pip installs along with a wheel, as they are written
/// ([specification](https://packaging.python.org/en/latest/specifications/core-metadata/#requires-dist-multiple-use)).
///
/// # Errors
///
/// Where it cannot be read.
pub fn required_by(wheel: &Path) -> Result<BTreeSet<String>, Diagnostic> {
    let is_metadata =
        |name: &str| name.ends_with(".dist-info/METADATA") && name.matches('/').count() == 1;
    let text = text_of(Format::Zip, wheel, LARGEST, is_metadata)?;
    let text = String::from_utf8_lossy(&text);
    // The description begins behind an empty line.
    let fields = text.lines().take_while(|line| !line.is_empty());
    let required = fields.filter_map(|line| line.strip_prefix("Requires-Dist:"));
    let name = |required: &str| {
        let required = required.trim();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let end = required.find(|c| !is_name(c)).unwrap_or(required.len());
        required[..end].to_owned()
    };
    Ok(required.map(name).collect())
}
