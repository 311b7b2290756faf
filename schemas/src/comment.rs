//! What Lockstep writes into a text on GitHub, to know it again: a document in a comment that Markdown does not show. It is what
//! the text begins with; what is quoted further down, others wrote.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// How it ends.
const END: &str = " -->";

/// The comment of a document.
pub(crate) fn written(kind: &str, document: &impl Serialize) -> String {
    #[expect(clippy::expect_used, reason = "plain data of texts without angle brackets")]
    let json = serde_json::to_string(document).expect("plain data");
    format!("<!-- lockstep-{kind} {json}{END}")
}

/// The document of a text that begins with such a comment; nothing where somebody else wrote it.
pub(crate) fn read<T: DeserializeOwned>(kind: &str, text: &str) -> Option<T> {
    let rest = text.strip_prefix("<!-- lockstep-")?.strip_prefix(kind)?.strip_prefix(' ')?;
    serde_json::from_str(rest.split_once(END)?.0).ok()
}
