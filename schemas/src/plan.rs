//! The plan: the model fully resolved.
//!
//! It is pure data. `lockstep generate` renders workflows from it and writes it beside them as JSON;
//! the actions read that JSON, which is how they know what a release must contain without knowing
//! the generator. `{version}` is the one placeholder left in it: a plan is of every version.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    ArchiveFormat, Auth, BuildMode, ChannelKind, FormulaUpdate, GateCheck, NpmClient, Project,
    Publishing, SchemaVersion, Scope, Shell, Smoke, SourceRef, Stage, Tier, Toolchain, Waiver,
};
use crate::platform::{Cpu, Libc, Os};
use crate::strings::{
    ActionPath, ArchiveSuffix, CommitSha, ContainerImage, EnvironmentName, Expression, FormulaPath,
    GlibcVersion, GlobPattern, Id, InputName, JobId, MacosVersion, PinVersion, RelativePath,
    Repository, RunnerLabel, Script, SettingName, TagPattern, TargetId, Text, ToolVersion, Triple,
    WheelPlatform, WorkflowFile,
};

/// A model fully resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plan {
    /// The version of this format.
    pub schema: SchemaVersion,
    /// What is released.
    pub project: Project,
    /// How a release is tagged.
    pub tag: TagPattern,
    /// The fields that carry the version.
    pub versions: VersionPlan,
    /// The other repositories that go into the build.
    pub sources: Vec<SourcePlan>,
    /// The toolchains of builds on a runner.
    pub toolchain: Toolchain,
    /// The build modes that every target ships.
    pub modes: Vec<BuildMode>,
    /// The platforms that are built.
    pub targets: Vec<TargetPlan>,
    /// What a release must contain.
    pub artifacts: Vec<ArtifactPlan>,
    /// Where it is shipped to.
    pub channels: Vec<ChannelPlan>,
    /// Ways to install that need no publishing of ours.
    pub documented: IndexMap<Id, Text>,
    /// The checks that a release must pass.
    pub gates: Vec<GatePlan>,
    /// Which of them may be let go, and by whom.
    pub waivers: Vec<Waiver>,
    /// How preflight and delivery work.
    pub publishing: Publishing,
    /// Whether the bundle is attested.
    pub attestations: bool,
    /// The repositories of third-party actions, each with the commit that the workflows were
    /// rendered with. A rendered file that names another commit was bumped.
    pub pins: BTreeMap<Repository, Pin>,
    /// The workflows.
    pub workflows: Vec<Workflow>,
}

/// A commit of an action's repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pin {
    /// The commit.
    pub commit: CommitSha,
    /// The tag of that commit, where it is known.
    #[serde(default)]
    pub version: Option<PinVersion>,
}

/// The fields that carry the version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VersionPlan {
    /// Whether the files keep a stand-in and the version is set when packing.
    pub stamped: bool,
    /// The fields, file by file.
    pub fields: Vec<VersionField>,
}

/// One field that carries the version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VersionField {
    /// The file, or the files that match.
    pub file: GlobPattern,
    /// The field, in the notation of the file's format.
    pub field: String,
}

/// Another repository that goes into the build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourcePlan {
    /// Its name in the manifest.
    pub name: Id,
    /// The repository.
    pub repository: Repository,
    /// What is taken from it.
    #[serde(rename = "ref")]
    pub git_ref: SourceRef,
    /// Where the build finds it.
    pub path: RelativePath,
    /// Whether its submodules come with it.
    pub submodules: bool,
}

/// One platform that is built, with everything that follows from its triple.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetPlan {
    /// Its id.
    pub id: TargetId,
    /// The Rust triple.
    pub triple: Triple,
    /// The operating system.
    pub os: Os,
    /// The processor.
    pub cpu: Cpu,
    /// The C library, on Linux.
    #[serde(default)]
    pub libc: Option<Libc>,
    /// The runner that builds and smoke-tests it.
    pub runner: RunnerLabel,
    /// The image that the build runs in.
    #[serde(default)]
    pub container: Option<ContainerImage>,
    /// The oldest glibc that its binaries run on.
    #[serde(default)]
    pub glibc: Option<GlibcVersion>,
    /// The oldest macOS that its binaries run on.
    #[serde(default)]
    pub macos: Option<MacosVersion>,
    /// Its npm platform.
    pub npm: String,
    /// How archives name it.
    pub suffix: ArchiveSuffix,
    /// The platform tag of its wheels.
    pub wheel: WheelPlatform,
}

