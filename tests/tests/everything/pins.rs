//! A bot that bumps a pin in a rendered file is right.

use lockstep_tests::program::lockstep;
use lockstep_tests::project::Project;

const VERIFY: &str = ".github/workflows/verify.yml";
const RELEASE: &str = ".github/workflows/release.yml";
const CHECKOUT: &str = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";
const BUMPED: &str = "actions/checkout@89abcdef0123456789abcdef0123456789abcdef # v8.1.0";

fn rendered() -> Project {
    let project = Project::reference("plasmite");
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    project
}

fn assert_settled(project: &Project) {
    let before = project.rendered();
    let check = lockstep(project.path(), &["check"]);
    assert_eq!(check.status, 0, "{}", check.text());
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    assert_eq!(project.rendered(), before, "generate changes nothing");
}

#[test]
fn a_bump_stays() {
    let project = rendered();
    project.edit(VERIFY, CHECKOUT, BUMPED);
    assert_settled(&project);
    assert!(project.read(VERIFY).contains(BUMPED));
    assert!(project.read(RELEASE).contains(CHECKOUT), "another file keeps its own");
}

#[test]
fn a_bump_of_one_place_stays() {
    let project = rendered();
    let text = project.read(VERIFY);
    assert!(text.matches(CHECKOUT).count() > 1);
    project.write(VERIFY, &text.replacen(CHECKOUT, BUMPED, 1));
    assert_settled(&project);
}

#[test]
fn a_bump_of_our_own_stays() {
    let project = rendered();
    let own = "lockstep@5c1a9de0b7f3426e8d41c6a2f90b7e35d8a4c216 # v0.1.0";
    project.edit(VERIFY, own, "lockstep@89abcdef0123456789abcdef0123456789abcdef # v0.2.0");
    assert_settled(&project);
}

#[test]
fn a_bump_without_a_version_stays() {
    let project = rendered();
    project.edit(VERIFY, CHECKOUT, "actions/checkout@89abcdef0123456789abcdef0123456789abcdef");
    assert_settled(&project);
}

/// A change of the model beside it: the bump stays, in the places of the action that are new too.
#[test]
fn a_bump_survives_a_change() {
    let project = rendered();
    project.edit(VERIFY, CHECKOUT, BUMPED);
    project.edit(
        "lockstep.yaml",
        "gates:\n",
        "extra-steps:\n  verify: [{ run: make lint }]\n\ngates:\n",
    );
    assert_eq!(lockstep(project.path(), &["check"]).status, 1, "the change is drift");
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    let text = project.read(VERIFY);
    assert!(text.contains("make lint") && text.contains(BUMPED) && !text.contains(CHECKOUT));
    assert_settled(&project);
}

/// A pin that no bot touched follows the model.
#[test]
fn the_models_pin_moves() {
    let project = rendered();
    let old = "5c1a9de0b7f3426e8d41c6a2f90b7e35d8a4c216";
    let new = "fedcba9876543210fedcba9876543210fedcba98";
    project.edit("lockstep.yaml", old, new);
    assert_eq!(lockstep(project.path(), &["check"]).status, 1);
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    assert!(!project.read(VERIFY).contains(old) && project.read(VERIFY).contains(new));
    assert_settled(&project);
}

/// A maintainer's own edit is newer than a bump of what stood there before.
#[test]
fn the_models_new_pin_wins_over_a_bump() {
    let project = rendered();
    let old = "5c1a9de0b7f3426e8d41c6a2f90b7e35d8a4c216";
    let bumped = "lockstep@89abcdef0123456789abcdef0123456789abcdef # v0.2.0";
    project.edit(VERIFY, &format!("lockstep@{old} # v0.1.0"), bumped);
    assert_settled(&project);
    project.edit("lockstep.yaml", old, "fedcba9876543210fedcba9876543210fedcba98");
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    assert!(!project.read(VERIFY).contains("89abcdef"));
    assert_settled(&project);
}

#[test]
fn a_reset_takes_bumps_back() {
    let project = rendered();
    let before = project.rendered();
    project.edit(VERIFY, CHECKOUT, BUMPED);
    assert_eq!(lockstep(project.path(), &["generate", "--reset-pins"]).status, 0);
    assert_eq!(project.rendered(), before);
}

#[test]
fn a_mutable_reference_is_drift() {
    for reference in ["v8", "main", "3d3c42e", "89ABCDEF0123456789ABCDEF0123456789ABCDEF"] {
        let project = rendered();
        project.edit(VERIFY, CHECKOUT, &format!("actions/checkout@{reference}"));
        let check = lockstep(project.path(), &["check"]);
        assert_eq!(check.status, 1, "{reference}");
        assert!(check.stdout.contains(&format!("-        uses: actions/checkout@{reference}\n")));
        assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
        assert!(project.read(VERIFY).contains(CHECKOUT));
    }
}

/// Another action at a full commit is no bump.
#[test]
fn another_action_is_drift() {
    let project = rendered();
    project.edit(
        VERIFY,
        CHECKOUT,
        "attacker/checkout@89abcdef0123456789abcdef0123456789abcdef # v7.0.1",
    );
    assert_eq!(lockstep(project.path(), &["check"]).status, 1);
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    assert!(!project.read(VERIFY).contains("attacker"));
}

/// What follows a commit is a version's comment or nothing: a bump cannot bring anything else.
#[test]
fn a_bump_brings_a_version_and_nothing_else() {
    let project = rendered();
    let evil = "actions/checkout@89abcdef0123456789abcdef0123456789abcdef # v8 zizmor: ignore[all]";
    project.edit(VERIFY, CHECKOUT, evil);
    assert_eq!(lockstep(project.path(), &["check"]).status, 1);
}

/// A line of a script that looks like a step's is none.
#[test]
fn scripts_hold_no_pins() {
    let project = Project::new(
        &std::fs::read_to_string(lockstep_tests::root().join("tests/cases/models/everything.yaml"))
            .unwrap(),
    );
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    let build = ".github/workflows/build-linux.yml";
    let line = "uses: actions/checkout@v1";
    project.edit(build, line, "uses: actions/checkout@89abcdef0123456789abcdef0123456789abcdef");
    assert_eq!(lockstep(project.path(), &["check"]).status, 1, "the script was changed");
}
