//! Reading and writing Lockstep's JSON documents.

use std::path::Path;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::Plan;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bounded;
use crate::unambiguous::check;

/// The largest document that is read or written, in bytes: a plan of 200 targets is a tenth of it, and so is a
/// manifest of seven thousand files.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Reads a document. A key that stands twice in it is refused, since readers differ in which they take.
pub fn read<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, Diagnostic> {
    let text = bounded(path, LARGEST).map_err(|error| {
        let message = format!("{what} cannot be read: {error}");
        Diagnostic::new(Rule::FileUnreadable, message).in_file(path.shown())
    })?;
    of_json(&text).map_err(|error| {
        let message = error.to_string();
        let message =
            message.rsplit_once(" at line ").map_or(message.as_str(), |(before, _)| before);
        Diagnostic::new(Rule::DocumentInvalid, format!("{what} is not valid: {message}"))
            .in_file(path.shown())
            .at(error.line().max(1), error.column().max(1))
    })
}

/// A document of its text.
pub fn of_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    check(text)?;
    serde_json::from_slice(text)
}

/// Reads a plan.
pub fn read_plan(path: &Path) -> Result<Plan, Diagnostic> {
    read(path, "the plan").map_err(|problem| {
        if path.exists() {
            problem
        } else {
            problem.with_remedy(
                "`lockstep generate` writes it in the project's root: run this there, or name it with --plan",
            )
        }
    })
}

/// A document as it is written: indented, with a final newline.
#[must_use]
pub fn text(document: &impl Serialize) -> String {
    #[expect(clippy::expect_used, reason = "documents are plain data with text keys")]
    let text = serde_json::to_string_pretty(document).expect("plain data");
    text + "\n"
}

/// A document on one line.
#[must_use]
pub fn line(document: &impl Serialize) -> String {
    #[expect(clippy::expect_used, reason = "documents are plain data with text keys")]
    serde_json::to_string(document).expect("plain data")
}

/// Writes a document, whole or not at all.
pub fn write(path: &Path, document: &impl Serialize) -> Result<(), Diagnostic> {
    let text = text(document);
    if text.len() as u64 > LARGEST {
        let message = format!("cannot be written: it is larger than {} MiB", LARGEST >> 20);
        return Err(Diagnostic::new(Rule::FileUnwritable, message).in_file(path.shown()));
    }
    crate::write(path, &text).map_err(Diagnostic::from)
}
