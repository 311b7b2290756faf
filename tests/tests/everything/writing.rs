//! What `generate` writes, and never leaves behind.

use std::fs;
use std::process::{Child, Command, Stdio};

use lockstep_files::{Replacement, replace};
use lockstep_tests::is_quick;
use lockstep_tests::platform::{HeldOpen, Platform};
use lockstep_tests::program::{lockstep, path};
use lockstep_tests::project::Project;

fn rendered() -> Project {
    let project = Project::reference("plasmite");
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    project
}

/// `generate`, while it runs.
fn generating(project: &Project) -> Child {
    let mut generate = Command::new(path("lockstep"));
    generate.arg("generate").current_dir(project.path()).stdout(Stdio::null()).spawn().unwrap()
}

/// Its workflows, after each became one that has to be rendered again.
fn outdated(project: &Project) -> Vec<(String, String)> {
    for (path, text) in project.rendered() {
        let old =
            text.replacen("Rendered", "Rendered by Lockstep from lockstep.yaml once. Rendered", 1);
        project.write(&path, &old);
    }
    project.rendered()
}

/// A maintainer's own file of the same name is not overwritten unasked, and then nothing is.
#[test]
fn foreign_files_stay() {
    let project = Project::reference("plasmite");
    let own = "name: My own release\non: push\njobs: {}\n";
    project.write(".github/workflows/release.yml", own);
    let outcome = lockstep(project.path(), &["generate"]);
    assert_eq!(outcome.status, 2);
    insta::assert_snapshot!(outcome.stderr);
    assert_eq!(project.rendered().len(), 1);
    assert_eq!(project.read(".github/workflows/release.yml"), own);

    assert_eq!(lockstep(project.path(), &["check"]).status, 1);
    assert_eq!(lockstep(project.path(), &["generate", "--replace"]).status, 0);
    assert_eq!(lockstep(project.path(), &["check"]).status, 0);
}

/// A platform that the model no longer has takes its workflow along; files of other hands stay.
#[test]
fn stale_files_go() {
    let project = rendered();
    project.write(".github/workflows/ci.yml", "name: CI\non: push\njobs: {}\n");
    project.write(".github/workflows/notes.txt", "# Rendered by Lockstep from lockstep.yaml");
    let text = project.read(".github/workflows/build-windows.yml");
    project.write(".github/workflows/build-solaris.yml", &text);
    let outcome = lockstep(project.path(), &["check"]);
    assert_eq!(outcome.status, 1);
    assert!(outcome.stderr.starts_with(
        "error[drift]: .github/workflows/build-solaris.yml:1: is no longer rendered\n"
    ));
    let outcome = lockstep(project.path(), &["generate"]);
    assert!(
        outcome.stdout.starts_with("removed  .github/workflows/build-solaris.yml\n"),
        "{}",
        outcome.text()
    );
    assert!(!project.file(".github/workflows/build-solaris.yml").exists());
    assert!(project.file(".github/workflows/ci.yml").exists());
    assert!(project.file(".github/workflows/notes.txt").exists());
}

#[test]
fn a_second_run_touches_nothing() {
    let project = rendered();
    let times = || -> Vec<_> {
        let files = project.rendered().into_iter();
        files
            .map(|(path, _)| fs::metadata(project.file(&path)).unwrap().modified().unwrap())
            .collect()
    };
    let before = times();
    assert_eq!(lockstep(project.path(), &["generate"]).stdout, "8 files, 8 of them unchanged\n");
    assert_eq!(times(), before);
}

