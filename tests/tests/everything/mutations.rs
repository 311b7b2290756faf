//! Workflows that are broken mechanically: each change that lets a run do what is promised against is found by the
//! proof. What the proof lets pass, runs of the text by GitHub's own evaluator must find harmless.

use std::collections::BTreeMap;

use lockstep_generator::proof::{asked, graph_of};
use lockstep_generator::render::WORKFLOWS;
use lockstep_schemas::workflow::{Role, Workflow};
use lockstep_semantics::{Broken, Graph, prove};
use lockstep_tests::sets::{GRAPHS, SETS};
use lockstep_tests::{github, is_quick};
use serde_json::{Value, json};

/// A change of a workflow, in words, and what comes of it.
struct Mutant {
    what: String,
    text: serde_yaml::Value,
}

/// The parts of a condition that must all hold.
fn conjuncts(condition: &str) -> Vec<String> {
    let bare = condition.trim_start_matches("${{ ").trim_end_matches(" }}");
    bare.split(" && ").map(str::to_owned).collect()
}

/// Every change of a job.
fn mutants(root: &serde_yaml::Value, graph: &Graph) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for job in &graph.jobs {
        let id = job.id.as_str();
        let mut change = |what: String, change: &dyn Fn(&mut serde_yaml::Value)| {
            let mut text = root.clone();
            change(&mut text["jobs"][id]);
            if text != *root {
                mutants.push(Mutant { what: format!("{id}: {what}"), text });
            }
        };
        let value = &root["jobs"][id];
        let needs = value.get("needs").and_then(serde_yaml::Value::as_sequence);
        for need in needs.into_iter().flatten() {
            let drop = |job: &mut serde_yaml::Value| {
                job["needs"].as_sequence_mut().unwrap().retain(|other| other != need);
            };
            change(format!("does not need {}", need.as_str().unwrap()), &drop);
        }
        conditions(value, &mut change);
        change("may write all".to_owned(), &|job| job["permissions"] = "write-all".into());
        change("has an environment".to_owned(), &|job| job["environment"] = "npm".into());
        change("has a secret".to_owned(), &|job| {
            job["env"]["TOKEN"] = "${{ secrets.TOKEN }}".into();
        });
        change("continues on error".to_owned(), &|job| job["continue-on-error"] = true.into());
        for (at, step) in job.steps.iter().enumerate() {
            if step.role == Role::Plain || value.get("steps").is_none() {
                continue;
            }
            let name = &step.name;
            change(format!("has no step `{name}`"), &|job| {
                job["steps"].as_sequence_mut().unwrap().remove(at);
            });
            change(format!("`{name}` continues on error"), &|job| {
                job["steps"][at]["continue-on-error"] = true.into();
            });
            change(format!("`{name}` runs always"), &|job| {
                job["steps"][at]["if"] = "always()".into();
            });
            change(format!("`{name}` never runs"), &|job| job["steps"][at]["if"] = false.into());
        }
    }
    mutants
}

fn conditions(
    value: &serde_yaml::Value,
    change: &mut impl FnMut(String, &dyn Fn(&mut serde_yaml::Value)),
) {
    let set = |text: String| move |job: &mut serde_yaml::Value| job["if"] = text.clone().into();
    change("starts always".to_owned(), &set("${{ always() }}".to_owned()));
    change("starts unless cancelled".to_owned(), &set("${{ !cancelled() }}".to_owned()));
    let Some(condition) = value.get("if").and_then(serde_yaml::Value::as_str) else { return };
    change("has no condition".to_owned(), &|job| {
        job.as_mapping_mut().unwrap().remove("if");
    });
    let parts = conjuncts(condition);
    let whole = parts.join(" && ");
    let or = format!("${{{{ {whole} || github.event_name == 'workflow_dispatch' }}}}");
    change("or a dispatch".to_owned(), &set(or));
    for (at, part) in parts.iter().enumerate() {
        let others: Vec<&str> = parts
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, p)| p.as_str())
            .collect();
        if !others.is_empty() {
            change(format!("without {part}"), &set(format!("${{{{ {} }}}}", others.join(" && "))));
        }
        for (from, to) in [
            ("== 'success'", "!= 'failure'"),
            ("== 'success'", "!= 'skipped'"),
            ("== 'true'", "!= 'false'"),
            ("== 'false'", "!= 'true'"),
            ("!inputs.rehearsal", "inputs.rehearsal != 'true'"),
        ] {
            if part.contains(from) {
                let weak = whole.replace(part.as_str(), &part.replace(from, to));
                change(format!("{part} with {to}"), &set(format!("${{{{ {weak} }}}}")));
            }
        }
    }
}

/// What a broken promise is told apart by.
fn keys(broken: &[Broken]) -> Vec<String> {
    broken.iter().map(|one| format!("{:?} {:?} {}", one.promise, one.job, one.what)).collect()
}

