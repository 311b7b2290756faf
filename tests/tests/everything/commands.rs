//! The programs as a person calls them: command lines and all that they say, one file a case.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use lockstep_tests::commands::Script;
use lockstep_tests::pairs::at_a_time;
use lockstep_tests::platform::Platform;
use lockstep_tests::{is_quick, root};

/// The cases that the tried programs can run. A quick run of another Linux takes every fourth one: that differs least from this.
fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/cases/commands")).unwrap();
    let mut all: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path().canonicalize().unwrap()).collect();
    all.sort();
    let count = all.len();
    let is_part = is_quick() && Platform::of_programs() == Platform::Linux;
    let can_run = all.into_iter().filter(|case| Script::read(case).can_run());
    let cases: Vec<PathBuf> = can_run.step_by(if is_part { 4 } else { 1 }).collect();
    println!("cases: {} run, {} not run", cases.len(), count - cases.len());
    cases
}

/// What each case comes to. Where insta leaves some out, nothing: only it knows which.
fn outcomes(cases: &[PathBuf]) -> HashMap<PathBuf, String> {
    let outcomes = Mutex::new(HashMap::new());
    if std::env::var_os("INSTA_GLOB_FILTER").is_none() {
        // Many wait for a registry, or for the clock.
        at_a_time(4, cases, |case| {
            let outcome = outcome(case);
            outcomes.lock().unwrap().insert(case.clone(), outcome);
        });
    }
    outcomes.into_inner().unwrap()
}

fn outcome(case: &Path) -> String {
    numbered(&Script::read(case).run().text())
}

/// A text with the ids of staged versions as numbers, in the order in which they come: which is which stays to be seen.
fn numbered(text: &str) -> String {
    let id = regex_lite::Regex::new(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b").unwrap();
    let mut known: Vec<String> = Vec::new();
    let number = |found: &regex_lite::Captures<'_>| {
        let found = found[0].to_owned();
        let index = known.iter().position(|one| *one == found).unwrap_or_else(|| {
            known.push(found);
            known.len() - 1
        });
        format!("[stage {}]", index + 1)
    };
    id.replace_all(text, number).into_owned()
}

#[test]
fn commands() {
    let cases = cases();
    let outcomes = outcomes(&cases);
    insta::glob!("../../cases/commands", "*.yaml", |path| {
        let path = path.canonicalize().unwrap();
        if !cases.contains(&path) {
            return;
        }
        let outcome = outcomes.get(&path).cloned().unwrap_or_else(|| outcome(&path));
        // A temporary folder's name differs from run to run, and a tarball's bytes from npm to npm.
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            snapshot_path => "snapshots/commands",
            omit_expression => true,
            filters => [(r"reason: (socket hang up|read ECONNRESET|write EPIPE)", "reason: [lost]"), (r"\b(ECONNRESET|EPIPE): request", "[lost]: request"), (r"io: (Peer disconnected|Connection reset by peer \(os error 104\))", "io: [lost]"), (r"date: .+ GMT", "date: [date]"), (r"127\.0\.0\.1:\d+", "[registry]"), (r"/tmp/\.tmp\w+", "[temporary]"), (r"\b[0-9a-f]{64}\b", "[sha256]"), (r"\b[0-9a-f]{40}\b", "[commit]"), (r"\b[0-9a-f]{12}\b", "[commit]"), (r"sha512-[A-Za-z0-9+/]{86}==", "[integrity]"), (r"\d+( +\d+ +(?:good|\d+ problem))", "[bytes]$1"), (r"\d+ bytes", "[bytes]"), (r#""size": \d+"#, r#""size": [bytes]"#)],
        }, { insta::assert_snapshot!(outcome) });
    });
}
