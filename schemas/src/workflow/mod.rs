//! The workflow graph: workflows, jobs, steps and conditions as data.
//!
//! The generator makes one of a model and its plan, proves it and renders it. It is never committed by itself.
//! What a job needs of GitHub (permissions, secrets, an environment, a checkout) follows from its steps: see
//! [`Step::needs`] and [`Job::permissions`].

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod condition;
mod job;
mod need;
mod step;

pub use condition::{Condition, Event, Fact, JobResult};
pub use job::{
    BuildEntry, Call, Checkout, InstallEntry, Job, JobBody, JobOutput, Matrix, OutputKind, Run,
    Timeout,
};
pub use need::{Access, Need, Permission, PermissionScope};
pub use step::{ActionName, Rehearsed, Role, Setting, Step, StepBody, StepId, Value};

use crate::strings::{Cron, GitRef, InputName, Text, WorkflowFile};

/// What the rendered files in YAML begin with.
pub const MARK: &str = "# Rendered by Lockstep from lockstep.yaml";

/// A workflow of the rendered set.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    /// Its file in `.github/workflows`.
    pub file: WorkflowFile,
    /// Its name.
    pub name: Text,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// What it is called or dispatched with.
    pub inputs: Vec<Input>,
    /// The environment of every job.
    pub env: Vec<Setting>,
    /// Its concurrency group, for one that is not only called.
    pub concurrency: Option<Concurrency>,
    /// Its jobs, in an order in which each comes after those that it needs.
    pub jobs: Vec<Job>,
}

impl Workflow {
    /// The permissions that a job which calls it must have: no called job can have more than its caller
    /// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations#supported-keywords-for-jobs-that-call-a-reusable-workflow)).
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        need::union(self.jobs.iter().flat_map(Job::permissions))
    }
}

/// What starts a workflow
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// A pull request.
    PullRequest,
    /// A merge queue, which asks for the checks of what it would merge
    /// ([documentation](https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue#triggering-merge-group-checks-with-github-actions)).
    MergeGroup,
    /// A push of a tag that matches a
    /// [filter pattern](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet).
    PushTags(String),
    /// A push to a branch.
    PushBranch(GitRef),
    /// A time
    /// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule)).
    Schedule(Cron),
    /// A call of another workflow.
    Call,
    /// A dispatch by hand.
    Dispatch,
}

impl Trigger {
    /// Whether it comes with the workflow's inputs.
    #[must_use]
    pub fn has_inputs(&self) -> bool {
        match self {
            Self::PullRequest
            | Self::MergeGroup
            | Self::PushTags(_)
            | Self::PushBranch(_)
            | Self::Schedule(_) => false,
            Self::Call | Self::Dispatch => true,
        }
    }
}

/// What a workflow is called or dispatched with.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its name.
    pub name: InputName,
    /// What it means.
    pub description: Text,
    /// Its type, where it is not text.
    pub kind: InputKind,
    /// Whether a workflow that calls this one gives it, and nobody who starts a run.
    pub is_internal: bool,
    /// Whether a caller must give it.
    pub required: bool,
    /// What it is otherwise.
    pub default: Option<InputDefault>,
    /// The choices.
    pub options: Vec<Text>,
}

/// The type of an input
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputsinput_idtype)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// One of some texts.
    Choice,
}

/// The default of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputDefault {
    /// True or false.
    Boolean(bool),
    /// Text.
    String(String),
}

/// A concurrency group
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#concurrency)).
#[derive(Debug, Clone, PartialEq)]
pub struct Concurrency {
    /// The group's name, or the expression that makes it.
    pub group: String,
    /// Whether a newer run ends an older one.
    pub cancel: Cancel,
    /// Which runs may wait for it.
    pub queue: Queue,
}

/// Which runs may wait while one of their group runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// The newest: one that waited before it is cancelled.
    Newest,
    /// All of them, in order
    /// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#concurrency)).
    All,
}

/// Whether a newer run ends an older one.
#[derive(Debug, Clone, PartialEq)]
pub enum Cancel {
    /// Always or never.
    Fixed(bool),
    /// It depends.
    When(Condition),
}
