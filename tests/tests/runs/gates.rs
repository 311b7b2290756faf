//! Gates that ask GitHub, in a run: what is red stops the release, and mending it lets the same command pass.

use std::fs;
use std::process::Command;

use lockstep_tests::bundle::Bundle;
use lockstep_tests::github_api::{GitHubApi, TOKEN, run_with};
use lockstep_tests::program;
use lockstep_tests::runs::{Event, GitHub, Settings};
use lockstep_tests::samples::{Sample, settings};
use serde_json::json;

#[test]
fn a_red_workflow_stops_the_release_until_it_is_green() {
    let (hub, api) = (GitHub::new(), GitHubApi::new());
    let sample = Sample::tool();
    let model = sample.path().join("lockstep.yaml");
    let gate = "gates:\n  ci: { before: build, check: { kind: workflow, workflow: ci.yml } }\n  blockers: { before: build, check: { kind: no-open-blockers, epic: \"Blockers of {tag}\", label: blocker } }\n  fast: { before: build, check: { kind: performance, measure: { run: cat times.json } } }\n";
    fs::write(&model, fs::read_to_string(&model).unwrap() + gate).unwrap();
    fs::write(sample.path().join("times.json"), r#"{ "start": 0.2 }"#).unwrap();
    let repository = sample.publish(&hub);
    repository.tag("v1.2.2");
    fs::write(sample.path().join("times.json"), r#"{ "start": 0.1 }"#).unwrap();
    repository.push(sample.path(), "Faster");
    repository.tag("v1.2.3");
    let commit = repository.commit("v1.2.3");
    let mut settings: Settings = settings();
    settings.env.push(("GITHUB_API_URL", api.address().into()));
    settings.secrets.insert("GITHUB_TOKEN", TOKEN.to_owned());
    api.with(|state| {
        state.repository = Some(repository.bare().to_owned());
        state.runs = vec![run_with(json!({ "conclusion": "failure" }), &commit)];
    });
    let red = repository.run("release.yml", &Event::tag("v1.2.3"), &settings);
    assert!(!red.succeeded(), "{}", red.overview());
    let said = &red.job("Context").step("Resolve tag, commit and sources").annotations;
    assert!(said[0].text.contains("gate `ci` is closed: ci.yml failed"), "{said:?}");
    assert!(
        said[1].text.contains("gate `fast` is closed: nobody has attached evidence"),
        "{said:?}"
    );
    assert!(red.jobs.iter().all(|job| !job.name.starts_with("Build")), "{}", red.overview());
    // That is an issue now, under the release's epic, and does not stand in its own way.
    let issues = || {
        let mut all = Vec::new();
        api.with(|state| all.clone_from(&state.issues));
        let shown = all.iter().map(|issue| (issue["title"].clone(), issue["state"].clone()));
        shown.collect::<Vec<_>>()
    };
    let closed_gate = "[release-blocker][v1.2.3] gate `ci` is closed";
    let slow = "[release-blocker][v1.2.3] gate `fast` is closed";
    let filed = [(slow, "open"), (closed_gate, "open"), ("Blockers of v1.2.3", "open")];
    assert_eq!(
        issues(),
        filed.map(|(title, state)| (json!(title), json!(state))),
        "{}",
        red.overview()
    );

    // A maintainer measures it, on a machine of their own.
    hub.git(&["fetch", "--quiet", "--tags", "origin"], sample.path());
    let arguments = ["perf-gate", "--base-tag", "v1.2.2", "--attach"];
    let measured = Command::new(program::path("lockstep"))
        .args(arguments)
        .current_dir(sample.path())
        .env("GIT_CONFIG_GLOBAL", hub.git_config())
        .output()
        .unwrap();
    assert!(measured.status.success(), "{}", String::from_utf8_lossy(&measured.stderr));
    api.with(|state| state.runs.insert(0, run_with(json!({ "run_attempt": 2 }), &commit)));
    let green = repository.run("release.yml", &Event::tag("v1.2.3"), &settings);
    assert!(green.succeeded(), "{}", green.overview());
    Bundle::of(&green).assert_sums();
    let solved = [(slow, "closed"), (closed_gate, "closed"), ("Blockers of v1.2.3", "open")];
    let solved = solved.map(|(title, state)| (json!(title), json!(state)));
    assert_eq!(issues(), solved, "{}", green.overview());
}
