//! Jobs.

use std::borrow::Cow;

use super::need::permissions;
use super::{ActionName, Condition, Fact, Need, Permission, Setting, Step, StepId, Workflow};
use crate::model::ChannelKind;
use crate::platform::Os;
use crate::strings::{
    ArchiveSuffix, ContainerImage, EnvironmentName, Expression, JobId, RunnerLabel, SettingName,
    TargetId, Triple, WorkflowFile,
};

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// The jobs that must have ended before it starts.
    pub needs: Vec<JobId>,
    /// When it runs; without it, when all before it succeeded.
    pub condition: Option<Condition>,
    /// What it does.
    pub body: JobBody,
}

/// What a job does.
#[derive(Debug, Clone, PartialEq)]
pub enum JobBody {
    /// It calls another workflow of the set.
    Call(Call),
    /// It runs steps.
    Run(Box<Run>),
}

impl Job {
    /// What its token may do, at most: what its steps need.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        match &self.body {
            JobBody::Call(call) => call.permissions.clone(),
            JobBody::Run(run) => permissions(run.needs()),
        }
    }

    /// Its deployment environment. A job has one at most, which is why no step asks for another than its
    /// neighbours do.
    #[must_use]
    pub fn environment(&self) -> Option<&EnvironmentName> {
        let mut needs = self.run().into_iter().flat_map(Run::needs);
        needs.find_map(|need| match need {
            Need::Environment(name) => Some(name),
            Need::Checkout | Need::Permission(_) | Need::Secret(_) => None,
        })
    }

    /// The secrets that its steps are given.
    pub fn secrets(&self) -> impl Iterator<Item = &SettingName> {
        self.run().into_iter().flat_map(Run::needs).filter_map(|need| match need {
            Need::Secret(name) => Some(name),
            Need::Checkout | Need::Permission(_) | Need::Environment(_) => None,
        })
    }

    /// Its steps, where it runs some.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        match &self.body {
            JobBody::Run(run) => Some(run),
            JobBody::Call(_) => None,
        }
    }

    /// The job as it is rehearsed: each step as it is rehearsed, and so with what those need alone. `twin` says
    /// what the jobs that it waits for are called in a rehearsal.
    #[must_use]
    pub fn rehearsal(&self, twin: &impl Fn(&JobId) -> JobId) -> Self {
        let body = match &self.body {
            JobBody::Call(call) => JobBody::Call(call.clone()),
            JobBody::Run(run) => {
                let steps = run.steps.iter().filter_map(Step::rehearsal).collect();
                JobBody::Run(Box::new(Run { steps, ..(**run).clone() }))
            }
        };
        // What holds of a live run holds of a rehearsal, with the one in the other's place.
        let in_rehearsal = |fact: &Fact| match fact {
            Fact::Rehearsal => !Fact::Rehearsal,
            Fact::Result(job, is) => Fact::Result(twin(job), *is).into(),
            Fact::Always
            | Fact::Cancelled
            | Fact::Failure
            | Fact::Selected(..)
            | Fact::OnTag
            | Fact::Admitted(_)
            | Fact::Wanted
            | Fact::InputIsEmpty(_)
            | Fact::Event(_)
            | Fact::StepSucceeded(_)
            | Fact::Target(_)
            | Fact::OfChannel(_)
            | Fact::Contained
            | Fact::Waived { .. } => fact.clone().into(),
        };
        let condition = self.condition.as_ref().map(|when| when.with_facts(&in_rehearsal));
        Self {
            id: twin(&self.id),
            name: format!("Rehearse: {}", self.name),
            needs: self.needs.iter().map(twin).collect(),
            condition,
            body,
        }
    }
}

/// The call of another workflow of the set.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The workflow.
    pub workflow: WorkflowFile,
    /// Its inputs.
    pub with: Vec<Setting>,
    /// What its jobs need.
    permissions: Vec<Permission>,
}

impl Call {
    /// The call of a workflow.
    #[must_use]
    pub fn of(workflow: &Workflow, with: Vec<Setting>) -> Self {
        Self { workflow: workflow.file.clone(), with, permissions: workflow.permissions() }
    }
}