/// git may check files out with the line ends of its platform.
#[test]
fn windows_line_ends_are_no_drift() {
    let project = rendered();
    for (path, text) in project.rendered() {
        project.write(&path, &text.replace('\n', "\r\n"));
    }
    let outcome = lockstep(project.path(), &["check"]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
}

/// A plan that is damaged is drift, and says nothing of pins.
#[test]
fn a_damaged_plan_is_mended() {
    for damage in ["", "{", "[]", "{\"pins\": {\"a\": 1}}", "<<<<<<< HEAD\n"] {
        let project = rendered();
        let before = project.rendered();
        project.write(".github/lockstep.plan.json", damage);
        assert_eq!(lockstep(project.path(), &["check"]).status, 1);
        assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
        assert_eq!(project.rendered(), before);
    }
}

#[test]
fn a_file_where_a_folder_should_be() {
    let project = Project::reference("plasmite");
    project.write(".github", "a file");
    let outcome = lockstep(project.path(), &["generate"]);
    assert_eq!(outcome.status, 2, "{}", outcome.text());
    assert!(!outcome.stderr.contains("panicked"));
    assert_eq!(project.read(".github"), "a file");
}

#[test]
fn a_folder_where_a_file_should_be() {
    let project = rendered();
    let path = ".github/workflows/release.yml";
    fs::remove_file(project.file(path)).unwrap();
    fs::create_dir(project.file(path)).unwrap();
    let outcome = lockstep(project.path(), &["generate"]);
    assert_eq!(outcome.status, 2, "{}", outcome.text());
    assert!(outcome.stderr.contains("release.yml: cannot be read"), "{}", outcome.text());
}

/// On Windows nothing takes the place of a file that another program has open. A scanner is waited for; of what stays open the
/// first run says so, and changes none of the files.
#[test]
fn a_file_that_another_program_has_open() {
    if Platform::of_programs() != Platform::Windows {
        return;
    }
    let project = rendered();
    let wanted = project.rendered();
    let text = project.read(".github/workflows/build-windows.yml");
    project.write(".github/workflows/build-solaris.yml", &text);
    let old = outdated(&project);
    let open = ".github/workflows/verify.yml";
    for (open, what) in [(open, "replaced"), (".github/workflows/build-solaris.yml", "removed")] {
        let editor = HeldOpen::new(&project.file(open));
        let outcome = lockstep(project.path(), &["generate"]);
        drop(editor);
        assert_eq!(outcome.status, 2, "{}", outcome.text());
        let why = "another program has it open; close it there, and run this again";
        let said = format!("{open}: cannot be {what}: {why}");
        assert!(outcome.stderr.contains(&said), "{}", outcome.text());
        assert_eq!(project.rendered(), old, "nothing is changed, and nothing is left behind");
    }

    let scanner = HeldOpen::new(&project.file(open));
    let mut generate = generating(&project);
    // Until the new texts are there, which wait for their places.
    let changed = wanted.iter().filter(|file| !old.contains(file)).count();
    let prepared = || {
        let entries = fs::read_dir(project.file(".github/workflows")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with(".lockstep-")).count()
    };
    while prepared() < changed {
        assert_eq!(generate.try_wait().unwrap(), None, "it waits");
    }
    drop(scanner);
    assert!(generate.wait().unwrap().success());
    assert_eq!(project.rendered(), wanted);
}

/// Killed at any moment, a run leaves each file as it was or as it should be; the next run finishes,
/// and sweeps.
#[test]
fn killed_at_any_moment() {
    let project = rendered();
    let wanted = project.rendered();
    let started = std::time::Instant::now();
    assert_eq!(lockstep(project.path(), &["generate", "--reset-pins"]).status, 0);
    let whole = started.elapsed();
    for part in (0..40).step_by(if is_quick() { 4 } else { 1 }) {
        // Most of the moments in the second half of a run, where the writing is.
        let moment = whole.mul_f64(if part < 8 {
            f64::from(part) / 16.0
        } else {
            0.5 + f64::from(part) / 60.0
        });
        let old = outdated(&project);
        let mut child = generating(&project);
        std::thread::sleep(moment);
        // It may have ended by itself already.
        let _ = child.kill();
        child.wait().unwrap();
        for ((path, old), (_, new)) in old.iter().zip(&wanted) {
            let text = project.read(path);
            assert!(text == *old || text == *new, "{path} is half-written after {moment:?}");
        }
        assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
        assert_eq!(project.rendered(), wanted, "nothing is left behind after {moment:?}");
    }
}

#[cfg(unix)]
#[test]
fn no_link_leads_out() {
    let project = Project::reference("plasmite");
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), project.file(".github")).unwrap();
    let outcome = lockstep(project.path(), &["generate"]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.stderr.contains("a link leads out of the project"), "{}", outcome.text());
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0, "not even a folder is made there");
}

/// What another run has changed since it was read is not written over, and no file beside it is replaced.
#[test]
fn changes_of_another_run_stay() {
    let project = Project::new("");
    project.write("one", "1");
    project.write("two", "2 of another");
    let file = |path, old, text| Replacement { path, old: Some(old), text };
    let both = [file("one", "1", "new"), file("two", "2", "new")];
    let failure = replace(project.path(), &both, &[]).unwrap_err().to_string();
    assert!(failure.ends_with("another run has changed it; run this again"), "{failure}");
    assert_eq!((project.read("one"), project.read("two")), ("1".into(), "2 of another".into()));
    assert_eq!(fs::read_dir(project.path()).unwrap().count(), 3);
    let both = [file("one", "1", "new"), file("two", "2 of another", "new")];
    replace(project.path(), &both, &[]).unwrap();
    assert_eq!((project.read("one"), project.read("two")), ("new".into(), "new".into()));
}

/// What a killed run left behind is swept by the next that writes there.
#[test]
fn leftovers_are_swept() {
    let project = rendered();
    project.write(".github/workflows/.lockstep-abc123.tmp", "half a f");
    project.write(".github/workflows/.lockstep-notes.md", "somebody's own");
    project.edit(".github/workflows/verify.yml", "Verify", "Falsify");
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    assert!(!project.file(".github/workflows/.lockstep-abc123.tmp").exists());
    assert!(project.file(".github/workflows/.lockstep-notes.md").exists());
}

/// Runs at once: each writes whole files, and all say the same.
#[test]
fn two_at_once() {
    let project = Project::reference("plasmite");
    let runs: Vec<_> = std::thread::scope(|scope| {
        let start = || scope.spawn(|| lockstep(project.path(), &["generate"]));
        let handles: Vec<_> = (0..4).map(|_| start()).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    // One waits for another, so none sweeps what another has just prepared.
    assert!(runs.iter().all(|outcome| outcome.status == 0), "{runs:?}");
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    assert_eq!(project.rendered(), rendered().rendered());
}
