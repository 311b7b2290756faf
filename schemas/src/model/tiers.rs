//! Support tiers: what a target on a channel promises.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::artifacts::Smoke;
use crate::strings::{RunnerLabel, Text};

/// What a target on a channel promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Shipped, and installed and run by automation after every release.
    Official,
    /// Shipped, without that promise.
    Preview,
    /// Not shipped yet.
    Deferred,
    /// Not shipped, and refused where a model tries.
    Unsupported,
}

impl Tier {
    /// Whether artifacts are shipped.
    #[must_use]
    pub fn ships(self) -> bool {
        matches!(self, Self::Official | Self::Preview)
    }

    /// The name in the model and in tables.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Preview => "preview",
            Self::Deferred => "deferred",
            Self::Unsupported => "unsupported",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// A tier: its name, or its name with what users should know of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TierEntry {
    /// The tier.
    Plain(Tier),
    /// The tier with a note and the way to the next.
    Detailed(TierDetail),
}

impl TierEntry {
    /// The tier.
    #[must_use]
    pub fn tier(&self) -> Tier {
        match self {
            Self::Plain(tier) | Self::Detailed(TierDetail { tier, .. }) => *tier,
        }
    }

    /// What it says besides.
    #[must_use]
    pub fn detail(&self) -> Option<&TierDetail> {
        match self {
            Self::Plain(_) => None,
            Self::Detailed(detail) => Some(detail),
        }
    }
}

/// A tier with what users should know of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TierDetail {
    /// The tier.
    pub tier: Tier,
    /// What users do instead, or should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// What must be true before the target moves up.
    #[serde(default)]
    pub promotion: Vec<Text>,
    /// How its users have something of the channel all the same, which has nothing native for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<Way>,
}

/// A way in which users of a target that a channel has nothing native for use what it has for everybody, such as the client of a
/// service on another machine. Delivery tries it; what fails is told, and stops nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Way {
    /// What users do, in one line.
    pub by: Text,
    /// The runner that is like theirs. By default the one that the target is delivered on; a target that is not built has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<RunnerLabel>,
    /// The check that it works, after the channel's own client installed what is for everybody.
    pub smoke: Smoke,
}
