//! Workflows that are broken mechanically, typed and as text: each change that lets a run do what is promised against
//! is found by the proof. What the proof lets pass, runs of it by GitHub's own evaluator must find harmless: every run
//! of the small sets, many of the large ones.

mod harm;
mod text;
mod typed;

use std::collections::BTreeMap;

use lockstep_generator::proof::asked;
use lockstep_generator::render::WORKFLOWS;
use lockstep_schemas::workflow::{OutputKind, Workflow};
use lockstep_semantics::{Broken, Graph, prove};
use lockstep_tests::sets::{GRAPHS, SETS};
use lockstep_tests::{github, is_quick};
use serde_json::{Value, json};

use harm::breaches;

/// A change of a workflow.
pub struct Mutant {
    /// The change, in words.
    what: String,
    /// What the proof sees of it.
    graph: Graph,
    /// What the interpreter sees of it.
    jobs: Value,
}

/// A step that somebody adds.
const ADDED: &str = "A small script";

/// The files that have jobs with powers, or publish.
const FILES: [&str; 3] = ["release.yml", "release-publish.yml", "verify.yml"];
/// Of thousands of changes every thirteenth is made, or every `EVERY`th; in a quick run a few, which say whether anything
/// is found at all.
fn sample<T>(changes: Vec<T>) -> impl Iterator<Item = T> {
    let every = std::env::var("EVERY").ok().map(|every| every.parse().expect("EVERY is a number"));
    changes.into_iter().step_by(every.unwrap_or(if is_quick() { 40 } else { 13 }))
}

/// The most jobs of a workflow of which every run is tried.
const SMALL: usize = 8;

#[derive(Default)]
struct Count {
    caught: usize,
    harmless: usize,
    missed: Vec<String>,
}

/// What a broken promise is told apart by.
fn keys(broken: &[Broken]) -> Vec<String> {
    broken.iter().map(|one| format!("{:?} {:?} {}", one.promise, one.job, one.what)).collect()
}

/// What can differ from run to run of a workflow beside what its jobs do.
fn choices(graph: &Graph, events: &[String]) -> Value {
    let events: Vec<&String> = events.iter().filter(|event| *event != "workflow_call").collect();
    let flags: BTreeMap<&str, Vec<&str>> = graph
        .jobs
        .iter()
        .map(|job| {
            let flags = job.outputs.iter().filter(|(_, kind)| *kind == OutputKind::Flag);
            (job.id.as_str(), flags.map(|(name, _)| name.as_str()).collect())
        })
        .collect();
    let rehearsal = graph.inputs.iter().any(|input| input.name == "rehearsal");
    let inputs = if rehearsal { &["rehearsal"][..] } else { &[] };
    json!({ "events": events, "inputs": inputs, "flags": flags })
}

/// Judges the mutants that one kind of change makes.
fn mutations(kind: &str, mutants: fn(&str, &Workflow, &[Workflow]) -> Vec<Mutant>) {
    let mut count = Count::default();
    for (set, (name, plan, workflows)) in SETS.iter().zip(GRAPHS.iter()) {
        for workflow in workflows.iter().filter(|one| FILES.contains(&one.file.as_str())) {
            let file = set.join(WORKFLOWS).join(workflow.file.as_str());
            let text = std::fs::read_to_string(file).unwrap();
            let asked = asked(plan, workflow);
            let where_ = format!("{name}: {}: {kind}", workflow.file);
            judge(&where_, mutants(&text, workflow, workflows), &asked, &mut count);
        }
    }
    let (caught, harmless, missed) = (count.caught, count.harmless, count.missed.len());
    println!("{kind}: {caught} caught, {harmless} harmless, {missed} missed");
    assert!(caught > if is_quick() { 10 } else { 60 }, "{caught} caught");
    assert!(count.missed.is_empty(), "{}", count.missed.join("\n"));
}

#[test]
fn of_texts() {
    mutations("text", text::mutants);
}

#[test]
fn of_types() {
    mutations("typed", |_, workflow, workflows| typed::mutants(workflow, workflows));
}

fn judge(
    set: &str,
    mut mutants: Vec<Mutant>,
    asked: &lockstep_semantics::Asked,
    count: &mut Count,
) {
    let rest = mutants.split_off(1);
    let whole = mutants.remove(0);
    let prove = |graph: &Graph| keys(&prove(graph, asked.clone()));
    let known = prove(&whole.graph);
    let (caught, passed): (Vec<Mutant>, Vec<Mutant>) = rest
        .into_iter()
        .partition(|mutant| prove(&mutant.graph).iter().any(|key| !known.contains(key)));
    count.caught += caught.len();
    let seeded = match whole.graph.jobs.len() {
        ..=SMALL => 0,
        _ if is_quick() => 20,
        _ => 200,
    };
    let all: Vec<&Mutant> = std::iter::once(&whole).chain(&passed).collect();
    // Some at a time: what the interpreter answers is long.
    for some in all.chunks(20) {
        // The events that start any of them.
        let mut events: Vec<String> =
            some.iter().flat_map(|one| one.graph.events.clone()).collect();
        events.sort();
        events.dedup();
        let choices = choices(&whole.graph, &events);
        let texts: Vec<Value> = some.iter().map(|mutant| json!({ "jobs": mutant.jobs })).collect();
        let document = json!({ "workflows": texts, "choices": choices, "seeded": seeded });
        let of_each = github::interpreted(&document);
        for (mutant, runs) in some.iter().zip(of_each["workflows"].as_array().unwrap()) {
            let breach = runs.as_array().unwrap().iter().find_map(|run| {
                let (given, jobs) = (&run["given"], &run["jobs"]);
                let new = breaches(&whole.graph, &mutant.graph, asked, given, jobs);
                new.into_iter().next().map(|breach| format!("{breach}: {given} {jobs}"))
            });
            match breach {
                Some(breach) => count.missed.push(format!("{set}: {}: {breach}", mutant.what)),
                None => count.harmless += 1,
            }
        }
    }
    count.harmless -= 1;
}
