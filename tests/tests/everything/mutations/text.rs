//! Changes of a workflow's text.

use lockstep_generator::proof::graph_of;
use lockstep_schemas::workflow::{Role, Workflow};
use lockstep_semantics::Graph;
use lockstep_tests::github;

use super::{ADDED, Mutant, sample};

/// The step of that name.
const ADDED_STEP: &str = "{ name: A small script, run: ./prepare.sh }";

/// The parts of a condition that must all hold: what no parentheses hold together.
fn conjuncts(condition: &str) -> Vec<String> {
    let bare = condition.trim_start_matches("${{ ").trim_end_matches(" }}");
    let mut parts: Vec<String> = Vec::new();
    let mut open = 0_usize;
    for part in bare.split(" && ") {
        match parts.last_mut().filter(|_| open > 0) {
            Some(last) => *last = format!("{last} && {part}"),
            None => parts.push(part.to_owned()),
        }
        open = open + part.matches('(').count() - part.matches(')').count();
    }
    parts
}

/// Every change of a workflow's text that is made; the text itself first, unchanged.
pub fn mutants(text: &str, workflow: &Workflow, all: &[Workflow]) -> Vec<Mutant> {
    let root: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    let mutant = |what: String, root: &serde_yaml::Value| {
        let text = serde_yaml::to_string(root).unwrap();
        let graph = graph_of(workflow.file.as_str(), &text, workflow, all).unwrap();
        Mutant { what, graph, jobs: github::jobs(root) }
    };
    let whole = mutant("as it is".to_owned(), &root);
    let changes = sample(changes(&root, &whole.graph));
    let mutants: Vec<Mutant> = changes.map(|(what, changed)| mutant(what, &changed)).collect();
    std::iter::once(whole).chain(mutants).collect()
}

fn changes(root: &serde_yaml::Value, graph: &Graph) -> Vec<(String, serde_yaml::Value)> {
    let mut changes = Vec::new();
    for job in &graph.jobs {
        let id = job.id.as_str();
        let mut change = |what: String, change: &dyn Fn(&mut serde_yaml::Value)| {
            let mut text = root.clone();
            change(&mut text["jobs"][id]);
            if text != *root {
                changes.push((format!("{id}: {what}"), text));
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
        change(format!("runs `{ADDED}` first"), &|job| {
            if let Some(steps) = job.get_mut("steps").and_then(|steps| steps.as_sequence_mut()) {
                steps.insert(0, serde_yaml::from_str(ADDED_STEP).unwrap());
            }
        });
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
            change(format!("`{name}` has no condition"), &|job| {
                job["steps"][at].as_mapping_mut().unwrap().remove("if");
            });
        }
    }
    for event in ["pull_request_target", "merge_group"] {
        let mut text = root.clone();
        let on = if text.get("on").is_some() { "on".into() } else { serde_yaml::Value::Bool(true) };
        let events = text.get_mut(on).and_then(serde_yaml::Value::as_mapping_mut).unwrap();
        if events.insert(event.into(), serde_yaml::Value::Null).is_none() {
            changes.push((format!("is started by {event}"), text));
        }
    }
    changes
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
