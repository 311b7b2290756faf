//! What jobs are made of.

use lockstep_schemas::model::Model;
use lockstep_schemas::plan::{
    Input, InputDefault, InputKind, Job, JobBody, Permission, PlannedStep, Run, Setting, Steps,
    Timeout,
};
use lockstep_schemas::strings::{Expression, InputName, JobId, Text, WorkflowFile};

use crate::plan::own_steps;

/// A job id that Lockstep made of words and ids; a test renders every one.
pub(super) fn id(text: impl AsRef<str>) -> JobId {
    #[expect(clippy::expect_used, reason = "made of constants and ids of the same grammar")]
    text.as_ref().parse().expect("a job id made of words and hyphens")
}

/// A workflow's file name that Lockstep made.
pub(super) fn file(text: impl AsRef<str>) -> WorkflowFile {
    #[expect(clippy::expect_used, reason = "made of constants and numbers")]
    text.as_ref().parse().expect("a workflow's file name made of words and hyphens")
}

/// A text that Lockstep wrote.
pub(super) fn text(text: impl AsRef<str>) -> Text {
    #[expect(clippy::expect_used, reason = "made of constants and of texts that were checked")]
    text.as_ref().parse().expect("one line of text")
}

/// A job of steps that succeeds all that it needs, with no permission but to read the repository.
pub(super) fn job(model: &Model, name: &str, label: &str, minutes: u16, steps: Steps) -> Job {
    Job {
        id: id(name),
        name: label.to_owned(),
        needs: Vec::new(),
        condition: None,
        permissions: vec![read_contents()],
        environment: None,
        body: JobBody::Run(Box::new(Run {
            runner: model.runner.to_string(),
            container: None,
            timeout_minutes: Timeout::Minutes(minutes),
            build_matrix: Vec::new(),
            install_matrix: Vec::new(),
            outputs: Vec::new(),
            env: Vec::new(),
            setup: setup(model),
            steps,
        })),
    }
}

/// What comes first wherever one of Lockstep's actions runs.
pub(super) fn setup(model: &Model) -> Vec<PlannedStep> {
    own_steps::of_job(&model.lockstep.setup)
}

/// The environment of every job: where Lockstep's programs are, if they are not downloaded.
pub(super) fn env(model: &Model) -> Vec<Setting> {
    let programs = model.lockstep.programs.iter();
    programs.map(|folder| setting("LOCKSTEP_PROGRAMS", folder)).collect()
}

/// The steps of a job, to change them.
pub(super) fn run(job: &mut Job) -> Option<&mut Run> {
    match &mut job.body {
        JobBody::Run(run) => Some(run),
        JobBody::Call(_) => None,
    }
}

/// To check the repository out. The one permission that needs no reason beside it.
pub(super) fn read_contents() -> Permission {
    Permission { scope: "contents".to_owned(), access: "read".to_owned(), reason: None }
}

/// A permission with the reason for it.
pub(super) fn permission(scope: &str, access: &str, reason: &str) -> Permission {
    Permission {
        scope: scope.to_owned(),
        access: access.to_owned(),
        reason: Some(reason.to_owned()),
    }
}

/// A setting.
pub(super) fn setting(name: &str, value: impl std::fmt::Display) -> Setting {
    Setting { name: name.to_owned(), value: value.to_string() }
}

/// An output of a job: what a step of the same name put out.
pub(super) fn outputs(step: &str, names: &[&str]) -> Vec<Setting> {
    let output =
        |name: &&str| setting(name, Expression::new(format!("steps.{step}.outputs.{name}")));
    names.iter().map(output).collect()
}

/// An input of text.
pub(super) fn input(name: &str, description: &str) -> Input {
    Input {
        name: input_name(name),
        description: text(description),
        kind: InputKind::String,
        required: false,
        default: None,
        options: Vec::new(),
    }
}

/// An input that must be given.
pub(super) fn required_input(name: &str, description: &str) -> Input {
    Input { required: true, ..input(name, description) }
}

/// An input that is true or false.
pub(super) fn boolean_input(name: &str, description: &str, default: bool) -> Input {
    Input {
        kind: InputKind::Boolean,
        default: Some(InputDefault::Boolean(default)),
        ..input(name, description)
    }
}

fn input_name(name: &str) -> InputName {
    #[expect(clippy::expect_used, reason = "a constant, or a channel's id")]
    name.parse().expect("the name of an input made of words")
}
