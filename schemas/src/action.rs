//! The interface of an action: what its `action.yml` says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strings::Expression;

/// An action's interface. It comes out of the definition of the program behind it, so the two can
/// not disagree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Interface {
    /// The program's name.
    pub program: String,
    /// The script that starts the program by its launcher.
    pub command: String,
    /// The action's name.
    pub name: String,
    /// What it does, in one line.
    pub description: String,
    /// Whether it is the one that the
    /// [Marketplace](https://docs.github.com/en/actions/how-tos/create-and-publish-actions/publish-in-github-marketplace) lists: only that of a
    /// repository's root can be.
    pub listed: bool,
    /// Its inputs.
    pub inputs: Vec<InputDefinition>,
    /// Its outputs.
    pub outputs: Vec<OutputDefinition>,
}

/// One input of an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InputDefinition {
    /// Its name; on the command line with `--` before it.
    pub name: String,
    /// The environment variable by which it reaches the program on a runner.
    pub variable: String,
    /// What it means.
    pub description: String,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is a secret, which the program masks.
    pub secret: bool,
    /// What it is otherwise.
    #[serde(default)]
    pub default: Option<String>,
    /// The expression that reads it.
    pub value: Expression,
}

/// One output of an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutputDefinition {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// The expression that reads it.
    pub value: Expression,
}
