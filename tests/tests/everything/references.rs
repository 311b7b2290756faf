//! Every reference of every rendered workflow leads somewhere: `needs`, outputs, inputs, `uses`.

use std::collections::{BTreeMap, BTreeSet};

use github_actions_models::action::Action;
use github_actions_models::common::expr::LoE;
use github_actions_models::common::{Env, Uses};
use github_actions_models::workflow::event::OptionalBody;
use github_actions_models::workflow::job::{NormalJob, Step};
use github_actions_models::workflow::{Job, Workflow};
use lockstep_tests::sets::{File, SETS, actions, contexts, expressions, needs, workflows};

/// Calls a check on every workflow with its whole set beside it.
fn each(check: impl Fn(&File, &[File])) {
    for set in &*SETS {
        let files = workflows(set);
        for file in &files {
            check(file, &files);
        }
    }
}

fn keys(env: &LoE<Env>) -> BTreeSet<String> {
    match env {
        LoE::Literal(env) => env.keys().cloned().collect(),
        LoE::Expr(_) => panic!("inputs are spelt out"),
    }
}

fn inputs(workflow: &Workflow) -> BTreeMap<String, bool> {
    let events = &workflow.on.events;
    let mut inputs = BTreeMap::new();
    if let OptionalBody::Body(call) = &events.workflow_call {
        inputs.extend(call.inputs.iter().map(|(name, input)| (name.clone(), input.required)));
    }
    if let OptionalBody::Body(dispatch) = &events.workflow_dispatch {
        inputs.extend(dispatch.inputs.iter().map(|(name, input)| (name.clone(), input.required)));
    }
    inputs
}

#[test]
fn needs_name_jobs_that_stand_before() {
    each(|file, _| {
        let mut before = BTreeSet::new();
        for (id, job) in &file.workflow.jobs {
            for need in needs(job) {
                assert!(before.contains(need), "{}: {id} needs {need}", file.path.display());
            }
            before.insert(id.clone());
        }
    });
}

#[test]
fn calls_give_what_the_called_workflow_takes() {
    each(|file, set| {
        for (id, job) in &file.workflow.jobs {
            let Job::ReusableWorkflowCallJob(call) = job else { continue };
            let Uses::Local(local) = &call.uses else { panic!("{id} calls its own set alone") };
            let name = local.raw().strip_prefix("$/.github/workflows/").expect("of the set");
            let called = set.iter().find(|other| other.name == name);
            let called = called.unwrap_or_else(|| panic!("{id} calls {name}"));
            let OptionalBody::Body(on) = &called.workflow.on.events.workflow_call else {
                panic!("{name} can be called");
            };
            let given = keys(&call.with);
            for name in &given {
                assert!(on.inputs.contains_key(name), "{id} gives {name}");
            }
            for (name, input) in &on.inputs {
                assert!(!input.required || given.contains(name), "{id} does not give {name}");
            }
        }
    });
}

#[test]
fn uses_name_actions_with_their_inputs() {
    let actions = actions();
    each(|file, _| {
        for (id, job) in &file.workflow.jobs {
            let Job::NormalJob(job) = job else { continue };
            for step in &job.steps {
                let Step::Uses(step) = step else { continue };
                let Some(action) = own_action(&actions, &step.uses) else { continue };
                let given = keys(&step.with);
                let place = format!("{}: {id}: {}", file.path.display(), step.uses.raw());
                for name in &given {
                    assert!(action.inputs.contains_key(name), "{place} is given {name}");
                }
                for (name, input) in &action.inputs {
                    let required = input.required == Some(true);
                    assert!(!required || given.contains(name), "{place} is not given {name}");
                }
            }
        }
    });
}

/// The definition of an action of ours; a third party's has none here.
fn own_action<'a>(actions: &'a BTreeMap<String, Action>, uses: &Uses) -> Option<&'a Action> {
    let path = match uses {
        Uses::Local(local) => local.raw().strip_prefix("$/").expect("self-repository").to_owned(),
        Uses::Repository(uses) if uses.slug() == lockstep_generator::plan::own_repository() => {
            uses.subpath().unwrap_or_default().to_owned()
        }
        Uses::Repository(_) => return None,
        Uses::Docker(_) => panic!("no docker actions"),
    };
    let name = path.strip_prefix("actions/").unwrap_or_default();
    Some(actions.get(name).unwrap_or_else(|| panic!("there is an action {path}")))
}

