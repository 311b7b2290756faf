//! Runs that must stop: one file of `tests/cases/runs` each.
//!
//! `CASE=build-fails cargo test -p lockstep-tests --test runs -- failures` runs one.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use lockstep_tests::pairs::two_at_a_time;
use lockstep_tests::root;
use lockstep_tests::runs::{Case, GitHub};
use lockstep_tests::samples::{Sample, numerals, settings};

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/cases/runs")).unwrap();
    let wanted = std::env::var("CASE").ok();
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| wanted.as_ref().is_none_or(|name| path.file_stem().unwrap() == &**name))
        .collect();
    cases.sort();
    cases
}

fn run(path: &Path) {
    let case = Case::read(path);
    let hub = GitHub::new();
    numerals(&hub);
    let sample = Sample::abacus();
    let repository = case.publish(&sample, &hub);
    repository.tag(&case.tag);
    let mut settings = settings();
    if case.moved {
        repository.push(sample.path(), "Newer");
        settings.move_tag = Some(case.tag.clone());
    }
    let run = repository.run("release.yml", &case.event(), &settings);
    case.assert_stopped(&run);
}

#[test]
fn every_case_stops() {
    let cases = cases();
    assert!(!cases.is_empty(), "there is no such case in tests/cases/runs");
    let failed = Mutex::new(Vec::new());
    two_at_a_time(&cases, |case| {
        if catch_unwind(AssertUnwindSafe(|| run(case))).is_err() {
            failed.lock().unwrap().push(case.display().to_string());
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "did not stop as they should:\n{}", failed.join("\n"));
}
