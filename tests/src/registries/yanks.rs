//! What cargo-http-registry lacks: a version that is yanked
//! ([web API](https://doc.rust-lang.org/cargo/reference/registry-web-api.html#yank)), in the index that a proxy serves.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The token that may.
const TOKEN: &str = "a-token";

/// Yanks a version, where that is what is asked for, and returns the answer.
pub(super) fn yank(index: &Path, method: &str, place: &str, token: &str) -> Option<String> {
    let of = place.strip_prefix("api/v1/crates/").filter(|_| method == "DELETE")?;
    let (name, version) = of.strip_suffix("/yank")?.split_once('/')?;
    if token != TOKEN {
        return Some("{\"errors\":[{\"detail\":\"must be logged in\"}]}".to_owned());
    }
    // No crate of the samples has a name so short that it stands elsewhere.
    let file = index.join(&name[..2]).join(&name[2..4]).join(name);
    let text = fs::read_to_string(&file).ok()?;
    let line = |line: &str| {
        let mut release: Value = serde_json::from_str(line).unwrap();
        if release["vers"] == version {
            release["yanked"] = true.into();
        }
        format!("{release}\n")
    };
    fs::write(&file, text.lines().map(line).collect::<String>()).unwrap();
    Some("{\"ok\":true}".to_owned())
}
