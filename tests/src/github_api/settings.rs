//! What the stand-in answers of a repository's settings.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Description;
use super::answers::{Answered, is_number};
use super::known::merge;

/// The settings of the repository.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether whoever asks is an admin of it.
    pub admin: bool,
    /// Whether its releases are immutable.
    immutable: bool,
    /// Sets of rules of tags, by what differs from GitHub's own example.
    rulesets: Vec<Value>,
    /// Rules of its first branch.
    rules: Vec<Value>,
    /// The checks that the older protection of it asks for.
    pub checks: Vec<String>,
    /// Which actions may run.
    allowed: Option<String>,
    /// Which others.
    selected: Value,
    /// The secrets, by their environments; `""` has those of the repository, `owner` those of its owner.
    secrets: BTreeMap<String, Vec<String>>,
    /// The variables.
    variables: BTreeMap<String, String>,
    /// Other repositories, and whether they are private.
    pub others: BTreeMap<String, bool>,
}

impl Settings {
    /// The answer to a question about settings, where it is one.
    pub(super) fn look_up(&self, rest: &[&str]) -> Option<Answered> {
        Some(match rest {
            ["immutable-releases"] if self.immutable && self.admin => {
                Answered::with(200, json!({ "enabled": true, "enforced_by_owner": false }))
            }
            ["rulesets"] => Answered::with(200, self.rulesets().map(listed).collect()),
            ["rulesets", id] => {
                let set = self.rulesets().find(|set| is_number(&set["id"], id));
                Answered::found(set.as_ref())
            }
            ["rules", "branches", _] => Answered::with(200, json!(self.rules)),
            ["actions", "permissions"] if self.admin => {
                let mut policy = Description::get().example("actions-repository-permissions");
                policy["allowed_actions"] = json!(self.allowed.as_deref().unwrap_or("all"));
                Answered::with(200, policy)
            }
            ["actions", "permissions", "selected-actions"] if self.admin => {
                let mut selected = Description::get().example("selected-actions");
                merge(&mut selected, self.selected.clone());
                Answered::with(200, selected)
            }
            ["immutable-releases"] | ["actions", "permissions", ..] => Answered::not_found(),
            ["environments", name, "secrets"] => match self.secrets.get(*name) {
                Some(names) => secrets(Some(names)),
                None => Answered::not_found(),
            },
            ["actions", "secrets"] => secrets(self.secrets.get("")),
            ["actions", "organization-secrets"] => secrets(self.secrets.get("owner")),
            ["actions", "variables"] => {
                let dates = "2020-01-10T14:59:22Z";
                let all = self.variables.iter().map(|(name, value)| {
                    json!({ "name": name, "value": value, "created_at": dates, "updated_at": dates })
                });
                Answered::list("variables", &all.collect::<Vec<_>>())
            }
            ["actions", "organization-variables"] => Answered::list("variables", &[]),
            _ => return None,
        })
    }

    /// The answer to a question about another repository.
    pub(super) fn other(&self, name: &str) -> Option<Answered> {
        let is_private = self.others.get(name)?;
        let mut repository = super::answers::repository();
        repository["full_name"] = json!(name);
        repository["private"] = json!(is_private);
        Some(Answered::with(200, repository))
    }

    fn rulesets(&self) -> impl Iterator<Item = Value> {
        self.rulesets.iter().zip(1..).map(|(given, id)| {
            let mut set = Description::get().example("repository-ruleset");
            set["id"] = json!(id);
            set["target"] = json!("tag");
            merge(&mut set, given.clone());
            set
        })
    }
}

/// A set of rules as the list of all has it: without its rules.
fn listed(mut set: Value) -> Value {
    for part in ["rules", "conditions", "bypass_actors"] {
        set.as_object_mut().unwrap().remove(part);
    }
    set
}

fn secrets(names: Option<&Vec<String>>) -> Answered {
    let dates = "2020-01-10T14:59:22Z";
    let all = names.into_iter().flatten();
    let all = all.map(|name| json!({ "name": name, "created_at": dates, "updated_at": dates }));
    Answered::list("secrets", &all.collect::<Vec<_>>())
}
