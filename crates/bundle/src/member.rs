//! One member of an archive.

use std::io::Read as _;
use std::path::Path;

use lockstep_archives::{Error, Format, visit};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;

/// The bytes of the member with a name that fits, so many at most; none where there is no such member.
pub(crate) fn text_of(
    format: Format,
    archive: &Path,
    largest: u64,
    fits: impl Fn(&str) -> bool,
) -> Result<Vec<u8>, Diagnostic> {
    let mut text = Vec::new();
    let visited = visit(format, archive, &mut |member, bytes| {
        if fits(&member.name) {
            bytes.take(largest).read_to_end(&mut text)?;
        }
        Ok(())
    });
    visited.map_err(|error| {
        let message = match error {
            Error::Refused(what) => what,
            Error::Io(error) => error.to_string(),
        };
        Diagnostic::new(Rule::FileUnreadable, message).in_file(archive.shown())
    })?;
    Ok(text)
}
