//! The graph of a typed workflow.

use lockstep_schemas::workflow::{self as typed, Access, JobBody, PermissionScope, Role};

use crate::expression::Expression;
use crate::graph::{Graph, Input, InputKind, Job, Powers, Step};

impl Graph {
    /// The graph of a workflow. `all` are the workflows of its set, which it may call.
    #[must_use]
    pub fn of(workflow: &typed::Workflow, all: &[typed::Workflow]) -> Self {
        let ids: Vec<&str> = workflow.jobs.iter().map(|job| job.id.as_str()).collect();
        Self {
            file: workflow.file.to_string(),
            events: workflow.triggers.iter().map(event).collect(),
            inputs: workflow.inputs.iter().map(input).collect(),
            jobs: workflow.jobs.iter().map(|each| job(each, &ids, all)).collect(),
        }
    }
}

fn event(trigger: &typed::Trigger) -> String {
    match trigger {
        typed::Trigger::PullRequest => "pull_request",
        typed::Trigger::MergeGroup => "merge_group",
        typed::Trigger::PushTags(_) | typed::Trigger::PushBranch(_) => "push",
        typed::Trigger::Schedule(_) => "schedule",
        typed::Trigger::Call => "workflow_call",
        typed::Trigger::Dispatch => "workflow_dispatch",
    }
    .to_owned()
}

fn input(input: &typed::Input) -> Input {
    Input {
        name: input.name.as_str().to_lowercase(),
        kind: match input.kind {
            typed::InputKind::Boolean => InputKind::Boolean,
            typed::InputKind::String => InputKind::Text,
            typed::InputKind::Choice => {
                InputKind::Choice(input.options.iter().map(ToString::to_string).collect())
            }
        },
    }
}

fn job(job: &typed::Job, ids: &[&str], all: &[typed::Workflow]) -> Job {
    let place = |id: &str| ids.iter().position(|known| *known == id);
    let (steps, outputs) = match &job.body {
        JobBody::Run(run) => {
            let outputs =
                run.outputs.iter().map(|output| (output.name.to_lowercase(), output.kind));
            (run.all_steps().map(|each| step(&each)).collect(), outputs.collect())
        }
        JobBody::Call(call) => {
            let called = all.iter().filter(|workflow| workflow.file == call.workflow);
            let jobs = called.flat_map(|workflow| &workflow.jobs);
            let steps = jobs.filter_map(typed::Job::run).flat_map(|run| &run.steps);
            (steps.map(called_step).collect(), Vec::new())
        }
    };
    Job {
        id: job.id.to_string(),
        needs: job.needs.iter().filter_map(|need| place(need.as_str())).collect(),
        condition: job.condition.as_ref().map(Expression::from),
        may_be_empty: false,
        continues: false,
        powers: powers(job),
        steps,
        outputs,
        line: 0,
    }
}

fn powers(job: &typed::Job) -> Powers {
    let mut powers = Powers {
        secrets: job.secrets().next().is_some() || job.environment().is_some(),
        ..Powers::default()
    };
    for permission in job.permissions() {
        match (permission.scope, permission.access) {
            (PermissionScope::IdToken, Access::Write) => powers.identity = true,
            (scope, Access::Write) => {
                powers.writes.insert(scope.id().to_owned());
            }
            (_, Access::Read) => {}
        }
    }
    powers
}

fn step(step: &typed::Step) -> Step {
    Step {
        id: step.id.map(|id| id.0.to_owned()),
        name: step.name.clone(),
        condition: step.condition.as_ref().map(Expression::from),
        continues: false,
        role: step.role.clone(),
    }
}

/// A step of a called workflow, of which only counts that it is there: when it runs, that workflow says.
fn called_step(step: &typed::Step) -> Step {
    let counts = matches!(step.role, Role::Deliver | Role::Report | Role::ProjectCode);
    let role = if counts { step.role.clone() } else { Role::Plain };
    Step { id: None, condition: None, role, ..self::step(step) }
}
