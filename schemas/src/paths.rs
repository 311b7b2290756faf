//! Paths of files, in words.

use std::path::{MAIN_SEPARATOR, Path};

/// A path as people and programs read it.
pub trait Shown {
    /// It with `/` between its parts on every platform: what Lockstep says of a file is the same wherever it says it, and an
    /// annotation finds its file.
    fn shown(&self) -> String;
}

impl Shown for Path {
    fn shown(&self) -> String {
        #[allow(clippy::disallowed_methods, reason = "the one place that shows a path")]
        let text = self.display().to_string();
        if MAIN_SEPARATOR == '/' {
            return text;
        }
        // What the system made absolute for its own use has a beginning that nobody types.
        let text = match text.strip_prefix(r"\\?\UNC\") {
            Some(share) => format!(r"\\{share}"),
            None => text.strip_prefix(r"\\?\").unwrap_or(&text).to_owned(),
        };
        text.replace(MAIN_SEPARATOR, "/")
    }
}
