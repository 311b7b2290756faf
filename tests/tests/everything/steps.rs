//! The typed steps: what they ask of actions and of GitHub.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_schemas::action::Interface;
use lockstep_schemas::strings::JobId;
use lockstep_schemas::workflow::{
    Access, ActionName, Job, Matrix, Need, Run, Setting, Step, StepBody, Value,
};
use lockstep_tests::sets::GRAPHS;

/// Every step of every set, twins included, with its job.
fn each_step(mut check: impl FnMut(&Job, &Step)) {
    let mut seen = 0;
    for (_, _, workflows) in GRAPHS.iter() {
        for job in workflows.iter().flat_map(|workflow| &workflow.jobs) {
            for step in job.run().into_iter().flat_map(Run::all_steps) {
                check(job, &step);
                seen += 1;
            }
        }
    }
    assert!(seen > 500, "{seen} steps");
}

fn is_secret(setting: &Setting) -> bool {
    let Value::Text(text) = &setting.value else { return false };
    ["secrets.", "github.token", ".outputs.token"].iter().any(|secret| text.contains(secret))
}

/// An action of ours is given what it knows, all that it asks for, and a secret where it takes one, and masks it.
#[test]
fn actions_are_given_what_they_take() {
    let interfaces: BTreeMap<String, Interface> = lockstep_tests::actions::all()
        .into_iter()
        .map(|(_, interface)| (interface.program.clone(), interface))
        .collect();
    each_step(|job, step| {
        let StepBody::Uses { action, with } = &step.body else { return };
        let program = match action {
            ActionName::Root => "lockstep",
            ActionName::Own(name) => name,
            ActionName::Other(_) => return,
        };
        let about = format!("{}: {}", job.id, step.name);
        let inputs = &interfaces[program].inputs;
        for setting in with {
            let input = inputs.iter().find(|input| input.name == setting.name);
            let input = input.unwrap_or_else(|| panic!("{about}: no input {}", setting.name));
            assert_eq!(input.secret, is_secret(setting), "{about}: {}", setting.name);
        }
        for input in inputs.iter().filter(|input| input.required) {
            assert!(
                with.iter().any(|setting| setting.name == input.name),
                "{about}: {}",
                input.name
            );
        }
        assert!(!step.env.iter().any(is_secret), "{about}: a secret in a variable is not masked");
    });
}

/// What a step names, it says that it needs: nothing else decides what a job has.
#[test]
fn secrets_are_needs() {
    each_step(|job, step| {
        let with = match &step.body {
            StepBody::Uses { with, .. } => with.as_slice(),
            StepBody::Run { .. } => &[],
        };
        for setting in with.iter().chain(&step.env) {
            let Value::Text(text) = &setting.value else { continue };
            let Some(name) = text.strip_prefix("${{ secrets.") else { continue };
            let name = name.trim_end_matches(" }}");
            let is_needed =
                |need: &Need| matches!(need, Need::Secret(secret) if secret.as_str() == name);
            assert!(step.needs.iter().any(is_needed), "{}: {}: {name}", job.id, step.name);
        }
    });
}

/// A job has one environment at most, and so none of its steps asks for another.
#[test]
fn one_environment_a_job() {
    each_step(|job, step| {
        for need in &step.needs {
            if let Need::Environment(name) = need {
                assert_eq!(Some(name), job.environment(), "{}", job.id);
            }
        }
    });
}

/// A twin has no secret, no environment and no permission but to read, and none at all that it has no step for.
#[test]
fn twins_can_do_nothing() {
    let twins = |job: &&Job| job.id.as_str().starts_with("rehearse-");
    let mut seen = 0;
    for (name, _, workflows) in GRAPHS.iter() {
        for job in workflows.iter().flat_map(|workflow| &workflow.jobs).filter(twins) {
            assert_eq!(job.secrets().count(), 0, "{name}: {}", job.id);
            assert_eq!(job.environment(), None, "{name}: {}", job.id);
            let needs = |need: &Need| match need {
                Need::Checkout => true,
                Need::Permission(permission) => permission.access == Access::Read,
                Need::Secret(_) | Need::Environment(_) => false,
            };
            let reads = job.run().is_some_and(|run| run.needs().any(needs));
            let permissions = job.permissions();
            assert_eq!(permissions.len(), usize::from(reads), "{name}: {}", job.id);
            assert!(permissions.iter().all(|permission| permission.access == Access::Read));
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} twins");
}

/// A job that takes the bundle takes it by what came another way, at once, and not where an output is empty.
#[test]
fn bundles_are_taken_by_their_digest() {
    let mut seen = 0;
    for (name, _, workflows) in GRAPHS.iter() {
        for job in workflows.iter().flat_map(|workflow| &workflow.jobs) {
            let steps = job.run().map_or(&[][..], |run| &run.steps);
            let download = steps.iter().position(|step| step.name == "Download the bundle");
            let Some(at) = download else { continue };
            let StepBody::Uses { with, .. } = &steps[at + 1].body else {
                panic!("{name}: {} verifies the bundle", job.id)
            };
            let given: Vec<&str> = with.iter().map(|setting| setting.name.as_str()).collect();
            for input in ["sums", "commit", "handed-on"] {
                assert!(given.contains(&input), "{name}: {}: {given:?}", job.id);
            }
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen} jobs");
}

/// The log has a line for every step.
#[test]
fn steps_have_names() {
    each_step(|job, step| assert!(!step.name.trim().is_empty(), "{}", job.id));
}

/// An archive of the whole release is installed on every platform that it serves, and not once on some runner.
#[test]
fn what_serves_every_target_is_installed_on_each() {
    let (.., workflows) = GRAPHS.iter().find(|(name, ..)| name == "one-archive").unwrap();
    let runs = workflows.iter().flat_map(|workflow| &workflow.jobs).filter_map(Job::run);
    let entries = runs.filter_map(|run| match &run.matrix {
        Matrix::Install(entries) => Some(entries),
        Matrix::None | Matrix::Build(_) => None,
    });
    let installed = entries.flatten().map(|entry| (entry.target.as_str(), entry.runner.as_str()));
    let wanted = [
        ("win32-x64", "windows-2025"),
        ("linux-x64", "ubuntu-24.04"),
        ("darwin-arm64", "macos-15"),
    ];
    assert_eq!(installed.collect::<Vec<_>>(), wanted);
}

/// A gate that is let go is a job that is skipped, and whoever waits for one by its success alone is skipped as well, however far
/// behind it.
#[test]
fn nobody_is_skipped_with_a_gate_that_is_let_go() {
    let mut looked_at = 0;
    for (name, plan, workflows) in GRAPHS.iter() {
        let gates = plan.waivers.iter().filter_map(|waiver| waiver.gate.as_ref());
        let gates: BTreeSet<String> = gates.map(|gate| format!("gate-{gate}")).collect();
        for workflow in workflows {
            let mut behind: BTreeSet<&str> = BTreeSet::new();
            // A job stands behind those that it needs.
            for job in &workflow.jobs {
                let waits =
                    |need: &&JobId| gates.contains(need.as_str()) || behind.contains(need.as_str());
                if !job.needs.iter().any(|need| waits(&need)) {
                    continue;
                }
                let condition = job.condition.as_ref().map(|when| when.expression().to_string());
                let condition = condition.unwrap_or_default();
                let asks = ["!cancelled()", "always()"].iter().any(|word| condition.contains(word));
                assert!(asks, "{name}: {} of {}: {condition}", job.id, workflow.file);
                behind.insert(job.id.as_str());
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 10, "{looked_at} jobs");
}
