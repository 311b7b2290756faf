//! The launcher: it runs the program that stands in the folder it is given, and fails closed.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use lockstep_tests::root;

fn launch(programs: Option<&Path>, arguments: &[&str]) -> Output {
    let mut command = Command::new("sh");
    command.arg(root().join("actions/launch.sh")).args(arguments).env_remove("LOCKSTEP_PROGRAMS");
    if let Some(programs) = programs {
        command.env("LOCKSTEP_PROGRAMS", programs);
    }
    command.env("INPUT_VERSION", "1.2.3").output().unwrap()
}

fn assert_closed(output: &Output) {
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.starts_with("::error title=Lockstep::"), "{said}");
}

#[test]
fn without_programs_it_fails_closed() {
    assert_closed(&launch(None, &["hash-artifacts"]));
    let empty = tempfile::tempdir().unwrap();
    assert_closed(&launch(Some(empty.path()), &["hash-artifacts"]));
    fs::create_dir(empty.path().join("hash-artifacts")).unwrap();
    assert_closed(&launch(Some(empty.path()), &["hash-artifacts"]));
}

#[test]
fn it_runs_the_program_with_its_inputs() {
    let folder = tempfile::Builder::new().prefix("a folder's name ").tempdir().unwrap();
    let program = folder.path().join("hash-artifacts");
    fs::write(&program, "#!/bin/sh\nprintf '%s|' \"$INPUT_VERSION\" \"$@\"\nexit 7\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let output = launch(Some(folder.path()), &["hash-artifacts", "a b", "$(id)"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1.2.3|a b|$(id)|");
    assert_eq!(output.status.code(), Some(7), "the program's own status");
}
