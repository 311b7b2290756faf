//! Where it is shipped to, and what each channel promises.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Auth, ChannelKind, FormulaUpdate, NpmClient, Smoke, Tier};
use crate::strings::{EnvironmentName, FormulaPath, Id, Repository, SettingName, Text};

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
