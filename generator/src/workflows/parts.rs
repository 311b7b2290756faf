//! What workflows and jobs are made of.

use lockstep_schemas::model::{Model, Stage};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Expression, Id, InputName, JobId, Text, WorkflowFile};
use lockstep_schemas::workflow::{
    Call, Checkout, Condition, Fact, Input, InputDefault, InputKind, Job, JobBody, JobOutput,
    Matrix, OutputKind, Run, Setting, Step, StepId, Timeout, Workflow,
};

/// The step that resolves what a run is of; later steps and jobs read its outputs.
pub(super) const RESOLVE: StepId = StepId("resolve");

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

/// An expression.
pub(super) fn expr(text: impl Into<String>) -> Expression {
    Expression::new(text)
}

/// A job of steps that starts at once.
pub(super) fn job(
    model: &Model,
    name: &str,
    label: &str,
    minutes: u16,
    checkout: Checkout,
    steps: Vec<Step>,
) -> Job {
    let run = Run {
        runner: model.runner.to_string(),
        container: None,
        timeout: Timeout::Minutes(minutes),
        matrix: Matrix::None,
        outputs: Vec::new(),
        env: Vec::new(),
        checkout,
        steps,
    };
    of_run(name, label, run)
}

/// A job that runs steps and starts at once.
pub(super) fn of_run(name: &str, label: &str, run: Run) -> Job {
    Job {
        id: id(name),
        name: label.to_owned(),
        needs: Vec::new(),
        condition: None,
        body: JobBody::Run(Box::new(run)),
    }
}

/// A job that calls another workflow of the set.
pub(super) fn call(name: &str, label: &str, workflow: &Workflow, with: Vec<Setting>) -> Job {
    Job {
        id: id(name),
        name: label.to_owned(),
        needs: Vec::new(),
        condition: None,
        body: JobBody::Call(Call::of(workflow, with)),
    }
}

/// The environment of every job: where Lockstep's programs are, if they are not downloaded.
pub(super) fn env(model: &Model) -> Vec<Setting> {
    let programs = model.lockstep.programs.iter();
    programs.map(|folder| Setting::new("LOCKSTEP_PROGRAMS", folder.to_string())).collect()
}

/// An output of a job with [`RESOLVE`] among its steps.
pub(super) fn output(name: &str, kind: OutputKind) -> JobOutput {
    JobOutput::of_step(RESOLVE, name, kind)
}

/// The name of what a job uploads. Uploads of two attempts of a run coexist, and no other word tells them apart
/// ([issue](https://github.com/actions/upload-artifact/issues/571)).
pub(super) fn of_attempt(name: &str) -> String {
    format!("{name}-{}", expr("github.run_attempt"))
}

/// The inputs by which a dispatch lets something go, where a model lets something go in a stage.
pub(super) fn waiving(plan: &Plan, stage: Stage) -> Vec<Input> {
    let is_before = |id: &Id| plan.gates.iter().any(|gate| gate.id == *id && gate.is_before(stage));
    let gates = plan.waivers.iter().filter_map(|waiver| waiver.gate.as_ref());
    let is_any = gates.clone().any(is_before);
    let is_channel = plan.waivers.iter().any(|waiver| waiver.channel.is_some());
    let what = match (stage, is_any, is_channel) {
        (Stage::Publish, _, true) | (Stage::Publish, true, _) => {
            "Gates or channels to let go, separated by spaces"
        }
        (Stage::Tag | Stage::Build, true, _) => "Gates to let go, separated by spaces",
        (Stage::Publish, false, false) | (Stage::Tag | Stage::Build, false, _) => {
            return Vec::new();
        }
    };
    vec![input("waive", what), input("waiver_reason", "Why; it goes on record")]
}

/// An input of text.
pub(super) fn input(name: &str, description: &str) -> Input {
    Input {
        name: input_name(name),
        description: text(description),
        kind: InputKind::String,
        is_internal: false,
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

/// The name of an input.
pub(super) fn input_name(name: &str) -> InputName {
    #[expect(clippy::expect_used, reason = "a constant, or a channel's id")]
    name.parse().expect("the name of an input made of words")
}

/// That the run is not of a published version.
pub(super) fn no_version() -> Condition {
    Fact::InputIsEmpty(input_name("version")).into()
}
