//! Files that no plan knows.

use std::fmt::Write as _;
use std::path::PathBuf;

use lockstep_bundle::{Digest, named};
use lockstep_runner::Report;
use serde_json::json;

use crate::hashing::digests;

/// Hashes what some patterns match, each file once.
pub(crate) fn hash(patterns: &[String], report: &mut Report) {
    let (paths, problems) = named(patterns);
    report.problems(problems);
    let files: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let mut lines = String::new();
    let mut result = Vec::new();
    for (path, digest) in paths.iter().zip(digests(&files)) {
        if let Some(digest) = report.found(digest) {
            lines.push_str(&line(&digest, path));
            if report.is_json() {
                result.push(json!({ "file": path, "sha256": digest.sha256, "size": digest.size }));
            }
        }
    }
    report.result(&result);
    if !lines.is_empty() {
        report.group(format_args!("SHA-256 of {} files", paths.len()), lines.trim_end());
    }
}

/// A file's line, as [`sha256sum`](https://www.gnu.org/software/coreutils/manual/html_node/cksum-output-modes.html)
/// reads it: a name that would break it is escaped, and the line then begins with a backslash.
pub(crate) fn line(digest: &Digest, name: &str) -> String {
    let mut line = String::new();
    if name.contains(['\\', '\n', '\r']) {
        line.push('\\');
    }
    let name = name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    let _ = writeln!(line, "{}  {name}", digest.sha256);
    line
}
