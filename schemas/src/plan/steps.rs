//! What jobs do: the data of the templates in `generator/templates/steps`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Setting;
use crate::model::{ChannelKind, Shell, Toolchain};
use crate::strings::{ActionPath, Expression, Id, RelativePath, Repository, Script, ToolVersion};

/// A step of the project's own, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlannedStep {
    /// What the log calls it.
    pub name: String,
    /// The targets that it runs for, in a matrix where others are.
    #[serde(default)]
    pub condition: Option<Expression>,
    /// The script.
    #[serde(default)]
    pub run: Option<Script>,
    /// Its shell.
    #[serde(default)]
    pub shell: Option<Shell>,
    /// Where it runs.
    #[serde(default)]
    pub working_directory: Option<RelativePath>,
    /// The action.
    #[serde(default)]
    pub uses: Option<ActionPath>,
    /// The action's inputs.
    #[serde(default, rename = "with")]
    pub inputs: Vec<Setting>,
    /// Environment variables of the step.
    #[serde(default)]
    pub env: Vec<Setting>,
}

/// Whether a job publishes, or does all of it up to the publishing call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PublishMode {
    /// It publishes.
    Live,
    /// It has no side effect, and neither permissions nor secrets to have one.
    Rehearsal,
}

/// The steps of a job: the template that lays them out, and what differs from project to project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "template", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Steps {
    /// The model is valid, nothing drifted, versions agree.
    CheckModel,
    /// What can be packed without building is packed, to see that it can.
    DryRunPackaging {
        /// The toolchains that packing needs.
        toolchain: ToolchainSetup,
        /// The project's own steps.
        extra: Vec<PlannedStep>,
    },
    /// A published version is installed and run.
    Install {
        /// How long a channel may take to serve it, in minutes.
        timeout_minutes: u16,
        /// How long to wait between two looks, in seconds.
        interval_seconds: u16,
    },
    /// Tag, commit and versions agree; sources are resolved; gates pass.
    Context {
        /// Scripts that must end well before anything is built.
        gates: Vec<PlannedStep>,
        /// The project's own steps.
        extra: Vec<PlannedStep>,
    },
    /// One target is built, packed, smoke-tested and hashed.
    Build {
        /// The other repositories that go into it.
        sources: Vec<SourceCheckout>,
        /// The toolchains, where no container brings them.
        toolchain: ToolchainSetup,
        /// The project's own steps, each mode's in its turn.
        build: Vec<PlannedStep>,
        /// Whether anything that is packed here can be installed and smoke-tested.
        smoke: bool,
    },
    /// What needs every target is packed; the manifest is merged and verified; the bundle uploaded.
    Assemble {
        /// How the targets' uploads are downloaded, each to a folder of its own.
        uploads: Vec<Setting>,
        /// The toolchains.
        toolchain: ToolchainSetup,
        /// The project's own steps.
        extra: Vec<PlannedStep>,
        /// Whether an archive carries the manifest, and so is packed when that is made.
        with_manifest: bool,
        /// Whether the changelog says what the release's notes are.
        notes: bool,
        /// Whether anything that is packed here can be installed and smoke-tested.
        smoke: bool,
        /// Whether the bundle is attested.
        attest: bool,
    },
    /// The build run is found and its provenance proved; the bundle becomes this run's own.
    Resolve {
        /// Scripts that must end well before anything is published.
        gates: Vec<PlannedStep>,
        /// Whether the bundle's attestation is asked for.
        attest: bool,
    },
    /// Every credential and every channel's answer is checked.
    Preflight {
        /// The channels.
        channels: Vec<PreflightChannel>,
    },
    /// One channel's artifacts are published.
    Publish {
        /// What the log calls the publishing step.
        label: String,
        /// The channel.
        channel: ChannelKind,
        /// Whether for real.
        mode: PublishMode,
        /// Whether the run's identity is traded for a token first.
        exchange: bool,
        /// The token, for a live job that has one.
        #[serde(default)]
        token: Option<Expression>,
        /// Whether the repository is needed: to package again, or for steps that come first.
        checkout: bool,
        /// The channel's client.
        client: Client,
    },
    /// The GitHub release: its draft, or its publication.
    Release {
        /// What the log calls the step.
        label: String,
        /// Whether for real.
        mode: PublishMode,
        /// The stage of the release.
        stage: ReleaseStage,
        /// The name of its receipt.
        receipt: String,
        /// Whether the repository is needed, for steps that come first.
        checkout: bool,
    },
    /// The formula: verified before anything is published, forwarded when the release is public.
    Formula {
        /// What the log calls the step.
        label: String,
        /// Whether for real.
        mode: PublishMode,
        /// The stage of the formula.
        stage: ReleaseStage,
        /// The name of its receipt.
        receipt: String,
        /// Whether the repository is needed, for steps that come first.
        checkout: bool,
        /// The secret with a token that may push to the tap, for a live job that has one.
        #[serde(default)]
        token: Option<Expression>,
    },
    /// What happened is put together; a failed gate becomes an issue.
    Report {
        /// Whether for real.
        mode: PublishMode,
        /// The name of its receipt.
        receipt: String,
        /// Whether the repository is needed, for steps that come first.
        checkout: bool,
    },
}

/// The toolchains that a job sets up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ToolchainSetup {
    /// Which jobs of a matrix set them up, where others find them in their container.
    #[serde(default)]
    pub condition: Option<Expression>,
    /// Rust.
    #[serde(default)]
    pub rust: Option<ToolVersion>,
    /// Node.js.
    #[serde(default)]
    pub node: Option<ToolVersion>,
    /// Python.
    #[serde(default)]
    pub python: Option<ToolVersion>,
}

impl From<&Toolchain> for ToolchainSetup {
    fn from(toolchain: &Toolchain) -> Self {
        Self {
            condition: None,
            rust: toolchain.rust.clone(),
            node: toolchain.node.clone(),
            python: toolchain.python.clone(),
        }
    }
}

/// A stage of what appears in one step when all else has succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseStage {
    /// Made and verified, not yet public.
    Prepare,
    /// Made public.
    Publish,
}

/// The client that publishes to a channel, set up before it is called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "template", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Client {
    /// npm, as it comes with Node.js.
    SetupNpm {
        /// The version of Node.js.
        node: String,
    },
    /// uv.
    SetupUv {
        /// The version of uv.
        uv: String,
    },
    /// cargo.
    SetupCargo {
        /// The version of Rust.
        rust: String,
    },
}

/// A source as a build job checks it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourceCheckout {
    /// Its name.
    pub name: Id,
    /// The repository.
    pub repository: Repository,
    /// The commit that the context job resolved.
    pub commit: Expression,
    /// Where it goes.
    pub path: RelativePath,
    /// Whether its submodules come with it.
    pub submodules: bool,
}

/// A channel as preflight checks it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PreflightChannel {
    /// The channel.
    pub channel: ChannelKind,
    /// Its name for people.
    pub label: String,
    /// Whether this release ships to it.
    pub selected: Expression,
    /// The secret with the token, where there is one.
    #[serde(default)]
    pub token: Option<Expression>,
    /// The variable that must be `true`, where there is one.
    #[serde(default)]
    pub switch: Option<Expression>,
}
