//! Files of digests, as `sha256sum` writes and reads them.

use std::path::Path;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::strings::Sha256;

/// The largest file of digests that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The text of such a file.
pub(crate) fn text(folder: &Path, name: &str) -> Result<String, Diagnostic> {
    let text = lockstep_files::bounded(&folder.join(name), LARGEST).map_err(|error| {
        let message = format!("cannot be read: {error}");
        Diagnostic::new(Rule::FileUnreadable, message).in_file(name)
    })?;
    String::from_utf8(text)
        .map_err(|_| Diagnostic::new(Rule::SumsMismatch, "is not UTF-8").in_file(name))
}

/// A line of it: a digest and the name of a file.
pub(crate) fn line(line: &str) -> Option<(&str, &str)> {
    line.split_once("  ")
}

/// What `SHA256SUMS` of a bundle lists: each file's name and digest.
///
/// # Errors
///
/// Where it is not there, or lists something else.
pub fn listed(bundle: &Path) -> Result<Vec<(String, Sha256)>, Diagnostic> {
    let text = text(bundle, names::SUMS)?;
    let lines = text.lines().enumerate().map(|(index, text)| {
        let listed = line(text).and_then(|(digest, name)| Some((name, digest.parse().ok()?)));
        listed.map(|(name, digest)| (name.to_owned(), digest)).ok_or_else(|| {
            Diagnostic::new(Rule::SumsMismatch, "is not a digest and a name")
                .in_file(names::SUMS)
                .at_line(index + 1)
        })
    });
    lines.collect()
}
