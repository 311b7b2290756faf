//! What a broken model is told: one file in `cases/problems` a case, one snapshot of the whole run.

use std::fs;

use lockstep_tests::program::{lockstep, lockstep_on_runner};
use lockstep_tests::project::Project;

#[test]
fn every_case() {
    insta::glob!("../../cases/problems", "*.yaml", |path| {
        let project = Project::new("");
        fs::copy(path, project.file("lockstep.yaml")).unwrap();
        let outcome = lockstep(project.path(), &["generate"]);
        assert_eq!(outcome.status, 2, "{}", outcome.text());
        assert!(project.rendered().is_empty(), "nothing is written");
        insta::assert_snapshot!(outcome.text());
    });
}

#[test]
fn on_a_runner_each_is_an_annotation() {
    let project = Project::new("schema: 1\nproject: { name: a b }\n");
    let outcome = lockstep_on_runner(project.path(), &["check"]);
    insta::assert_snapshot!(outcome.stdout);
}
