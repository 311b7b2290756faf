//! The workflow in each README, at a commit whose list has released programs: what a user types runs as it stands.

use std::fs;
use std::path::Path;

use lockstep_tests::commands::Script;
use lockstep_tests::released::Released;
use lockstep_tests::root;
use lockstep_tests::runs::{Event, GitHub, Run, Settings};
use lockstep_tests::samples::{Sample, copy, settings};

const COMMIT: &str = "5c1a9de0b7f3426e8d41c6a2f90b7e35d8a4c216";

/// The one example of a README that is a whole workflow.
fn example(readme: &str) -> String {
    let path = root().join(readme);
    let text = fs::read_to_string(&path).unwrap();
    let mut blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let block = blocks
        .find(|block| block.starts_with("on: "))
        .unwrap_or_else(|| panic!("{readme} has no workflow"));
    assert!(block.contains("lockstep-release/lockstep"), "{readme}");
    block.replace("@<commit>", &format!("@{COMMIT}"))
}

/// Runs a README's workflow in the sample project, with programs that the launcher downloads.
fn run(readme: &str, event: &Event, more: impl FnOnce(&mut Settings)) -> Run {
    let (hub, released) = (GitHub::new(), Released::new());
    let sample = Sample::tool();
    sample.render();
    fs::write(sample.path().join(".github/workflows/example.yml"), example(readme)).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.list = Some(released.list.clone());
    settings.env.push(("STAND_IN_DOWNLOADS", released.assets.address().into()));
    settings.env.push(("RUNNER_TOOL_CACHE", cache.path().into()));
    more(&mut settings);
    let repository = sample.commit(&hub);
    if let Event::PullRequest { number } = event {
        let change = |set: &Path| fs::write(set.join("CHANGED.md"), "changed\n").unwrap();
        repository.pull_request(*number, change);
    }
    let run = repository.run("example.yml", event, &settings);
    assert!(run.succeeded(), "{readme}: {}", run.overview());
    let asked = released.assets.asked();
    assert!(!asked.is_empty(), "{readme}: the launcher downloads");
    let mut once = asked.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), asked.len(), "{readme}: each file is downloaded once: {asked:?}");
    run
}

const PULL_REQUEST: Event = Event::PullRequest { number: 7 };

#[test]
fn the_root_action() {
    run("README.md", &PULL_REQUEST, |_| ());
}

#[test]
fn what_builds_and_packs() {
    for action in ["align-versions", "hash-artifacts", "pack-artifacts", "smoke-test"] {
        run(&format!("actions/{action}/README.md"), &PULL_REQUEST, |_| ());
    }
}

/// The bundle of an earlier run.
#[test]
fn verify_manifest() {
    let (built, uploads) = (Script::of_release().project(), tempfile::tempdir().unwrap());
    let bundle = uploads.path().join("bundle-1");
    fs::create_dir(&bundle).unwrap();
    copy(&built.path().join("lockstep/bundle"), &bundle);
    let dispatch = Event::Dispatch { git_ref: "refs/heads/main".to_owned(), inputs: [].into() };
    run("actions/verify-manifest/README.md", &dispatch, |settings| {
        settings.earlier.insert(16, uploads.path().to_owned());
    });
}
