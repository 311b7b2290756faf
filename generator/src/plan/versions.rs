//! The fields that carry a version, by the name of their file.

use lockstep_schemas::plan::VersionField;
use lockstep_schemas::strings::GlobPattern;

/// The files whose version fields are known by name.
pub const VERSION_FILES: [&str; 4] =
    ["Cargo.toml", "pyproject.toml", "package.json", "package-lock.json"];

/// The fields of a file that carry its version; `None` where its name says nothing.
#[must_use]
pub fn version_fields(file: &GlobPattern) -> Option<Vec<VersionField>> {
    let name = file.as_str().rsplit('/').next()?;
    let fields: &[&str] = match name {
        "Cargo.toml" => &["[package].version"],
        "pyproject.toml" => &["[project].version"],
        "package.json" => &[".version"],
        "package-lock.json" => &[".version", ".packages[\"\"].version"],
        _ => return None,
    };
    let field = |field: &&str| VersionField { file: file.clone(), field: (*field).to_owned() };
    Some(fields.iter().map(field).collect())
}
