//! Repositories of several ecosystems, each with the manifests and lockfiles of real ones: a version is set in all of them and taken
//! back, and leaves every byte as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockstep_tests::program::lockstep;
use lockstep_tests::root;
use lockstep_tests::samples::copy;
use tempfile::TempDir;

/// Each repository, committed: what git ignores is told by git.
fn repositories() -> Vec<(String, TempDir)> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("tests/projects/trains"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    let committed = folders.into_iter().map(|folder| {
        let here = tempfile::tempdir().unwrap();
        copy(&folder, here.path());
        let git = |arguments: &[&str]| {
            let status = Command::new("git").arg("-C").arg(here.path()).args(arguments).status();
            assert!(status.unwrap().success());
        };
        git(&["init", "--quiet"]);
        git(&["add", "."]);
        // A build leaves packages that are none of the repository's.
        let ignored = here.path().join("packages/generated");
        if here.path().join("packages").is_dir() {
            fs::create_dir(&ignored).unwrap();
            fs::write(ignored.join("package.json"), "{ \"version\": \"0.3.0\" }\n").unwrap();
        }
        (folder.file_name().unwrap().to_string_lossy().into_owned(), here)
    });
    committed.collect()
}

/// Every file by its path, with its text.
fn texts(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut texts = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.is_dir() {
                texts.insert(path.clone(), fs::read_to_string(&path).unwrap());
            } else if path.file_name().is_some_and(|name| name != ".git") {
                folders.push(path);
            }
        }
    }
    texts
}

/// The lines that differ, without the files' common beginning.
fn changed(folder: &Path) -> String {
    let diff = Command::new("git").args(["-C"]).arg(folder).args(["diff", "--unified=0"]).output();
    let diff = String::from_utf8(diff.unwrap().stdout).unwrap();
    let lines =
        diff.lines().filter(|line| line.starts_with(['+', '-']) && !line.starts_with("---"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn there_and_back() {
    for (name, folder) in repositories() {
        let before = texts(folder.path());
        for version in ["1.1.0", "1.1.0-rc.1"] {
            let outcome = lockstep(folder.path(), &["bump", version]);
            assert_eq!(outcome.status, 0, "{name}: {}", outcome.text());
            if version == "1.1.0" {
                insta::assert_snapshot!(format!("{name}"), changed(folder.path()));
            }
            let outcome = lockstep(folder.path(), &["bump", "1.0.0", "--allow-downgrade"]);
            assert_eq!(outcome.status, 0, "{name}: {}", outcome.text());
            assert_eq!(texts(folder.path()), before, "{name}: {version} and back");
        }
    }
}

/// A run that was interrupted after any of its files is finished by the same command.
#[test]
fn an_interrupted_run_is_finished() {
    for (name, folder) in repositories() {
        let before = texts(folder.path());
        assert_eq!(lockstep(folder.path(), &["bump", "1.1.0"]).status, 0, "{name}");
        let after = texts(folder.path());
        let order = written(folder.path(), &before);
        for count in 0..order.len() {
            for (path, text) in &before {
                let is_written = order[..count].contains(path);
                fs::write(path, if is_written { &after[path] } else { text }).unwrap();
            }
            let outcome = lockstep(folder.path(), &["bump", "1.1.0"]);
            assert_eq!(outcome.status, 0, "{name}: {}", outcome.text());
            assert_eq!(texts(folder.path()), after, "{name}: after {count} files");
        }
    }
}

/// The files that a run writes, in the order in which it does: all new texts are written before the first is put in its place, one after
/// the other.
fn written(folder: &Path, before: &BTreeMap<PathBuf, String>) -> Vec<PathBuf> {
    for (path, text) in before {
        fs::write(path, text).unwrap();
    }
    let outcome = lockstep(folder, &["bump", "1.1.0"]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    let mut files: Vec<(std::time::SystemTime, PathBuf)> = before
        .keys()
        .filter(|path| fs::read_to_string(path).unwrap() != before[*path])
        .map(|path| (fs::metadata(path).unwrap().modified().unwrap(), path.clone()))
        .collect();
    files.sort();
    files.into_iter().map(|(_, path)| path).collect()
}
