//! Steps: how a target is built, and what a project adds to the jobs that Lockstep renders.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BuildMode;
use crate::strings::{
    EnvName, Id, InputKey, PinVersion, PinnedAction, RelativePath, RustVersion, Script, StepValue,
    TargetId, Text, ToolVersion,
};

/// How a target is built, on its runner, in this order.
///
/// Every step finds the target's facts in its environment: `LOCKSTEP_TARGET`, `LOCKSTEP_TRIPLE`,
/// `LOCKSTEP_OS`, `LOCKSTEP_NPM`, `LOCKSTEP_SUFFIX`, `LOCKSTEP_WHEEL`, `LOCKSTEP_GLIBC`,
/// `LOCKSTEP_MACOS` and `LOCKSTEP_VERSION`. Where every target of macOS has a floor,
/// `MACOSX_DEPLOYMENT_TARGET` is it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Build {
    /// Once a target, before anything is compiled.
    pub setup: Vec<Step>,
    /// Once a target and build mode, which `LOCKSTEP_MODE` names.
    pub compile: Vec<Step>,
    /// Once a target, when every mode is compiled: what makes a wheel of it, for example.
    pub package: Vec<Step>,
}

/// Steps of the project's own in jobs that belong to no target.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExtraSteps {
    /// In `release.yml`, when tag and versions are known to agree, before anything is built. They
    /// find `LOCKSTEP_VERSION`, `LOCKSTEP_TAG` and `LOCKSTEP_COMMIT` in their environment. A snapshot has them too, and no
    /// tag.
    pub context: Vec<Step>,
    /// In `release.yml`, with what every target uploaded in `lockstep/targets/target-<id>`, before the
    /// artifacts that need every target are packed. They find `LOCKSTEP_VERSION` in their environment. A snapshot of all
    /// targets has them too.
    pub assemble: Vec<Step>,
    /// In `verify.yml`, before the packaging dry run.
    pub verify: Vec<Step>,
}

/// One step of a job: a script, or a pinned action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    /// What the log calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// The script. Either this or `uses`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Script>,
    /// The shell of the script: bash on every platform, unless this says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<Shell>,
    /// Where the script runs, below the project's root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<RelativePath>,
    /// The action, pinned to a full commit. Either this or `run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<PinnedAction>,
    /// The tag of the action's commit, for people and for the bots that bump pins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<PinVersion>,
    /// The action's inputs. In a build `{triple}` and the like stand for the facts of the target.
    #[serde(default, rename = "with")]
    pub inputs: IndexMap<InputKey, StepValue>,
    /// Environment variables of the step. In a build `{triple}` and the like stand for the facts of the target.
    #[serde(default)]
    pub env: IndexMap<EnvName, StepValue>,
    /// The targets that it runs for, in a build. By default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<TargetId>>,
    /// The build modes that it runs for, where it runs once a mode. By default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modes: Option<Vec<BuildMode>>,
    /// The runs that it is part of, in a build. By default both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<BuildRuns>,
}

/// What a build is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BuildRuns {
    /// A release: the run is of a tag.
    Release,
    /// A snapshot, of a branch or a pull request.
    Snapshot,
}

/// The shell of a script
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shell {
    /// bash; on Windows the one that comes with Git.
    Bash,
    /// PowerShell.
    Pwsh,
    /// Python.
    Python,
}

impl Shell {
    /// Its name in a workflow file.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Pwsh => "pwsh",
            Self::Python => "python",
        }
    }
}

/// The toolchains that build on a runner.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Toolchain {
    /// Rust, by rustup: a version, or `rust-toolchain.toml` for the one that this file beside the model names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rust: Option<RustVersion>,
    /// Node.js, by actions/setup-node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<ToolVersion>,
    /// Python, by actions/setup-python.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub python: Option<ToolVersion>,
    /// What else a target is built by, which nobody sets up here: name → the command whose first line says which version it is. It
    /// is asked where the target is built, in its image too, and the manifest has the answer.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub other: IndexMap<Id, Script>,
}