#[test]
fn expressions_name_what_is_there() {
    let actions = actions();
    each(|file, _| {
        let raw: serde_yaml::Value = serde_yaml::from_str(&file.text).unwrap();
        let inputs = inputs(&file.workflow);
        for expression in expressions(&raw) {
            for context in contexts(&expression) {
                if context[0] == "inputs" && context.len() > 1 {
                    assert!(inputs.contains_key(&context[1]), "{expression}");
                }
            }
        }
        for (id, job) in &file.workflow.jobs {
            let value = &raw["jobs"][id.as_str()];
            for expression in expressions(value) {
                for context in contexts(&expression) {
                    resolves(&actions, file, job, &context)
                        .unwrap_or_else(|why| panic!("{}: {id}: {expression}: {why}", file.name));
                }
            }
        }
    });
}

fn resolves(
    actions: &BTreeMap<String, Action>,
    file: &File,
    job: &Job,
    context: &[String],
) -> Result<(), String> {
    let part = |index: usize| context.get(index).map(String::as_str).unwrap_or_default();
    match (part(0), job) {
        ("needs", _) if context.len() > 1 => {
            if !needs(job).iter().any(|need| need == part(1)) {
                return Err(format!("it does not need {}", part(1)));
            }
            let Job::NormalJob(needed) = &file.workflow.jobs[part(1)] else { return Ok(()) };
            match part(2) {
                "result" => Ok(()),
                // All of them, as `toJSON` takes them.
                "outputs" if context.len() == 3 => Ok(()),
                "outputs" if needed.outputs.contains_key(part(3)) => Ok(()),
                _ => Err(format!("{} has no {}.{}", part(1), part(2), part(3))),
            }
        }
        ("steps", Job::NormalJob(job)) => step_output(actions, job, context),
        ("matrix", Job::NormalJob(job)) if !matrix_keys(job).contains(part(1)) => {
            Err(format!("the matrix has no {}", part(1)))
        }
        ("steps" | "matrix", Job::ReusableWorkflowCallJob(_)) => Err("not in a call".to_owned()),
        _ => Ok(()),
    }
}

fn step_output(
    actions: &BTreeMap<String, Action>,
    job: &NormalJob,
    context: &[String],
) -> Result<(), String> {
    let [_, id, kind, ..] = context else { return Err("not a step's output".to_owned()) };
    let script = job.steps.iter().find_map(|step| match step {
        Step::Run(step) if step.shared.id.as_ref() == Some(id) => Some(&step.run),
        _ => None,
    });
    if let (Some(script), Some(name)) = (script, context.get(3)) {
        let puts_out = script.contains(&format!("{name}=")) && script.contains("GITHUB_OUTPUT");
        return puts_out.then_some(()).ok_or_else(|| format!("{id} puts out no {name}"));
    }
    let with_id = job.steps.iter().find_map(|step| match step {
        Step::Uses(step) if step.shared.id.as_ref() == Some(id) => Some(step),
        _ => None,
    });
    let step = with_id.ok_or_else(|| format!("no step {id}"))?;
    if kind == "outcome" {
        return Ok(());
    }
    if kind != "outputs" {
        return Err(format!("{kind} of a step"));
    }
    let (Some(name), Some(action)) = (context.get(3), own_action(actions, &step.uses)) else {
        return Ok(());
    };
    let puts_out = action.outputs.contains_key(name);
    puts_out.then_some(()).ok_or_else(|| format!("{} puts out no {name}", step.uses.raw()))
}

/// The keys of a matrix: those of any of its entries, for an absent one is empty.
fn matrix_keys(job: &NormalJob) -> BTreeSet<String> {
    let matrix = job.strategy.as_ref().and_then(|strategy| strategy.matrix.as_ref());
    let Some(LoE::Literal(matrix)) = matrix else { return BTreeSet::new() };
    let LoE::Literal(include) = &matrix.include else { panic!("matrices are literal") };
    include.iter().flat_map(|entry| entry.keys().cloned()).collect()
}
