//! What GitHub does with a job graph, as it documents it: one file of `tests/cases/semantics` each. The interpreter
//! and act are asked too; what act does otherwise
//! stands in the case, whose page counts against it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use lockstep_schemas::workflow::{OutputKind, Role};
use lockstep_semantics::{Given, Graph, Known, evaluate};
use lockstep_tests::pairs::two_at_a_time;
use lockstep_tests::{github, root, tools};
use serde::Deserialize;
use serde_json::{Value, json};

/// A workflow, what happens in it, and how each job then ends; in more than one way where the documentation is
/// silent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    workflow: String,
    /// The workflow that it calls as `called.yml`.
    called: Option<String>,
    given: Happens,
    ends: Ends,
    #[serde(default, with = "serde_yaml::with::singleton_map_recursive")]
    act: Option<Act>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Happens {
    event: Option<String>,
    inputs: BTreeMap<String, String>,
    fails: BTreeSet<String>,
    cancelled: BTreeSet<String>,
    cancelled_before: Option<String>,
    outputs: BTreeMap<String, BTreeMap<String, String>>,
}

/// What act does otherwise.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Act {
    /// Jobs end in other ways.
    Ends(BTreeMap<String, String>),
    /// It does not run the workflow at all, and says so.
    Refuses(String),
}

type Ends = BTreeMap<String, BTreeSet<String>>;