/// What a release must contain of one artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArtifactPlan {
    /// Its id.
    pub id: Id,
    /// Its kind, as in the model.
    pub kind: String,
    /// Whether it exists once a target or once a release.
    pub scope: Scope,
    /// How an archive is packed.
    #[serde(default)]
    pub format: Option<ArchiveFormat>,
    /// The folder of the package's own metadata, where it has one.
    #[serde(default)]
    pub directory: Option<RelativePath>,
    /// The artifact of platform packages that an npm package lists as optional dependencies.
    #[serde(default)]
    pub platform_packages: Option<Id>,
    /// Whether `cargo package` holds to `Cargo.lock`.
    #[serde(default)]
    pub locked: Option<bool>,
    /// Whether a `.sha256` file is shipped beside each file.
    pub sidecar: bool,
    /// The check that its bytes run.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// The files, one a target or one a release.
    pub files: Vec<ArtifactFile>,
}

/// One file that a release must contain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArtifactFile {
    /// The target that it is of, or whose build makes it.
    #[serde(default)]
    pub target: Option<TargetId>,
    /// Its name; a wheel's has `*` where the build decides.
    pub name: String,
    /// The package's name, where it is one.
    #[serde(default)]
    pub package: Option<String>,
    /// Where the build leaves it, where Lockstep does not pack it.
    #[serde(default)]
    pub path: Option<String>,
    /// A folder to start a package from.
    #[serde(default)]
    pub template: Option<String>,
    /// What is in it.
    #[serde(default)]
    pub members: Vec<Member>,
    /// Where the release's manifest stands in it.
    #[serde(default)]
    pub manifest: Option<String>,
}

/// One member of an archive or package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Member {
    /// The built file that it is, where Lockstep packs it.
    #[serde(default)]
    pub from: Option<String>,
    /// Its place.
    pub to: String,
    /// The target that it is of, in an artifact of the whole release.
    #[serde(default)]
    pub target: Option<TargetId>,
    /// The build mode that it is of.
    #[serde(default)]
    pub mode: Option<BuildMode>,
}

/// A channel, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ChannelPlan {
    /// The channel.
    pub kind: ChannelKind,
    /// The artifacts that it ships.
    pub artifacts: Vec<Id>,
    /// What it promises for what belongs to no target, such as a crate.
    #[serde(default)]
    pub tier: Option<TierPlan>,
    /// What it promises, by target.
    pub tiers: Vec<TierPlan>,
    /// The check that what users install runs.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// The environment of its publishing job.
    #[serde(default)]
    pub environment: Option<EnvironmentName>,
    /// How it knows that it is us.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// The secret with the token, where there is one.
    #[serde(default)]
    pub secret: Option<SettingName>,
    /// The configuration variable that must be `true` before anything goes live.
    #[serde(default)]
    pub switch: Option<SettingName>,
    /// The clients that delivery installs from npm with.
    #[serde(default)]
    pub clients: Vec<NpmClient>,
    /// The name of the manifest as an asset of the GitHub release.
    #[serde(default)]
    pub manifest: Option<String>,
    /// The tap's repository.
    #[serde(default)]
    pub tap: Option<Repository>,
    /// The formula's path in the tap.
    #[serde(default)]
    pub formula: Option<FormulaPath>,
    /// Who brings the formula to the tap.
    #[serde(default)]
    pub update: Option<FormulaUpdate>,
    /// The artifact of the crate whose metadata leads cargo-binstall to the archives.
    #[serde(default, rename = "crate")]
    pub crate_artifact: Option<Id>,
}

/// What a channel promises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TierPlan {
    /// The target, or the beginning of some with a `*`; none for what belongs to no target.
    #[serde(default)]
    pub target: Option<String>,
    /// The tier.
    pub tier: Tier,
    /// What users should know.
    #[serde(default)]
    pub note: Option<Text>,
    /// What must be true before the target moves up.
    #[serde(default)]
    pub promotion: Vec<Text>,
}

/// A gate, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GatePlan {
    /// Its id.
    pub id: Id,
    /// What it is for.
    #[serde(default)]
    pub description: Option<Text>,
    /// The stage that waits for it.
    pub before: Stage,
    /// What is checked.
    pub check: GateCheck,
}

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
    /// The runner.
    pub runner: RunnerLabel,
}

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
pub enum Conduct {
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
        /// Whether anything that is packed here can be smoke-tested.
        smoke: bool,
    },
    /// What needs every target is packed; the manifest is merged and verified; the bundle uploaded.
    Assemble {
        /// The toolchains.
        toolchain: ToolchainSetup,
        /// The project's own steps.
        extra: Vec<PlannedStep>,
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
        conduct: Conduct,
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
        conduct: Conduct,
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
        conduct: Conduct,
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
        conduct: Conduct,
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
