//! GitHub's own evaluator of expressions, and an interpreter of workflows that stands on it: a second opinion.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{root, tools};

/// What the interpreter says of a document; see `tests/github/interpreter.mjs`.
#[must_use]
pub fn interpreted(document: &Value) -> Value {
    let mut node = Command::new("node")
        .arg(root().join("tests/github/interpreter.mjs"))
        .env("LOCKSTEP_TOOLS", tools::folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut stdin = node.stdin.take().unwrap();
    let text = document.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "the interpreter ends well");
    serde_json::from_slice(&output.stdout).unwrap()
}
