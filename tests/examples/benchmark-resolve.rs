//! How long it takes to find what is published among a thousand runs of the release's commit, where each answer of GitHub's
//! takes 80 ms.

use std::time::{Duration, Instant};

use lockstep_tests::commands::Script;
use lockstep_tests::github_api::{GitHubApi, TOKEN, environment_with};

/// How long an answer takes.
const ANSWER: Duration = Duration::from_millis(80);

fn main() {
    let mut script = Script::default();
    let project = script.project();
    let commit = script.sh(project.path(), "git tag v1.2.3; git rev-parse HEAD").stdout;
    let api = GitHubApi::new();
    api.know_a_thousand(commit.trim());
    api.with(|state| {
        state.environments = ["github-release", "npm"]
            .map(|name| environment_with(name, false, false, false))
            .into();
        state.delay = ANSWER;
        state.unchecked = true;
    });
    script.env.insert("GITHUB_API_URL".to_owned(), api.address());
    script.env.insert("GITHUB_TOKEN".to_owned(), TOKEN.to_owned());
    script.env.insert("GITHUB_REF".to_owned(), "refs/tags/v1.2.3".to_owned());
    let resolve = "resolve-build --stage publish --inputs '{\"release_tag\":\"v1.2.3\"}'";
    let began = Instant::now();
    let outcome = script.sh(project.path(), resolve);
    let took = began.elapsed();
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    let asked = u32::try_from(api.asked().len()).unwrap();
    println!("| what | requests | their answers | in all, with the stand-in's own time |");
    println!("| --- | --: | --: | --: |");
    println!(
        "| `resolve-build --stage publish`, the oldest of 1000 runs, at {} ms an answer | {asked} | {:.1} s | {:.1} s |",
        ANSWER.as_millis(),
        (ANSWER * asked).as_secs_f32(),
        took.as_secs_f32(),
    );
}
