//! What a repository's settings say: who admits what, and what is kept from whom.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::{Error, GitHub, Why};

/// A [set of rules](https://docs.github.com/en/rest/repos/rules), as the list of all has it, or by itself with its rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Ruleset {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Whether it holds.
    pub enforcement: Enforcement,
    /// The refs that it is of; of all where GitHub says nothing.
    #[serde(default)]
    pub conditions: Option<RulesetConditions>,
    /// What it asks for.
    #[serde(default)]
    pub rules: Vec<RepositoryRule>,
    /// Who may pass by it, which GitHub tells those who may change it.
    #[serde(default)]
    pub bypass_actors: Vec<BypassActor>,
}

/// Somebody who may [pass by](https://docs.github.com/en/rest/repos/rules#get-a-repository-ruleset) a set of rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BypassActor {
    /// What kind of actor it is: `RepositoryRole`.
    pub actor_type: String,
}

/// Whether a set of rules holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// It does.
    Active,
    /// It is switched off, or tells what it would refuse.
    #[serde(other)]
    Other,
}

/// Which refs a set of rules is of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct RulesetConditions {
    /// By their names.
    #[serde(default)]
    pub ref_name: Option<RefNames>,
}

/// Patterns of refs: `refs/tags/v*`, `~ALL`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct RefNames {
    /// Those that are in.
    #[serde(default)]
    pub include: Vec<String>,
    /// Those that are out all the same.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// A [rule](https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RepositoryRule {
    /// What kind of rule it is: `deletion`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is told.
    #[serde(default)]
    parameters: RuleParameters,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct RuleParameters {
    #[serde(default)]
    required_status_checks: Vec<StatusCheck>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct StatusCheck {
    context: String,
}

/// Which [actions may run](https://docs.github.com/en/rest/actions/permissions).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ActionsPolicy {
    /// Whether any may.
    pub enabled: bool,
    /// Which.
    #[serde(default)]
    pub allowed_actions: Option<AllowedActions>,
}

/// Which actions may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowedActions {
    /// All of them.
    All,
    /// Those of the repository's owner.
    LocalOnly,
    /// Those, and some others.
    Selected,
}

/// The others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SelectedActions {
    /// Whether those that GitHub makes itself are among them.
    #[serde(default)]
    pub github_owned_allowed: bool,
    /// Whether those of creators that GitHub verified are.
    #[serde(default)]
    pub verified_allowed: bool,
    /// Patterns: `docker/*`, `monalisa/octocat@*`.
    #[serde(default)]
    pub patterns_allowed: Vec<String>,
}

#[derive(Deserialize)]
struct ImmutableReleases {
    enabled: bool,
}

/// A secret, of which GitHub tells the name and never the value.
#[derive(Deserialize)]
struct Secret {
    name: String,
}

#[derive(Deserialize)]
struct Variable {
    name: String,
    value: String,
}

impl GitHub<'_> {
    /// Whether its releases are [immutable](https://docs.github.com/en/rest/repos/repos#check-if-immutable-releases-are-enabled-for-a-repository).
    /// To those who may not know, GitHub says no.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn has_immutable_releases(&self) -> Result<bool, Error> {
        match self.get::<ImmutableReleases>(&self.route("immutable-releases")) {
            Ok(releases) => Ok(releases.enabled),
            Err(Error { why: Why::NotFound, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The sets of rules of its tags, those of its owner too, each with its rules.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn tag_rulesets(&self) -> Result<Vec<Ruleset>, Error> {
        let listed: Vec<Ruleset> =
            self.list(&self.route("rulesets?targets=tag"), None, |_| false)?;
        let whole = |listed: &Ruleset| self.get(&self.route(&format!("rulesets/{}", listed.id)));
        listed.iter().map(whole).collect()
    }

    /// The checks that must pass before a commit comes to a branch, by its rules or its older protection.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn required_checks(&self, branch: &str) -> Result<Vec<String>, Error> {
        let name = utf8_percent_encode(branch, NON_ALPHANUMERIC);
        let route = self.route(&format!("rules/branches/{name}"));
        let rules: Vec<RepositoryRule> = self.list(&route, None, |_| false)?;
        let of_rules = rules.into_iter().flat_map(|rule| rule.parameters.required_status_checks);
        let mut checks: Vec<String> = of_rules.map(|check| check.context).collect();
        checks.extend(self.protecting_checks(branch)?);
        Ok(checks)
    }

    /// Which actions may run.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn actions_policy(&self) -> Result<ActionsPolicy, Error> {
        self.get(&self.route("actions/permissions"))
    }

    /// Which others may, where the policy is [`AllowedActions::Selected`].
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn selected_actions(&self) -> Result<SelectedActions, Error> {
        self.get(&self.route("actions/permissions/selected-actions"))
    }

    /// The names of an environment's secrets.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`] where it has no such environment.
    pub fn environment_secrets(&self, environment: &str) -> Result<Vec<String>, Error> {
        let name = utf8_percent_encode(environment, NON_ALPHANUMERIC);
        self.secrets_at(&format!("environments/{name}/secrets"))
    }

    /// The names of the secrets that every job can have: those of the repository, and of its owner for it.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn common_secrets(&self) -> Result<Vec<String>, Error> {
        let mut names = self.secrets_at("actions/secrets")?;
        names.extend(self.secrets_at("actions/organization-secrets")?);
        Ok(names)
    }

    fn secrets_at(&self, route: &str) -> Result<Vec<String>, Error> {
        let secrets: Vec<Secret> = self.list(&self.route(route), Some("secrets"), |_| false)?;
        Ok(secrets.into_iter().map(|secret| secret.name).collect())
    }

    /// What a variable says, of the repository, or else of its owner for it.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn variable(&self, name: &str) -> Result<Option<String>, Error> {
        // More than thirty on a page these lists refuse.
        for route in ["actions/variables", "actions/organization-variables"] {
            let is_it = |variable: &Variable| variable.name.eq_ignore_ascii_case(name);
            let route = self.route(route);
            let variables = self.list_by(&route, Some("variables"), VARIABLES, is_it)?;
            if let Some(variable) = variables.into_iter().find(is_it) {
                return Ok(Some(variable.value));
            }
        }
        Ok(None)
    }
}

/// The most variables on a page.
const VARIABLES: usize = 30;
