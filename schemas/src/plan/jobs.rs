//! The jobs of a workflow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PlannedStep, Steps};
use crate::model::{ChannelKind, Tier};
use crate::strings::{
    ArchiveSuffix, ContainerImage, EnvironmentName, Expression, JobId, RunnerLabel, TargetId,
    Triple, WheelPlatform, WorkflowFile,
};

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// The jobs that must have ended before it starts.
    #[serde(default)]
    pub needs: Vec<JobId>,
    /// When it runs; without it, when all that it needs succeeded.
    #[serde(default)]
    pub condition: Option<Expression>,
    /// What its token may do, at most.
    #[serde(default)]
    pub permissions: Vec<Permission>,
    /// Its deployment environment.
    #[serde(default)]
    pub environment: Option<EnvironmentName>,
    /// What it does.
    #[serde(flatten)]
    pub body: JobBody,
}

/// What a job does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "body", rename_all = "kebab-case")]
pub enum JobBody {
    /// It calls another workflow of the set.
    Call(Call),
    /// It runs steps.
    Run(Box<Run>),
}

/// The call of another workflow of the set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Call {
    /// The workflow.
    pub calls: WorkflowFile,
    /// Its inputs.
    pub with: Vec<Setting>,
}

/// Steps on a runner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Run {
    /// The runner's label, or the matrix's.
    pub runner: String,
    /// The container, by the matrix.
    #[serde(default)]
    pub container: Option<Expression>,
    /// How long it may take, in minutes; a matrix may say.
    pub timeout_minutes: Timeout,
    /// The targets that it builds, one job each.
    #[serde(default)]
    pub build_matrix: Vec<BuildEntry>,
    /// The targets that it installs on, one job each.
    #[serde(default)]
    pub install_matrix: Vec<InstallEntry>,
    /// What later jobs read of it.
    #[serde(default)]
    pub outputs: Vec<Setting>,
    /// The environment of every step.
    #[serde(default)]
    pub env: Vec<Setting>,
    /// Steps that come first wherever one of Lockstep's actions runs.
    #[serde(default)]
    pub setup: Vec<PlannedStep>,
    /// The steps.
    pub steps: Steps,
}

/// A limit on time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Timeout {
    /// Minutes.
    Minutes(u16),
    /// As the matrix says.
    Matrix(Expression),
}

/// A name and what it is set to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setting {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// One permission of a job's token
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Permission {
    /// What it covers.
    pub scope: String,
    /// `read` or `write`.
    pub access: String,
    /// Why the job needs it.
    #[serde(default)]
    pub reason: Option<String>,
}

/// One target of a build matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BuildEntry {
    /// Its id.
    pub target: TargetId,
    /// The Rust triple.
    pub triple: Triple,
    /// The runner.
    pub runner: RunnerLabel,
    /// The image that the build runs in.
    #[serde(default)]
    pub container: Option<ContainerImage>,
    /// The oldest glibc, or nothing.
    pub glibc: String,
    /// The oldest macOS, or nothing.
    pub macos: String,
    /// The npm platform.
    pub npm: String,
    /// How archives name it.
    pub suffix: ArchiveSuffix,
    /// The platform tag of its wheels.
    pub wheel: WheelPlatform,
    /// How long its build may take, in minutes.
    pub timeout_minutes: u16,
}

/// One target of an install matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstallEntry {
    /// The channel.
    pub channel: ChannelKind,
    /// The target, or `any`.
    pub target: String,
    /// What the channel promises for it.
    pub tier: Tier,
    /// The runner.
    pub runner: RunnerLabel,
}
