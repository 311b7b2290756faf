//! The committed sets are what their models say, and a model says the same anywhere.

use lockstep_tests::program::lockstep;
use lockstep_tests::project::{Project, reference_model};
use lockstep_tests::root;
use lockstep_tests::samples::{UNRELEASED, released};
use lockstep_tests::sets::{COMMITTED, REFERENCES};

#[test]
fn nothing_drifted() {
    for set in COMMITTED.iter() {
        let outcome = lockstep(&root(), &["check", "--reference", set]);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
    }
}

#[test]
fn same_model_same_bytes_in_any_folder() {
    for name in REFERENCES.iter() {
        let [one, other] = [(), ()].map(|()| {
            let project = Project::new(&reference_model(name));
            let outcome = lockstep(project.path(), &["generate"]);
            assert_eq!(outcome.status, 0, "{}", outcome.text());
            project.rendered()
        });
        assert_eq!(one, other);
        for (path, text) in one {
            let committed = root().join("workflows").join(name).join(&path);
            let committed = std::fs::read_to_string(committed).unwrap();
            let is_pinned = committed.contains(UNRELEASED);
            assert_eq!(text, if is_pinned { released(&committed) } else { committed });
        }
    }
}

/// The folder from which the program is called, and how the project is named, change nothing.
#[test]
fn same_bytes_from_anywhere() {
    let project = Project::reference("plasmite");
    let parent = project.path().parent().unwrap();
    let name = project.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(lockstep(parent, &["generate", name]).status, 0);
    let rendered = project.rendered();
    assert_eq!(
        lockstep(project.path(), &["generate", "."]).stdout,
        "8 files, 8 of them unchanged\n"
    );
    assert_eq!(project.rendered(), rendered);
}

#[test]
fn plans_for_people() {
    for name in REFERENCES.iter() {
        let folder = format!("workflows/{name}");
        insta::assert_snapshot!(
            format!("plan-{name}"),
            lockstep(&root(), &["plan", "--reference", &folder]).stdout
        );
    }
}

/// `plan --json` is what `generate` writes beside the workflows.
#[test]
fn plans_for_programs() {
    for set in COMMITTED.iter() {
        let committed = root().join(set).join(lockstep_generator::render::PLAN);
        let outcome = lockstep(&root(), &["plan", "--json", "--reference", set]);
        assert_eq!(outcome.stdout, std::fs::read_to_string(committed).unwrap());
    }
}

/// From where Windows stood when Plasmite's seed was written to where it stands: the model's change,
/// and what follows from it.
#[test]
fn windows_from_the_seed_to_today() {
    let seed = root().join("tests/cases/models/plasmite-at-the-seed.yaml");
    let project = Project::new(&std::fs::read_to_string(seed).unwrap());
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    project.write("lockstep.yaml", &reference_model("plasmite"));
    let outcome = lockstep(project.path(), &["check"]);
    assert_eq!(outcome.status, 1);
    insta::assert_snapshot!(outcome.stdout);
}
