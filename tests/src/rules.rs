//! The page of all rules, each with an example out of the snapshots of the cases.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use lockstep_schemas::diagnostic::Rule;

use crate::root;

/// Rules that no case can break: why.
const WITHOUT_EXAMPLE: [(Rule, &str); 3] = [
    (Rule::ToolchainMismatch, "two machines with different toolchains are no case on one"),
    (Rule::VersionNotSet, "no file is known that could not be read again"),
    (Rule::More, "a bundle with a thousand problems is no example"),
];

/// The page.
///
/// # Panics
///
/// Where a rule has no example.
#[must_use]
pub fn page() -> String {
    let examples = examples();
    let mut page = "# Rules\n\nEvery message of Lockstep begins with the name of the rule that is broken, such as `error[glibc-floor]`. The examples\nare what a case in `tests/cases` prints. This page is rendered: change the meaning of a rule in\n`schemas/src/diagnostic/rule.rs`.\n".to_owned();
    let mut missing = Vec::new();
    for rule in Rule::ALL {
        let meaning: Vec<&str> = rule.meaning().lines().map(str::trim).collect();
        let _ = write!(page, "\n## {rule}\n\n{}\n", meaning.join("\n").trim());
        match examples.get(rule.id()) {
            Some(Example { case, text }) => {
                let _ =
                    write!(page, "\n```text\n{}\n```\n\n([case](../{case}))\n", text.trim_end());
            }
            None if WITHOUT_EXAMPLE.iter().any(|(without, _)| without == rule) => {}
            None => missing.push(rule.id()),
        }
    }
    assert!(missing.is_empty(), "no case breaks these rules: {}", missing.join(", "));
    page
}

/// What a case prints of a rule.
struct Example {
    case: String,
    text: String,
}

/// The shortest example of each rule.
fn examples() -> BTreeMap<String, Example> {
    let mut examples: BTreeMap<String, Example> = BTreeMap::new();
    let mut snapshots = Vec::new();
    collect(&root().join("tests/tests/everything/snapshots"), &mut snapshots);
    snapshots.sort();
    for snapshot in snapshots {
        let text = fs::read_to_string(&snapshot).unwrap();
        let mut parts = text.splitn(3, "---\n");
        let head = parts.nth(1).unwrap_or_default();
        let Some(case) = head.lines().find_map(|line| line.strip_prefix("input_file: ")) else {
            continue;
        };
        for (rule, text) in errors(parts.next().unwrap_or_default()) {
            let is_shorter =
                |known: &Example| (text.len(), case) < (known.text.len(), known.case.as_str());
            if examples.get(&rule).is_none_or(is_shorter) {
                examples.insert(rule, Example { case: case.to_owned(), text });
            }
        }
    }
    examples
}

fn collect(folder: &Path, snapshots: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, snapshots);
        } else if path.extension().is_some_and(|extension| extension == "snap") {
            snapshots.push(path);
        }
    }
}

/// Each error of what a program printed: its rule, and its lines.
fn errors(printed: &str) -> Vec<(String, String)> {
    let mut errors: Vec<(String, String)> = Vec::new();
    let mut is_open = false;
    for line in printed.lines() {
        if let Some((rule, _)) = line.strip_prefix("error[").and_then(|rest| rest.split_once(']')) {
            errors.push((rule.to_owned(), format!("{line}\n")));
            is_open = true;
        } else if is_open && line.starts_with(' ') {
            if let Some((_, text)) = errors.last_mut() {
                text.push_str(line);
                text.push('\n');
            }
        } else {
            // What a model's problem shows of the model begins with the number of the line.
            let is_source = line.split_once(" | ").is_some_and(|(number, _)| {
                !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
            });
            is_open = is_open && is_source;
            if let (true, Some((_, text))) = (is_open, errors.last_mut()) {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    errors
}
