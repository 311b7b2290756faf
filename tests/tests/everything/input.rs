//! Bad input: one clear error each, no panic, exit status 2, nothing written.

use std::fs;
use std::path::Path;

use lockstep_schemas::diagnostic::ProgramReport;
use lockstep_tests::program::{Outcome, lockstep};
use lockstep_tests::project::Project;

/// Runs every command on a project, which each must refuse in the same words.
fn refused(project: &Project) -> String {
    let mut said = None;
    let json = lockstep(project.path(), &["plan", "--json"]);
    assert_eq!((json.status, json.stderr.as_str()), (2, ""), "{}", json.text());
    let report: ProgramReport = serde_json::from_str(&json.stdout).unwrap();
    assert!(report.status == 2 && !report.diagnostics.is_empty(), "{report:?}");
    for arguments in [&["generate"][..], &["check"], &["plan"]] {
        let outcome = lockstep(project.path(), arguments);
        assert_refused(&outcome);
        assert!(!project.file(".github").exists(), "nothing is written");
        let same = said.get_or_insert_with(|| outcome.stderr.clone());
        assert_eq!(*same, outcome.stderr);
    }
    said.unwrap()
}

fn assert_refused(outcome: &Outcome) {
    assert_eq!(outcome.status, 2, "{}", outcome.text());
    assert!(!outcome.stderr.contains("panicked"), "{}", outcome.text());
    assert_eq!(outcome.stdout, "");
}

#[test]
fn missing() {
    let project = Project::new("");
    fs::remove_file(project.file("lockstep.yaml")).unwrap();
    insta::assert_snapshot!(refused(&project));
}

#[test]
fn a_folder() {
    let project = Project::new("");
    fs::remove_file(project.file("lockstep.yaml")).unwrap();
    fs::create_dir(project.file("lockstep.yaml")).unwrap();
    insta::assert_snapshot!(refused(&project));
}

#[test]
fn no_project() {
    let outcome = lockstep(Path::new("/"), &["check", "nowhere/at/all"]);
    assert_refused(&outcome);
    insta::assert_snapshot!(outcome.stderr);
}

#[test]
fn not_utf8() {
    let project = Project::new("");
    fs::write(project.file("lockstep.yaml"), b"schema: 1\nproject:\n  name: \xff\xfe\n").unwrap();
    insta::assert_snapshot!(refused(&project));
}

#[test]
fn fifty_megabytes() {
    let project = Project::new(&"# a comment\n".repeat(50 * 1024 * 1024 / 12));
    insta::assert_snapshot!(refused(&project));
}

/// Files that never end, and are none: the program neither waits nor fills the memory.
#[cfg(unix)]
#[test]
fn devices() {
    for device in ["/dev/zero", "/dev/null"] {
        let project = Project::new("");
        fs::remove_file(project.file("lockstep.yaml")).unwrap();
        std::os::unix::fs::symlink(device, project.file("lockstep.yaml")).unwrap();
        assert!(refused(&project).contains("not a file"));
    }
}

#[cfg(unix)]
#[test]
fn no_permission() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::new("schema: 1\n");
    let file = project.file("lockstep.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&file).is_ok() {
        // The superuser reads anything; there is nothing to see then.
        return;
    }
    assert!(refused(&project).contains("permission denied"));
}

#[cfg(unix)]
#[test]
fn a_link_in_a_circle() {
    let project = Project::new("");
    fs::remove_file(project.file("lockstep.yaml")).unwrap();
    std::os::unix::fs::symlink("lockstep.yaml", project.file("lockstep.yaml")).unwrap();
    assert!(refused(&project).contains("cannot be read"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_fine() {
    let model = lockstep_tests::project::reference_model("xsnap-worker").replace('\n', "\r\n");
    let project = Project::new(&format!("\u{feff}{model}"));
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    let plain = Project::reference("xsnap-worker");
    assert_eq!(lockstep(plain.path(), &["generate"]).status, 0);
    assert_eq!(project.rendered(), plain.rendered());
}

/// Texts that would cost a careless reader much more than their length. No measure of speed: one
/// that is quadratic in any of them would not end while anybody waits.
#[test]
fn costly_texts_are_refused() {
    let deep = |open: &str, levels: usize| open.repeat(levels);
    let wide: String = (0..60_000).fold(String::new(), |text, i| text + &format!("k{i}: v\n"));
    let one_line = format!("[{}]", "é,".repeat(90_000));
    let texts = [
        deep("[", 500_000),
        deep("{a: ", 200_000),
        deep("- ", 400_000),
        deep("? ", 400_000),
        deep("&a ", 300_000),
        deep("'", 900_000),
        deep("\u{1f600}", 200_000),
        deep("!!", 400_000),
        format!("a: &a [{}]\nb: [{}]", "x,".repeat(900), "*a,".repeat(90_000)),
        wide,
        one_line,
        "k: v\n".repeat(200_000),
    ];
    for text in texts {
        let project = Project::new(&text);
        assert_refused(&lockstep(project.path(), &["check"]));
    }
}

#[test]
fn wrong_words() {
    let project = Project::new("");
    for arguments in [&["chek"][..], &["check", "a", "b"], &["schema", "receit"], &[]] {
        let outcome = lockstep(project.path(), arguments);
        assert_eq!(outcome.status, 2, "{}", outcome.text());
        assert!(outcome.stderr.contains("Usage: ") || outcome.stderr.contains("--help"));
    }
}
