//! The workflows, and what starts them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Job, Setting};
use crate::strings::{Expression, InputName, Text, WorkflowFile};

/// A workflow to render.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Workflow {
    /// Its file in `.github/workflows`.
    pub file: WorkflowFile,
    /// The template that lays it out.
    pub template: WorkflowTemplate,
    /// Its name.
    pub name: Text,
    /// The tags that start it.
    #[serde(default)]
    pub tags: Option<String>,
    /// What it is called or dispatched with.
    pub inputs: Vec<Input>,
    /// The environment of every job.
    pub env: Vec<Setting>,
    /// Its concurrency group, for one that is not only called.
    #[serde(default)]
    pub concurrency: Option<Concurrency>,
    /// Its jobs, in an order in which each comes after those that it needs.
    pub jobs: Vec<Job>,
}

/// The template of a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkflowTemplate {
    /// Tag to bundle.
    Release,
    /// The builds of one platform.
    Build,
    /// Bundle to channels.
    ReleasePublish,
    /// Pull requests, and published versions.
    Verify,
}

/// What a workflow is called or dispatched with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Input {
    /// Its name.
    pub name: InputName,
    /// What it means.
    pub description: Text,
    /// Its type, where it is not text.
    #[serde(rename = "type")]
    pub kind: InputKind,
    /// Whether a caller must give it.
    pub required: bool,
    /// What it is otherwise.
    #[serde(default)]
    pub default: Option<InputDefault>,
    /// The choices.
    #[serde(default)]
    pub options: Vec<Text>,
}

/// The type of an input
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputsinput_idtype)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InputKind {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// One of some texts.
    Choice,
}

/// The default of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum InputDefault {
    /// True or false.
    Boolean(bool),
    /// Text.
    String(String),
}

/// A concurrency group
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#concurrency)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Concurrency {
    /// The group's name, or the expression that makes it.
    pub group: String,
    /// Whether a newer run ends an older one.
    pub cancel: Cancel,
}

/// Whether a newer run ends an older one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Cancel {
    /// Always or never.
    Fixed(bool),
    /// It depends.
    When(Expression),
}