/// A seeded source of chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Runs in which little goes wrong: most of what breaks a promise is one thing.
fn runs(graph: &Graph, count: usize) -> Vec<Value> {
    let mut chance = Chance(7);
    let channels: Vec<&str> = graph
        .jobs
        .iter()
        .flat_map(|job| &job.outputs)
        .filter(|(_, kind)| *kind == lockstep_schemas::workflow::OutputKind::Flag)
        .map(|(name, _)| name.as_str())
        .collect();
    let steps: Vec<String> = graph
        .jobs
        .iter()
        .flat_map(|job| job.steps.iter().map(move |step| format!("{}/{}", job.id, step.name)))
        .collect();
    let run = |_| {
        let mut some = |names: &[String], often: usize| -> Vec<String> {
            let count = if chance.below(often) == 0 { 1 + chance.below(2) } else { 0 };
            (0..count).map(|_| names[chance.below(names.len())].clone()).collect()
        };
        let jobs: Vec<String> = graph.jobs.iter().map(|job| job.id.clone()).collect();
        let (failing, stopped, before, in_steps) =
            (some(&jobs, 3), some(&jobs, 4), some(&jobs, 5), some(&steps, 2));
        let selected: BTreeMap<&str, &str> = channels
            .iter()
            .map(|channel| (*channel, if chance.below(4) == 0 { "false" } else { "true" }))
            .collect();
        json!({
            "event": "workflow_dispatch",
            "inputs": { "rehearsal": chance.below(3) == 0 },
            "fails": failing, "stops": stopped, "cancelledBefore": before, "failsIn": in_steps,
            "outputs": { "resolve": selected },
        })
    };
    (0..count).map(run).collect()
}

/// What a run did that is promised against, by its own judgement.
fn breaches(graph: &Graph, mutant: &Graph, given: &Value, ended: &Value) -> Vec<String> {
    let mut breaches = Vec::new();
    let rehearsal = given["inputs"]["rehearsal"] == true;
    let has = |job: &str, list: usize, step: &str| {
        ended[job][list].as_array().is_some_and(|steps| steps.iter().any(|one| one == step))
    };
    let selected = |channel: &str| given["outputs"]["resolve"][channel] != "false";
    let starts = |job: &str| {
        ended[job][0] != "skipped"
            && !(ended[job][0] == "cancelled" && ended[job][1].as_array().is_none_or(Vec::is_empty))
    };
    let publishes: Vec<(&str, &str, &Role)> = graph
        .jobs
        .iter()
        .flat_map(|job| {
            job.steps.iter().map(move |step| (job.id.as_str(), step.name.as_str(), &step.role))
        })
        .filter(|(_, _, role)| matches!(role, Role::Publish(_) | Role::Prepare(_)))
        .collect();
    for (job, step, _) in &publishes {
        if !has(job, 1, step) {
            continue;
        }
        for other in &graph.jobs {
            for check in &other.steps {
                let must = match &check.role {
                    Role::Gates | Role::Provenance => true,
                    Role::Verify => other.id == *job || other.id == "resolve",
                    Role::Preflight(channel) => selected(channel.id()),
                    _ => false,
                };
                if must && !has(&other.id, 2, &check.name) {
                    breaches
                        .push(format!("{job} publishes without `{}` of {}", check.name, other.id));
                }
            }
        }
    }
    for job in &mutant.jobs {
        let powers = !job.powers.writes.is_empty() || job.powers.identity || job.powers.secrets;
        let preflight = job.id == "preflight" && job.powers.writes.is_empty();
        if rehearsal && powers && !preflight && starts(&job.id) {
            breaches.push(format!("{} reaches {} in a rehearsal", job.id, job.powers.in_words()));
        }
    }
    if !rehearsal && !starts("report") {
        breaches.push("no report".to_owned());
    }
    breaches
}

#[test]
fn mutations() {
    let (mut caught, mut harmless, mut missed) = (0, 0, Vec::new());
    for (set, (name, plan, workflows)) in SETS.iter().zip(GRAPHS.iter()) {
        let file = "release-publish.yml";
        let workflow: &Workflow =
            workflows.iter().find(|workflow| workflow.file.as_str() == file).unwrap();
        let text = std::fs::read_to_string(set.join(WORKFLOWS).join(file)).unwrap();
        let root: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let graph_of = |text: &str| graph_of(file, text, workflow, workflows).unwrap();
        let graph = graph_of(&text);
        let prove = |graph: &Graph| prove(graph, asked(plan, workflow), &|_, _| false);
        let known = keys(&prove(&graph));
        let runs = runs(&graph, if is_quick() { 20 } else { 60 });
        let mut passed = Vec::new();
        // Some hundreds say enough; in a quick run a few say whether anything is found at all.
        let sample = if is_quick() { 25 } else { 2 };
        for mutant in mutants(&root, &graph).into_iter().step_by(sample) {
            let of_mutant = graph_of(&serde_yaml::to_string(&mutant.text).unwrap());
            if keys(&prove(&of_mutant)).iter().any(|key| !known.contains(key)) {
                caught += 1;
            } else {
                passed.push((mutant, of_mutant));
            }
        }
        let documents: Vec<Value> = passed
            .iter()
            .map(|(mutant, _)| json!({ "jobs": github::jobs(&mutant.text) }))
            .chain([json!({ "jobs": github::jobs(&root) })])
            .collect();
        let ended = github::interpreted(&json!({ "workflows": documents, "runs": runs }));
        let ended = ended["workflows"].as_array().unwrap();
        let (of_whole, of_passed) = ended.split_last().unwrap();
        for ((mutant, of_mutant), ended) in passed.iter().zip(of_passed) {
            let new = runs.iter().enumerate().find_map(|(at, given)| {
                let before = breaches(&graph, &graph, given, &of_whole[at]);
                let after = breaches(&graph, of_mutant, given, &ended[at]);
                after.into_iter().find(|one| !before.contains(one)).map(|one| (one, given.clone()))
            });
            match new {
                Some((breach, given)) => {
                    missed.push(format!("{name}: {}: {breach}: {given}", mutant.what));
                }
                None => harmless += 1,
            }
        }
    }
    println!("{caught} caught, {harmless} harmless, {} missed", missed.len());
    assert!(caught > if is_quick() { 10 } else { 300 }, "{caught} caught");
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
