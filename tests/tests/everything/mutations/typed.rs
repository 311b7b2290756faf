//! Changes of a typed workflow.

use lockstep_schemas::strings::JobId;
use lockstep_schemas::workflow::{
    Condition, Fact, Job, JobBody, JobResult, Need, PermissionScope, Role, Run, Step, Workflow,
};
use lockstep_semantics::Graph;
use serde_json::{Value, json};

use super::{Mutant, sample};

/// Every change of a typed workflow that is made; the workflow itself first, unchanged.
pub fn mutants(workflow: &Workflow, all: &[Workflow]) -> Vec<Mutant> {
    let mutant = |what: String, workflow: &Workflow| Mutant {
        what,
        graph: Graph::of(workflow, all),
        jobs: jobs(workflow),
    };
    let jobs = workflow.jobs.iter().enumerate();
    let changes = jobs.flat_map(|(at, job)| changes(job).into_iter().map(move |one| (at, one)));
    let mutants = sample(changes.collect()).map(|(at, (what, changed))| {
        let mut workflow = workflow.clone();
        let what = format!("{}: {what}", changed.id);
        workflow.jobs[at] = changed;
        mutant(what, &workflow)
    });
    std::iter::once(mutant("as it is".to_owned(), workflow)).chain(mutants).collect()
}

fn changes(job: &Job) -> Vec<(String, Job)> {
    let mut changes = Vec::new();
    let mut add = |what: String, changed: Job| {
        if changed != *job {
            changes.push((what, changed));
        }
    };
    for need in &job.needs {
        let needs = job.needs.iter().filter(|other| *other != need).cloned().collect();
        add(format!("does not need {need}"), Job { needs, ..job.clone() });
    }
    for (what, condition) in weaker(job.condition.as_ref()) {
        add(what, Job { condition, ..job.clone() });
    }
    let JobBody::Run(run) = &job.body else { return changes };
    let with_steps = |steps: Vec<Step>| Job {
        body: JobBody::Run(Box::new(Run { steps, ..(**run).clone() })),
        ..job.clone()
    };
    for (at, step) in run.steps.iter().enumerate() {
        let name = &step.name;
        let with = |changed: Step| {
            let mut steps = run.steps.clone();
            steps[at] = changed;
            with_steps(steps)
        };
        for scope in [PermissionScope::Contents, PermissionScope::IdToken] {
            let need = Need::write(scope, "a reason");
            add(format!("`{name}` may write {}", scope.id()), with(step.clone().needing(need)));
        }
        let secret = Need::Secret("TOKEN".parse().unwrap());
        add(format!("`{name}` has a secret"), with(step.clone().needing(secret)));
        if step.role == Role::Plain {
            continue;
        }
        let others = run.steps.iter().enumerate().filter(|(other, _)| *other != at);
        let others = others.map(|(_, step)| step.clone()).collect();
        add(format!("has no step `{name}`"), with_steps(others));
        let plain = Step { role: Role::Plain, ..step.clone() };
        add(format!("`{name}` is of no use"), with(plain));
        for (what, condition) in weaker(step.condition.as_ref()) {
            add(format!("`{name}` {what}"), with(Step { condition, ..step.clone() }));
        }
        let never = Some(Condition::Any(Vec::new()));
        add(format!("`{name}` never runs"), with(Step { condition: never, ..step.clone() }));
    }
    changes
}

/// Conditions that ask for less.
fn weaker(condition: Option<&Condition>) -> Vec<(String, Option<Condition>)> {
    let always = Condition::Is(Fact::Always);
    let mut weaker = vec![
        ("starts always".to_owned(), Some(always.clone())),
        ("starts unless cancelled".to_owned(), Some(!Fact::Cancelled)),
    ];
    let Some(condition) = condition else { return weaker };
    weaker.push(("has no condition".to_owned(), None));
    weaker.push((
        "starts always or so".to_owned(),
        Some(Condition::Any(vec![condition.clone(), always])),
    ));
    if let Condition::All(all) = condition {
        for at in 0..all.len() {
            let mut others = all.clone();
            let part = others.remove(at);
            let what = format!("without {}", part.expression().bare());
            weaker.push((what, Some(Condition::All(others))));
        }
        weaker.push(("where any part holds".to_owned(), Some(Condition::Any(all.clone()))));
    }
    for less in [JobResult::Failure, JobResult::Skipped] {
        let not = |fact: &Fact| match fact {
            Fact::Result(job, JobResult::Success) => !Fact::Result(job.clone(), less),
            other => other.clone().into(),
        };
        let what = format!("with success weakened to anything but {}", less.id());
        weaker.push((what, Some(condition.with_facts(&not))));
    }
    let either = |fact: &Fact| match fact {
        Fact::Selected(channel, is) => !Fact::Selected(*channel, !*is),
        other => other.clone().into(),
    };
    weaker.push(("with an empty selection".to_owned(), Some(condition.with_facts(&either))));
    weaker
}

/// A typed workflow as the interpreter takes it.
fn jobs(workflow: &Workflow) -> Value {
    let text = |condition: &Option<Condition>| {
        condition.as_ref().map(|condition| condition.expression().to_string())
    };
    let jobs = workflow.jobs.iter().map(|job| {
        let steps = job.run().into_iter().flat_map(|run| &run.steps).map(|step| {
            let id = step.id.map(|id| id.to_string());
            json!({ "name": step.name, "id": id, "if": text(&step.condition), "continues": false })
        });
        let needs: Vec<&str> = job.needs.iter().map(JobId::as_str).collect();
        let job_text = json!({
            "needs": needs, "if": text(&job.condition), "continues": false,
            "steps": steps.collect::<Vec<_>>(),
        });
        (job.id.to_string(), job_text)
    });
    Value::Object(jobs.collect())
}
