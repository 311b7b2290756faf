//! What the stand-in answers of the repository itself, out of a real one.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::Description;

/// What git says there; nothing where it says that there is no such thing.
fn git(repository: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("git").arg("-C").arg(repository).args(arguments).output().unwrap();
    output.status.success().then_some(output.stdout)
}

/// A ref, by its name without `refs/`.
pub(super) fn reference(repository: &Path, name: &str) -> Option<Value> {
    let name = format!("refs/{name}");
    let commit = git(repository, &["rev-parse", "--verify", "--quiet", &name])?;
    let mut reference = Description::get().example("git-ref");
    reference["ref"] = json!(name);
    let sha = String::from_utf8(commit).unwrap();
    reference["object"]["sha"] = json!(sha.trim());
    let kind = git(repository, &["cat-file", "-t", sha.trim()])?;
    reference["object"]["type"] = json!(String::from_utf8(kind).unwrap().trim());
    Some(reference)
}

/// An annotated tag, by its own id.
pub(super) fn tag(repository: &Path, sha: &str) -> Option<Value> {
    let text = String::from_utf8(git(repository, &["cat-file", "tag", sha])?).unwrap();
    let of = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
    let mut tag = Description::get().example("git-tag");
    tag["sha"] = json!(sha);
    tag["object"]["sha"] = json!(of("object")?);
    tag["object"]["type"] = json!(of("type")?);
    Some(tag)
}

/// A file as a commit has it.
pub(super) fn file(repository: &Path, commit: &str, path: &str) -> Option<Value> {
    let bytes = git(repository, &["show", &format!("{commit}:{path}")])?;
    let mut file = Description::get().example("content-file-response-if-content-is-a-file");
    let encoded = BASE64_STANDARD.encode(&bytes);
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(60).map(|line| std::str::from_utf8(line).unwrap()).collect();
    file["path"] = json!(path);
    file["size"] = json!(bytes.len());
    file["content"] = json!(format!("{}\n", lines.join("\n")));
    Some(file)
}
