//! Large models: GitHub's limits are met by splitting where that is possible, and told where not.

use std::fmt::Write as _;

use lockstep_tests::program::lockstep;
use lockstep_tests::project::Project;
use lockstep_tests::sets::workflows;
use lockstep_tests::synthetic;

#[test]
fn two_hundred_targets_and_six_channels() {
    let project = Project::new(&synthetic::model(200));
    let outcome = lockstep(project.path(), &["generate"]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    let verify =
        workflows(project.path()).into_iter().find(|file| file.name == "verify.yml").unwrap();
    let installs = verify.workflow.jobs.keys().filter(|id| id.starts_with("install")).count();
    assert!(installs > 1, "more installations than a matrix holds are split over jobs");
}

/// A matrix holds 256 jobs; more targets of a platform go to another called workflow.
#[test]
fn more_targets_than_a_matrix_holds() {
    // Of several targets with one triple cargo-binstall could find one alone, which `check` says.
    let model = synthetic::model(700);
    let is_other = |line: &&str| !line.starts_with("  cargo-binstall:");
    let model: String = model.lines().filter(is_other).flat_map(|line| [line, "\n"]).collect();
    let project = Project::new(&model);
    let outcome = lockstep(project.path(), &["generate"]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    let files = workflows(project.path());
    let builds: Vec<&str> = files
        .iter()
        .filter(|file| file.name.starts_with("build-linux"))
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(builds, ["build-linux-2.yml", "build-linux.yml"]);
    let entries: Vec<usize> = builds
        .iter()
        .map(|name| {
            let file = files.iter().find(|file| file.name == **name).unwrap();
            file.text.matches("          - target: ").count()
        })
        .collect();
    assert!(entries.iter().all(|count| *count <= 256), "{entries:?}");
    let release = files.iter().find(|file| file.name == "release.yml").unwrap();
    assert!(release.workflow.jobs.contains_key("build-linux-2"));
    let assemble = release.text.split("  assemble:").nth(1).unwrap();
    assert!(assemble.contains("needs: [context, build-linux, build-linux-2, build-macos"));
    project.write("Cargo.toml", "[package]\nname = \"tool\"\nversion = \"1.2.3\"\n");
    assert_eq!(lockstep(project.path(), &["check"]).status, 0);
}

#[test]
fn what_no_splitting_helps() {
    let mut model = synthetic::model(1100);
    model.push_str("sources:\n");
    for index in 0..30 {
        writeln!(
            model,
            "  - {{ name: s{index}, repository: a/s{index}, ref: {{ default: main, input: s{index}_ref }} }}"
        )
        .unwrap();
    }
    let project = Project::new(&model);
    let outcome = lockstep(project.path(), &["generate"]);
    assert_eq!(outcome.status, 2);
    assert!(project.rendered().is_empty());
    insta::assert_snapshot!(outcome.stderr);
}
