//! Files that no plan knows.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use lockstep_bundle::{Digest, matching};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use serde_json::json;

use crate::hashing::digests;

/// Hashes what some patterns match, each file once.
pub(crate) fn hash(patterns: &[String], report: &mut Report) {
    let mut known = HashSet::new();
    let mut paths: Vec<String> = Vec::new();
    let patterns = patterns.iter().flat_map(|lines| lines.lines());
    let patterns: Vec<&str> =
        patterns.map(str::trim).filter(|pattern| !pattern.is_empty()).collect();
    if patterns.is_empty() {
        report.problem(Diagnostic::new(Rule::WrongInput, "`files` does not name a file"));
    }
    for pattern in patterns {
        let parts: Vec<&str> = pattern.split('/').filter(|part| *part != ".").collect();
        let pattern = parts.join("/");
        if Path::new(&pattern).has_root() || parts.contains(&"..") {
            let problem = Diagnostic::new(Rule::WrongInput, "is not a path below this folder")
                .in_file(pattern);
            report.problem(
                problem.with_remedy("run this where the files are, and name them from there"),
            );
            continue;
        }
        let found = report.found(matching(Path::new("."), &pattern)).unwrap_or_default();
        if found.is_empty() {
            report.problem(
                Diagnostic::new(Rule::FileUnreadable, "no file is there").in_file(pattern),
            );
        }
        paths.extend(found.into_iter().filter(|path| known.insert(path.clone())));
    }
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