fn cases() -> Vec<(PathBuf, Case)> {
    let entries = fs::read_dir(root().join("tests/cases/semantics")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let case = serde_yaml::from_str(&fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, case)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn as_documented() {
    let cases = cases();
    assert!(cases.len() > 40, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for (path, case) in cases {
        let role = |_: &str, _: &str| Role::Plain;
        let output = |_: &str, _: &str| OutputKind::Text;
        let known = Known { role: &role, output: &output };
        let graph = Graph::read("case.yml", &case.workflow, &known).unwrap();
        let Happens { event, inputs, fails, cancelled, cancelled_before, outputs } = case.given;
        let outputs = outputs.into_iter().flat_map(|(job, said)| {
            said.into_iter().map(move |(name, text)| ((job.clone(), name), text))
        });
        let outputs = outputs.collect();
        let given = Given { event, inputs, fails, cancelled, cancelled_before, outputs };
        let ends: Ends = evaluate(&graph, &given)
            .into_iter()
            .map(|(job, results)| (job, results.iter().map(|one| one.id().to_owned()).collect()))
            .collect();
        if ends != case.ends {
            wrong.push(format!("{}: {ends:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_on(on: &serde_yaml::Value, name: &str) -> bool {
    let inputs = on.get("workflow_dispatch").and_then(|dispatch| dispatch.get("inputs"));
    let kind = inputs.and_then(|inputs| inputs.get(name)).and_then(|input| input.get("type"));
    kind.is_some_and(|kind| kind == "boolean")
}

/// The interpreter, which shares no line with what it is asked about, comes to one of the documented results.
#[test]
fn as_interpreted() {
    let mut wrong = Vec::new();
    for (path, case) in cases() {
        let workflow: serde_yaml::Value = serde_yaml::from_str(&case.workflow).unwrap();
        let (in_steps, in_jobs): (Vec<&String>, Vec<&String>) =
            case.given.fails.iter().partition(|name| name.contains('/'));
        let inputs: BTreeMap<&String, Value> = case
            .given
            .inputs
            .iter()
            .map(|(name, text)| {
                let is_flag = is_on(&workflow["on"], name);
                (name, if is_flag { json!(text == "true") } else { json!(text) })
            })
            .collect();
        let run = json!({
            "event": case.given.event.as_deref().unwrap_or(first_event(&workflow)),
            "inputs": inputs,
            "fails": in_jobs, "failsIn": in_steps, "stops": case.given.cancelled,
            "cancelledBefore": case.given.cancelled_before.iter().collect::<Vec<_>>(),
            "outputs": case.given.outputs,
        });
        let document = json!({ "workflows": [{ "jobs": github::jobs(&workflow) }], "runs": [run] });
        let ended = &github::interpreted(&document)["workflows"][0][0];
        let ends: BTreeMap<String, String> = ended
            .as_object()
            .unwrap()
            .iter()
            .map(|(job, ended)| (job.clone(), ended[0].as_str().unwrap().to_owned()))
            .collect();
        if !are_among(&ends, &case.ends) {
            wrong.push(format!("{}: {ends:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn first_event(workflow: &serde_yaml::Value) -> &str {
    match &workflow["on"] {
        serde_yaml::Value::String(event) => event,
        serde_yaml::Value::Sequence(events) => events[0].as_str().unwrap(),
        events => events.as_mapping().unwrap().keys().next().unwrap().as_str().unwrap(),
    }
}

/// Whether each job ended as documented. A job that nobody speaks of was skipped.
fn are_among(ends: &BTreeMap<String, String>, documented: &Ends) -> bool {
    documented
        .iter()
        .all(|(job, results)| results.contains(ends.get(job).map_or("skipped", String::as_str)))
}

/// act runs what it can: nobody cancels its runs.
#[test]
fn as_run_by_act() {
    let all = cases();
    let can_run =
        |case: &Case| case.given.cancelled.is_empty() && case.given.cancelled_before.is_none();
    let ran: Vec<&(PathBuf, Case)> = all.iter().filter(|(_, case)| can_run(case)).collect();
    assert!(ran.len() > 40, "{} cases", ran.len());
    let wrong = Mutex::new(Vec::new());
    two_at_a_time(&ran, |(path, case)| {
        let ends = run_by_act(case);
        let is_known = match (&case.act, &ends) {
            (None, Ok(ends)) => are_among(ends, &case.ends),
            (Some(Act::Ends(known)), Ok(ends)) => known == ends && !are_among(ends, &case.ends),
            (Some(Act::Refuses(why)), Err(said)) => said.contains(why),
            (None, Err(_)) | (Some(_), _) => false,
        };
        if !is_known {
            wrong.lock().unwrap().push(format!("{}: {ends:?}", path.display()));
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "act does otherwise:\n{}", wrong.join("\n"));
}

/// Puts a case into a repository, with what fails in it, and says what event starts it.
fn lay_out(case: &Case, folder: &Path) -> String {
    let at = |name: &str| folder.join(name);
    let workflows = at("set/.github/workflows");
    fs::create_dir_all(&workflows).unwrap();
    let mut workflow: serde_yaml::Value = serde_yaml::from_str(&case.workflow).unwrap();
    let mut called: Option<serde_yaml::Value> =
        case.called.as_ref().map(|text| serde_yaml::from_str(text).unwrap());
    let event = case.given.event.as_deref().unwrap_or(first_event(&workflow)).to_owned();
    for failing in &case.given.fails {
        fail(&mut workflow, called.as_mut(), failing);
    }
    let text = |workflow: &serde_yaml::Value| {
        serde_yaml::to_string(workflow).unwrap().replace("./it.sh", "exit 0")
    };
    fs::write(workflows.join("case.yml"), text(&workflow)).unwrap();
    if let Some(called) = called {
        fs::write(workflows.join("called.yml"), text(&called)).unwrap();
    }
    fs::write(at("event.json"), json!({ "inputs": case.given.inputs }).to_string()).unwrap();
    for arguments in [
        &["init", "--quiet", "."][..],
        &["add", "--all"],
        &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "A"],
    ] {
        let git = Command::new("git").args(arguments).current_dir(at("set")).status().unwrap();
        assert!(git.success());
    }
    event
}

/// How each job ended, of those that started; or why act does not run the workflow.
fn run_by_act(case: &Case) -> Result<BTreeMap<String, String>, String> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let event = lay_out(case, folder.path());
    let mut act = Command::new(tools::path("act"));
    act.args([&event, "--json", "--no-cache-server", "--workflows", ".github/workflows/case.yml"])
        .args(["--platform", "ubuntu-24.04=-self-hosted", "--eventpath"])
        .arg(at("event.json"))
        .current_dir(at("set"))
        .env("XDG_CACHE_HOME", at("cache"))
        .env("XDG_CONFIG_HOME", at("config"));
    for option in ["--env-file", "--input-file", "--var-file", "--secret-file"] {
        act.args([option, "/dev/null"]);
    }
    for (name, text) in &case.given.inputs {
        act.args(["--input", &format!("{name}={text}")]);
    }
    let output = act.output().unwrap();
    let log = String::from_utf8_lossy(&output.stdout);
    let mut ends: BTreeMap<String, String> = BTreeMap::new();
    for line in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let (Some(job), Some(result)) = (line["job"].as_str(), line["jobResult"].as_str()) else {
            continue;
        };
        // `case.yml/a`, `case.yml/a-1` of a matrix, `a/called.yml/x` of a call.
        let parts: Vec<&str> = job.trim_end().split('/').collect();
        let job = if parts[0] == "case.yml" { parts[1] } else { parts[0] };
        let job = job.split('-').next().unwrap().to_owned();
        let known = ends.entry(job).or_insert_with(|| result.to_owned());
        if result == "failure" {
            result.clone_into(known);
        }
    }
    if log.contains("\"level\":\"fatal\"") || (ends.is_empty() && !output.status.success()) {
        return Err(format!("{log}{}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(ends)
}

/// Makes a job or a step of it fail.
fn fail(workflow: &mut serde_yaml::Value, called: Option<&mut serde_yaml::Value>, what: &str) {
    let (job, step) = what.split_once('/').map_or((what, None), |(job, step)| (job, Some(step)));
    let job = &mut workflow["jobs"][job];
    let steps = match (job.get("uses"), called) {
        (Some(_), Some(called)) => &mut called["jobs"]["x"]["steps"],
        _ => &mut job["steps"],
    };
    let steps = steps.as_sequence_mut().unwrap();
    match step {
        Some(name) => {
            let step = steps.iter_mut().find(|step| step["name"] == name).unwrap();
            step["run"] = "exit 1".into();
        }
        None => steps.push(serde_yaml::from_str("run: exit 1").unwrap()),
    }
}