/// Steps on a runner.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The runner's label, or the matrix's.
    pub runner: String,
    /// The container, by the matrix.
    pub container: Option<Expression>,
    /// How long it may take.
    pub timeout: Timeout,
    /// The jobs that it is, where it is more than one.
    pub matrix: Matrix,
    /// What later jobs read of it.
    pub outputs: Vec<JobOutput>,
    /// The environment of every step.
    pub env: Vec<Setting>,
    /// Which commit is checked out first, where a step needs the repository's files.
    pub checkout: Checkout,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Run {
    /// What its steps need.
    pub fn needs(&self) -> impl Iterator<Item = &Need> {
        self.steps.iter().flat_map(|step| &step.needs)
    }

    /// Its steps, with the checkout before them where one needs it.
    pub fn all_steps(&self) -> impl Iterator<Item = Cow<'_, Step>> {
        let checkout = self.needs().any(|need| *need == Need::Checkout);
        let checkout = checkout.then(|| Cow::Owned(self.checkout.step()));
        checkout.into_iter().chain(self.steps.iter().map(Cow::Borrowed))
    }
}

/// Which commit of the repository a job checks out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checkout {
    /// That of the event which started the run.
    OfEvent,
    /// That of the event, and those that it follows: of a pull request the branch that it would go to, and its own.
    WithParents,
    /// This one.
    Of(Expression),
}

impl Checkout {
    fn step(&self) -> Step {
        #[expect(clippy::expect_used, reason = "a constant")]
        let action = "actions/checkout".parse().expect("the path of an action");
        let step = Step::uses("Check out", ActionName::Other(action));
        let step = match self {
            Self::OfEvent => step,
            Self::WithParents => step.with("fetch-depth", 2),
            Self::Of(commit) => step.with("ref", commit.clone()),
        };
        step.with("persist-credentials", false)
    }
}

/// What a later job can read of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobOutput {
    /// Its name.
    pub name: String,
    /// What it is: an expression, or a text with some.
    pub value: String,
    /// What it can say.
    pub kind: OutputKind,
}

impl JobOutput {
    /// The output of a step of the same name.
    #[must_use]
    pub fn of_step(step: StepId, name: &str, kind: OutputKind) -> Self {
        let value = Expression::new(format!("steps.{step}.outputs.{name}"));
        Self { name: name.to_owned(), value: value.to_string(), kind }
    }

    /// A text of the job's own.
    #[must_use]
    pub fn of_text(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into(), kind: OutputKind::Text }
    }
}

/// What an output can say once its job succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// Some text.
    Text,
    /// `true` or `false`.
    Flag,
}

/// A limit on time.
#[derive(Debug, Clone, PartialEq)]
pub enum Timeout {
    /// Minutes.
    Minutes(u16),
    /// As the matrix says.
    Matrix(Expression),
}

/// The jobs that a job is
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix)).
#[derive(Debug, Clone, PartialEq)]
pub enum Matrix {
    /// One.
    None,
    /// One for each target that is built.
    Build(Vec<BuildEntry>),
    /// One for each channel and target that is installed from.
    Install(Vec<InstallEntry>),
}

/// One target of a build matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildEntry {
    /// Its id.
    pub target: TargetId,
    /// The system that it is built for.
    pub os: Os,
    /// The Rust triple.
    pub triple: Triple,
    /// The runner.
    pub runner: RunnerLabel,
    /// The image that the build runs in.
    pub container: Option<ContainerImage>,
    /// The oldest glibc, or nothing.
    pub glibc: String,
    /// The oldest macOS, or nothing.
    pub macos: String,
    /// The npm platform.
    pub npm: String,
    /// How archives name it.
    pub suffix: ArchiveSuffix,
    /// The platform tags of its wheels, or nothing.
    pub wheel: String,
    /// How long its build may take, in minutes.
    pub timeout_minutes: u16,
}

/// One target of an install matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct InstallEntry {
    /// The channel.
    pub channel: ChannelKind,
    /// The target, or `any`.
    pub target: String,
    /// The runner.
    pub runner: RunnerLabel,
    /// The image that its users' system is in, where it is another than the runner's.
    pub container: Option<ContainerImage>,
}
