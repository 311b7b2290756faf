//! Environments, and which refs they admit.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::{Error, GitHub};

/// An [environment](https://docs.github.com/en/rest/deployments/environments).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Which refs it admits; all of them without.
    #[serde(default)]
    pub deployment_branch_policy: Option<RefPolicy>,
    /// What else it asks of a run.
    #[serde(default)]
    pub protection_rules: Vec<ProtectionRule>,
}

/// Which refs an environment admits: one of the two is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct RefPolicy {
    /// The branches that a rule of the repository protects.
    pub protected_branches: bool,
    /// Those that fit a pattern of the environment's own.
    pub custom_branch_policies: bool,
}

/// What an environment asks of a run before it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProtectionRule {
    /// What kind of rule it is.
    #[serde(rename = "type")]
    pub kind: ProtectionKind,
}

/// A kind of rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProtectionKind {
    /// Somebody must approve.
    RequiredReviewers,
    /// Another one.
    #[serde(other)]
    Other,
}

/// A pattern of refs that an environment admits
/// ([documentation](https://docs.github.com/en/rest/deployments/branch-policies)).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RefPattern {
    /// The pattern: `v*`.
    pub name: String,
    /// What it is of; a branch, where an older server does not say.
    #[serde(default, rename = "type")]
    pub kind: RefKind,
}

/// A branch or a tag.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RefKind {
    /// A branch.
    #[default]
    Branch,
    /// A tag.
    Tag,
}

impl GitHub<'_> {
    /// The environments of the repository.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn environments(&self) -> Result<Vec<Environment>, Error> {
        self.list(&self.route("environments"), Some("environments"), |_| false)
    }

    /// The patterns of the refs that an environment admits.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn ref_patterns(&self, environment: &str) -> Result<Vec<RefPattern>, Error> {
        let name = utf8_percent_encode(environment, NON_ALPHANUMERIC);
        let route = self.route(&format!("environments/{name}/deployment-branch-policies"));
        self.list(&route, Some("branch_policies"), |_| false)
    }
}
