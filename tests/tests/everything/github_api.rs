//! What is asked of GitHub, and what is done where it does not answer: against a stand-in that holds every question and
//! answer to GitHub's own description.

use std::cell::RefCell;
use std::time::Duration;

use lockstep_github::{CommitStatus, Error, GitHub, Patience, Why, WorkflowRun};
use lockstep_schemas::strings::CommitSha;
use lockstep_tests::commands::Script;
use lockstep_tests::github_api::{Fault, GitHubApi, TOKEN, environment_with, run_with};
use serde_json::json;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Waits that a test has time for.
const SHORT: Patience =
    Patience { left: Duration::from_millis(200), first: Duration::from_millis(1) };

fn commit() -> CommitSha {
    COMMIT.parse().unwrap()
}

fn asked<T>(
    api: &GitHubApi,
    token: &str,
    ask: impl FnOnce(&GitHub<'_>) -> Result<T, Error>,
) -> (Result<T, Error>, Vec<String>) {
    let told = RefCell::new(Vec::new());
    let tell = |text: &str| told.borrow_mut().push(text.to_owned());
    let github = GitHub::new(&api.address(), "someone/tool".parse().unwrap(), token, &tell);
    let answer = ask(&github.unwrap().with_patience(SHORT));
    (answer, told.into_inner())
}

fn runs(github: &GitHub<'_>, enough: fn(&WorkflowRun) -> bool) -> Result<Vec<WorkflowRun>, Error> {
    github.runs(&"ci.yml".parse().unwrap(), &commit(), enough)
}

fn statuses(github: &GitHub<'_>) -> Result<Vec<CommitStatus>, Error> {
    github.statuses(&commit(), |_| false)
}

fn failing(status: u16) -> Fault {
    Fault::Instead(status, Vec::new(), r#"{ "message": "No server is there" }"#.to_owned())
}

fn limited(seconds: u32) -> Fault {
    let headers = vec![("retry-after".to_owned(), seconds.to_string())];
    Fault::Instead(429, headers, r#"{ "message": "Slow down" }"#.to_owned())
}

#[test]
fn a_list_is_read_to_its_end_or_to_what_is_enough() {
    let api = GitHubApi::new();
    let run = |id| run_with(json!({ "id": id }), COMMIT);
    api.with(|state| state.runs = (0..1000).map(run).collect());
    let (all, _) = asked(&api, TOKEN, |github| runs(github, |_| false));
    let ids: Vec<u64> = all.unwrap().iter().map(|run| run.id).collect();
    assert_eq!(ids, (0..1000).collect::<Vec<_>>());
    assert_eq!(api.asked().len(), 10);
    let (some, _) = asked(&api, TOKEN, |github| runs(github, |run| run.id == 150));
    assert_eq!(some.unwrap().len(), 151);
    assert_eq!(api.asked().len(), 12);
}

/// Of a thousand runs the oldest is the one: ten pages, and one question for each other thing.
#[test]
fn a_build_is_found_by_few_questions() {
    let mut script = Script::default();
    let project = script.project();
    let commit = script.sh(project.path(), "git tag v1.2.3; git rev-parse HEAD").stdout;
    let api = GitHubApi::new();
    api.know_a_thousand(commit.trim());
    api.with(|state| {
        let environment = |name| environment_with(name, true, false, false);
        state.environments = ["github-release", "npm"].map(environment).into();
        let tags = || vec![json!({ "id": 1, "node_id": "", "name": "v*", "type": "tag" })];
        state.ref_patterns = ["github-release", "npm"].map(|name| (name.to_owned(), tags())).into();
    });
    script.env.insert("GITHUB_API_URL".to_owned(), api.address());
    script.env.insert("GITHUB_TOKEN".to_owned(), TOKEN.to_owned());
    script.env.insert("GITHUB_REF".to_owned(), "refs/tags/v1.2.3".to_owned());
    let resolve = "resolve-build --stage publish --inputs '{\"release_tag\":\"v1.2.3\"}'";
    let outcome = script.sh(project.path(), resolve);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    // Statuses, other commits of the tag, runs, uploads, environments, and the patterns of two.
    assert_eq!(api.asked().len(), 1 + 1 + 10 + 1 + 1 + 2, "{:?}", api.asked());
}

#[test]
fn what_fails_is_asked_again_and_told() {
    let faults = [failing(502), failing(503), Fault::CutOff, Fault::Hangup, limited(0)]
        .map(|fault| vec![fault]);
    let all = vec![failing(500), Fault::Hangup, Fault::CutOff];
    for faults in faults.into_iter().chain([all]) {
        let api = GitHubApi::new();
        api.with(|state| state.faults.clone_from(&faults));
        let (answer, told) = asked(&api, TOKEN, statuses);
        assert_eq!(answer, Ok(Vec::new()), "{faults:?}");
        assert_eq!(told.len(), faults.len(), "{faults:?}: {told:?}");
        assert!(told[0].contains("asking again in"), "{told:?}");
    }
}

#[test]
fn patience_ends() {
    let ends = |faults: Vec<Fault>| {
        let api = GitHubApi::new();
        api.with(|state| state.faults = faults);
        let (answer, _) = asked(&api, TOKEN, statuses);
        (answer.unwrap_err().why, api.asked().len())
    };
    assert_eq!(ends(vec![failing(502); 9]), (Why::Failing(502), 5));
    assert_eq!(ends(vec![limited(3600)]), (Why::Limited(3600), 1));
    let (why, times) = ends(vec![limited(0); 1000]);
    assert!(matches!(why, Why::Limited(_)) && times < 300, "{why:?} after {times}");
    let (why, times) = ends(vec![Fault::Hangup; 9]);
    assert!(matches!(why, Why::Silent(_)) && times >= 5, "{why:?} after {times}");
}

#[test]
fn what_is_refused_is_asked_once() {
    let api = GitHubApi::new();
    let (answer, told) = asked(&api, "another-token", statuses);
    assert_eq!(answer.unwrap_err().why, Why::Refused(401, "Bad credentials".to_owned()));
    assert!(told.is_empty(), "{told:?}");
    let (answer, _) = asked(&api, TOKEN, |github| runs(github, |_| false));
    assert_eq!(answer.unwrap_err().why, Why::NotFound);
    let tell = |_: &str| {};
    for token in ["two\nlines", "a\0b"] {
        let github = GitHub::new(&api.address(), "someone/tool".parse().unwrap(), token, &tell);
        assert!(matches!(github.unwrap_err().why, Why::Refused(401, _)), "{token:?}");
    }
    api.with(|state| state.faults = vec![Fault::NoJson]);
    let (answer, _) = asked(&api, TOKEN, statuses);
    assert!(matches!(answer.unwrap_err().why, Why::Unreadable(_)));
    assert_eq!(api.asked().len(), 3);
}

/// Whatever is wrong, no error and no debug output shows the token.
#[test]
fn the_token_is_not_told() {
    let api = GitHubApi::new();
    let tell = |_: &str| {};
    let github =
        GitHub::new(&api.address(), "someone/tool".parse().unwrap(), TOKEN, &tell).unwrap();
    assert!(!format!("{github:?}").contains(TOKEN));
    let nowhere = GitHub::new("http://127.0.0.1:9", "someone/tool".parse().unwrap(), TOKEN, &tell);
    let error = statuses(&nowhere.unwrap().with_patience(SHORT)).unwrap_err();
    assert!(matches!(&error.why, Why::Silent(why) if why.contains("refused")), "{error:?}");
    assert!(!format!("{error} {error:?}").contains(TOKEN));
}
