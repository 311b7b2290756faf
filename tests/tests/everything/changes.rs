//! A change of the model changes what it must and nothing else: one snapshot each of the diff.

use std::fs;

use lockstep_tests::program::{lockstep, lockstep_on_runner};
use lockstep_tests::project::Project;

/// What `check` says when a rendered project's model is changed.
fn diff(edits: &[(&str, &str)]) -> String {
    let project = Project::reference("xsnap-worker");
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    // What a package of each target starts from is there.
    fs::create_dir_all(project.path().join("packages/xsnap-linux-riscv64")).unwrap();
    for (from, to) in edits {
        project.edit("lockstep.yaml", from, to);
    }
    let outcome = lockstep(project.path(), &["check"]);
    assert_eq!(outcome.status, 1, "{}", outcome.text());
    // The command that mends it does, and then there is nothing to mend.
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    assert_eq!(lockstep(project.path(), &["check"]).status, 0);
    outcome.text()
}

#[test]
fn a_target_is_added() {
    let last = "  darwin-arm64: { runner: macos-15 }\n";
    let added = "  darwin-arm64: { runner: macos-15 }\n  linux-riscv64: { runner: our-board }\n";
    let own = ("targets:\n", "runners: { our-board: { os: linux, cpu: riscv64 } }\ntargets:\n");
    insta::assert_snapshot!(diff(&[(last, added), own]));
}

#[test]
fn a_target_is_dropped() {
    insta::assert_snapshot!(diff(&[("  darwin-x64: { runner: macos-15-intel }\n", "")]));
}

#[test]
fn a_platform_is_dropped() {
    insta::assert_snapshot!(diff(&[
        ("  darwin-x64: { runner: macos-15-intel }\n", ""),
        ("  darwin-arm64: { runner: macos-15 }\n", ""),
    ]));
}

#[test]
fn a_build_mode_is_dropped() {
    insta::assert_snapshot!(diff(&[("modes: [release, debug]", "modes: [release]")]));
}

#[test]
fn a_file_is_edited_by_hand() {
    let project = Project::reference("plasmite");
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    project.edit(
        ".github/workflows/release.yml",
        "contents: read\n    uses",
        "contents: write\n    uses",
    );
    fs::remove_file(project.file(".github/workflows/build-windows.yml")).unwrap();
    let outcome = lockstep_on_runner(project.path(), &["check"]);
    assert_eq!(outcome.status, 1);
    let annotations: Vec<&str> =
        outcome.stdout.lines().filter(|line| line.starts_with("::")).collect();
    insta::assert_snapshot!(format!("{}\n--- stderr\n{}", annotations.join("\n"), outcome.stderr));
}
