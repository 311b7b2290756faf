//! A workflow as the template lays it out: every value is the YAML scalar that it becomes.

use lockstep_schemas::workflow::{
    BuildEntry, Cancel, Concurrency, Input, InputDefault, InputKind, InstallEntry, Job, JobBody,
    Matrix, Permission, Queue, Run, Setting, Step, StepBody, Timeout, Trigger, Value, Workflow,
};
use serde::Serialize;

use super::WORKFLOWS;
use super::pinned::Pinned;
use super::scalar::{on_a_line, quote};

/// A workflow.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct WorkflowLayout {
    name: String,
    triggers: Vec<TriggerLayout>,
    concurrency: Option<ConcurrencyLayout>,
    env: Vec<SettingLayout>,
    jobs: Vec<JobLayout>,
}

#[derive(Debug, Serialize)]
struct TriggerLayout {
    name: &'static str,
    tags: Option<String>,
    branches: Option<String>,
    cron: Option<String>,
    inputs: Vec<InputLayout>,
}

#[derive(Debug, Serialize)]
struct InputLayout {
    name: String,
    description: String,
    r#type: &'static str,
    required: bool,
    default: Option<String>,
    options: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ConcurrencyLayout {
    group: String,
    cancel: String,
    queue: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct SettingLayout {
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct JobLayout {
    id: String,
    name: String,
    needs: Vec<String>,
    condition: Option<String>,
    environment: Option<String>,
    permissions: Vec<PermissionLayout>,
    uses: Option<String>,
    with: Vec<SettingLayout>,
    run: Option<RunLayout>,
}

#[derive(Debug, Serialize)]
struct PermissionLayout {
    scope: &'static str,
    access: &'static str,
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct RunLayout {
    runner: String,
    timeout: String,
    container: Option<String>,
    matrix: Vec<Vec<SettingLayout>>,
    outputs: Vec<SettingLayout>,
    env: Vec<SettingLayout>,
    steps: Vec<StepLayout>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct StepLayout {
    name: String,
    id: Option<&'static str>,
    condition: Option<String>,
    uses: Option<String>,
    with: Vec<SettingLayout>,
    shell: Option<&'static str>,
    working_directory: Option<String>,
    env: Vec<SettingLayout>,
    run: Option<String>,
}

impl WorkflowLayout {
    pub(super) fn of(workflow: &Workflow, pinned: &Pinned<'_>) -> Self {
        Self {
            name: quote(workflow.name.as_str()),
            triggers: workflow.triggers.iter().map(|on| trigger(on, &workflow.inputs)).collect(),
            concurrency: workflow.concurrency.as_ref().map(concurrency),
            env: settings(&workflow.env),
            jobs: workflow.jobs.iter().map(|each| job(each, pinned)).collect(),
        }
    }
}

fn trigger(trigger: &Trigger, inputs: &[Input]) -> TriggerLayout {
    let is_given =
        |given: &&Input| trigger.has_inputs() && (!given.is_internal || *trigger == Trigger::Call);
    let inputs = inputs.iter().filter(is_given).map(input);
    let plain = |name| TriggerLayout {
        name,
        tags: None,
        branches: None,
        cron: None,
        inputs: inputs.collect(),
    };
    match trigger {
        Trigger::PullRequest => plain("pull_request"),
        Trigger::MergeGroup => plain("merge_group"),
        Trigger::PushTags(tags) => TriggerLayout { tags: Some(quote(tags)), ..plain("push") },
        Trigger::PushBranch(branch) => {
            TriggerLayout { branches: Some(quote(branch.as_str())), ..plain("push") }
        }
        Trigger::Schedule(cron) => {
            TriggerLayout { cron: Some(quote(cron.as_str())), ..plain("schedule") }
        }
        Trigger::Call => plain("workflow_call"),
        Trigger::Dispatch => plain("workflow_dispatch"),
    }
}

fn input(input: &Input) -> InputLayout {
    InputLayout {
        name: quote(input.name.as_str()),
        description: quote(input.description.as_str()),
        r#type: match input.kind {
            InputKind::String => "string",
            InputKind::Boolean => "boolean",
            InputKind::Choice => "choice",
        },
        required: input.required,
        default: input.default.as_ref().map(|default| match default {
            InputDefault::Boolean(flag) => flag.to_string(),
            InputDefault::String(text) => quote(text),
        }),
        options: input.options.iter().map(|option| quote(option.as_str())).collect(),
    }
}

fn concurrency(concurrency: &Concurrency) -> ConcurrencyLayout {
    ConcurrencyLayout {
        group: quote(&concurrency.group),
        cancel: match &concurrency.cancel {
            Cancel::Fixed(flag) => flag.to_string(),
            Cancel::When(condition) => quote(&condition.expression().to_string()),
        },
        queue: match concurrency.queue {
            // As without a word of it.
            Queue::Newest => None,
            Queue::All => Some("max"),
        },
    }
}

fn settings(settings: &[Setting]) -> Vec<SettingLayout> {
    let setting = |setting: &Setting| SettingLayout {
        name: quote(&setting.name),
        value: match &setting.value {
            Value::Text(text) => on_a_line(text),
            Value::Flag(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
        },
    };
    settings.iter().map(setting).collect()
}

fn job(job: &Job, pinned: &Pinned<'_>) -> JobLayout {
    let (uses, with, run) = match &job.body {
        JobBody::Call(call) => {
            (Some(format!("$/{WORKFLOWS}/{}", call.workflow)), settings(&call.with), None)
        }
        JobBody::Run(each) => (None, Vec::new(), Some(run(each, pinned))),
    };
    JobLayout {
        id: quote(job.id.as_str()),
        name: quote(&job.name),
        needs: job.needs.iter().map(|id| quote(id.as_str())).collect(),
        condition: job.condition.as_ref().map(|when| quote(&when.expression().to_string())),
        environment: job.environment().map(|name| quote(name.as_str())),
        permissions: job.permissions().iter().map(permission).collect(),
        uses,
        with,
        run,
    }
}

fn permission(permission: &Permission) -> PermissionLayout {
    PermissionLayout {
        scope: permission.scope.id(),
        access: permission.access.id(),
        reason: permission.reason.clone(),
    }
}

fn run(run: &Run, pinned: &Pinned<'_>) -> RunLayout {
    let outputs = run
        .outputs
        .iter()
        .map(|output| SettingLayout { name: quote(&output.name), value: quote(&output.value) });
    RunLayout {
        runner: quote(&run.runner),
        timeout: match &run.timeout {
            Timeout::Minutes(minutes) => minutes.to_string(),
            Timeout::Matrix(expression) => quote(&expression.to_string()),
        },
        container: run.container.as_ref().map(|image| quote(&image.to_string())),
        matrix: match &run.matrix {
            Matrix::None => Vec::new(),
            Matrix::Build(entries) => entries.iter().map(build).collect(),
            Matrix::Install(entries) => entries.iter().map(install).collect(),
        },
        outputs: outputs.collect(),
        env: settings(&run.env),
        steps: run.all_steps().map(|each| step(&each, pinned)).collect(),
    }
}

fn build(entry: &BuildEntry) -> Vec<SettingLayout> {
    let container = entry.container.as_ref();
    let mut row = vec![
        Setting::new("target", entry.target.as_str()),
        Setting::new("os", entry.os.id()),
        Setting::new("triple", entry.triple.as_str()),
        Setting::new("runner", entry.runner.as_str()),
    ];
    row.extend(container.map(|image| Setting::new("container", image.as_str())));
    row.extend([
        Setting::new("glibc", entry.glibc.as_str()),
        Setting::new("macos", entry.macos.as_str()),
        Setting::new("npm", entry.npm.as_str()),
        Setting::new("suffix", entry.suffix.as_str()),
        Setting::new("wheel", entry.wheel.as_str()),
        Setting::new("timeout-minutes", u32::from(entry.timeout_minutes)),
    ]);
    settings(&row)
}

fn install(entry: &InstallEntry) -> Vec<SettingLayout> {
    let mut row = vec![
        Setting::new("channel", entry.channel.id()),
        Setting::new("target", entry.target.as_str()),
        Setting::new("runner", entry.runner.as_str()),
    ];
    row.extend(entry.container.iter().map(|image| Setting::new("container", image.as_str())));
    settings(&row)
}

fn step(step: &Step, pinned: &Pinned<'_>) -> StepLayout {
    let mut layout = StepLayout {
        name: quote(&step.name),
        id: step.id.map(|id| id.0),
        condition: step.condition.as_ref().map(|when| quote(&when.expression().to_string())),
        uses: None,
        with: Vec::new(),
        shell: None,
        working_directory: None,
        env: settings(&step.env),
        run: None,
    };
    match &step.body {
        StepBody::Uses { action, with } => {
            layout.uses = Some(pinned.reference(action));
            layout.with = settings(with);
        }
        StepBody::Run { script, shell, working_directory } => {
            layout.run = Some(quote(script));
            layout.shell = Some(shell.id());
            layout.working_directory = working_directory.as_deref().map(quote);
        }
    }
    layout
}
