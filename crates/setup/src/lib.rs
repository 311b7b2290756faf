//! What must exist outside of a repository before a release, in order. Pure: a plan in, a list out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::plan::{ChannelPlan, Destination, FormulaPlan, Login, Plan, PlannedFile};
use lockstep_schemas::strings::{EnvironmentName, Repository, SettingName};
use serde::Serialize;

/// One thing that must exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it is, to a program that looks for it.
    #[serde(skip)]
    pub needed: Needed,
    /// What it is, in words.
    pub title: String,
    /// Why, or what there is to know of it, in a sentence or two.
    pub why: String,
    /// The commands that make it, where commands can.
    pub commands: Vec<String>,
    /// The page on which it is made or looked at.
    pub page: Option<String>,
}

/// What must exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needed {
    /// Public releases that do not change.
    ImmutableReleases,
    /// A ruleset that keeps the tags of releases where they are.
    TagRuleset,
    /// That the actions of the plan may run.
    Actions,
    /// An environment, for tags of releases alone.
    Environment(EnvironmentName),
    /// A secret of an environment.
    Secret(SettingName, EnvironmentName),
    /// A variable that is `true`.
    Switch(SettingName),
    /// A public repository with a formula.
    Tap(Repository),
    /// That a registry trusts the workflow.
    TrustedPublisher(ChannelKind),
    /// A check without which nothing is merged.
    RequiredCheck(&'static str),
}

/// The check of a pull request that everything else leads to.
pub const CHECK: &str = "Checked";
/// The workflow file that registries trust.
const WORKFLOW: &str = "release-publish.yml";

/// What must exist outside of the repository, in the order in which it is made. Its workflows use actions, which are told as
/// `uses:` has them, perhaps without their commits.
#[must_use]
pub fn checklist(plan: &Plan, actions: &BTreeSet<String>) -> Vec<Item> {
    let of = Of { plan };
    let mut items = vec![of.immutable_releases(), of.tags(), of.actions(actions)];
    items.extend(of.environments());
    for channel in plan.shipping() {
        // What is trusted or written to comes before the token for it, and the switch that lets go comes last.
        items.extend(of.trust(channel));
        items.extend(of.secret(channel));
        items.extend(of.switch(channel));
    }
    items.push(of.checks());
    items
}

/// The list in Markdown.
#[must_use]
pub fn text(items: &[Item]) -> String {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        let _ = writeln!(text, "{}. **{}**: {}", index + 1, item.title, item.why);
        if let Some(page) = &item.page {
            let _ = writeln!(text, "    <{page}>");
        }
        if !item.commands.is_empty() {
            let _ = writeln!(text, "\n    ```sh");
            for line in item.commands.iter().flat_map(|command| command.lines()) {
                let _ = writeln!(text, "    {line}");
            }
            let _ = writeln!(text, "    ```");
        }
        text.push('\n');
    }
    text
}

struct Of<'p> {
    plan: &'p Plan,
}

impl Of<'_> {
    fn repository(&self) -> &str {
        self.plan.project.repository.as_str()
    }

    fn page(&self, path: &str) -> String {
        format!("https://github.com/{}/{path}", self.repository())
    }

    /// The tags of releases, as GitHub's patterns have them.
    fn tag_pattern(&self) -> String {
        self.plan.tag.as_str().replace("{version}", "*")
    }

    fn immutable_releases(&self) -> Item {
        Item {
            needed: Needed::ImmutableReleases,
            title: "Immutable releases".to_owned(),
            why: "neither an asset nor the tag of a public release can change.".to_owned(),
            commands: vec![format!(
                "gh api --method PUT repos/{}/immutable-releases",
                self.repository()
            )],
            page: Some(self.page("settings")),
        }
    }

    fn tags(&self) -> Item {
        let (pattern, repository) = (self.tag_pattern(), self.repository());
        Item {
            needed: Needed::TagRuleset,
            title: format!("A ruleset for tags `{pattern}`"),
            why: "nobody moves or deletes what was released.".to_owned(),
            commands: vec![format!(
                "echo '{{\"name\":\"releases\",\"target\":\"tag\",\"enforcement\":\"active\",\"conditions\":{{\"ref_name\":{{\"include\":[\"refs/tags/{pattern}\"],\"exclude\":[]}}}},\"rules\":[{{\"type\":\"update\"}},{{\"type\":\"deletion\"}}]}}' |\n    gh api --method POST repos/{repository}/rulesets --input -"
            )],
            page: Some(self.page("settings/rules")),
        }
    }

    fn actions(&self, used: &BTreeSet<String>) -> Item {
        let used: BTreeSet<String> = used.iter().map(|action| allowed(action)).collect();
        let used: Vec<String> = used.iter().map(|pattern| format!("`{pattern}`")).collect();
        Item {
            needed: Needed::Actions,
            title: "Actions that may run".to_owned(),
            why: format!(
                "where the repository allows some actions alone, these are among them, each pinned to a commit: {}.",
                used.join(", ")
            ),
            commands: Vec::new(),
            page: Some(self.page("settings/actions")),
        }
    }

    /// The environments, each for tags of releases alone; the one that asks for approval has reviewers besides.
    fn environments(&self) -> Vec<Item> {
        let approval = self.plan.publishing.approval.as_ref();
        let of_channels = self.plan.shipping().filter_map(ChannelPlan::environment);
        let names: BTreeSet<&EnvironmentName> = of_channels.chain(approval).collect();
        let (pattern, repository) = (self.tag_pattern(), self.repository());
        let item = |name: &EnvironmentName| {
            let is_approval = approval == Some(name);
            let policy = "\"deployment_branch_policy\":{\"protected_branches\":false,\"custom_branch_policies\":true}";
            let make = if is_approval {
                format!(
                    "gh api users/REVIEWER --jq '{{reviewers: [{{type: \"User\", id: .id}}], deployment_branch_policy: {{protected_branches: false, custom_branch_policies: true}}}}' |\n    gh api --method PUT repos/{repository}/environments/{name} --input -"
                )
            } else {
                format!(
                    "echo '{{{policy}}}' | gh api --method PUT repos/{repository}/environments/{name} --input -"
                )
            };
            let why = if is_approval {
                "whoever reviews deployments of it approves each publication, before anything is published."
            } else {
                "what publishes runs in it, of tags alone; a secret of it reaches no other job."
            };
            Item {
                needed: Needed::Environment(name.clone()),
                title: format!("The environment `{name}`, for tags `{pattern}`"),
                why: why.to_owned(),
                commands: vec![
                    make,
                    format!(
                        "gh api --method POST repos/{repository}/environments/{name}/deployment-branch-policies --field name='{pattern}' --field type=tag"
                    ),
                ],
                page: Some(self.page("settings/environments")),
            }
        };
        names.into_iter().map(item).collect()
    }

    fn secret(&self, channel: &ChannelPlan) -> Option<Item> {
        let (secret, environment) = (channel.secret()?, channel.environment()?);
        let repository = self.repository();
        let why = match &channel.to {
            Destination::Homebrew(homebrew) => format!(
                "a fine-grained token of GitHub that may write the contents of `{}` and nothing else.",
                homebrew.tap
            ),
            Destination::Npm(_) => {
                "a granular token that may publish these packages, without a second factor."
                    .to_owned()
            }
            Destination::Pypi(_) => "a token of this project alone, once it is there.".to_owned(),
            Destination::CratesIo(_) => {
                "a token with the scopes `publish-update` and, for a first version, `publish-new`."
                    .to_owned()
            }
            Destination::GithubRelease(_) | Destination::CargoBinstall(_) => return None,
        };
        Some(Item {
            needed: Needed::Secret(secret.clone(), environment.clone()),
            title: format!("The secret `{secret}` of the environment `{environment}`"),
            why,
            commands: vec![format!(
                "gh secret set {secret} --repo {repository} --env {environment}"
            )],
            page: Some(self.page("settings/environments")),
        })
    }

    fn switch(&self, channel: &ChannelPlan) -> Option<Item> {
        let switch = channel.switch.as_ref()?;
        Some(Item {
            needed: Needed::Switch(switch.clone()),
            title: format!("The variable `{switch}`"),
            why: format!("{} publishes nothing before it is `true`.", channel.kind().label()),
            commands: vec![format!(
                "gh variable set {switch} --body true --repo {}",
                self.repository()
            )],
            page: Some(self.page("settings/variables/actions")),
        })
    }

    /// What a registry must know of the workflow that it trusts.
    fn trust(&self, channel: &ChannelPlan) -> Option<Item> {
        if channel.login() != Some(&Login::TrustedPublishing) {
            return formula(channel);
        }
        let environment = channel.environment()?;
        let repository = self.repository();
        let packages: BTreeSet<&str> =
            self.plan.shipped_by(channel).filter_map(PlannedFile::package).collect();
        let names = packages.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let label = channel.kind().label();
        let fields = format!(
            "repository `{repository}`, workflow `{WORKFLOW}`, environment `{environment}`"
        );
        let (why, commands) = match channel.kind() {
            ChannelKind::Npm => (
                format!("{label} trusts a workflow for a package that is there: publish a first, empty version of each by hand ({names}); then let it trust {fields}."),
                packages
                    .iter()
                    .map(|name| format!("npm trust github {name} --repository {repository} --file {WORKFLOW} --environment {environment}"))
                    .collect(),
            ),
            ChannelKind::Pypi => (
                format!("on the page \"Publishing\" of your account at {label}, add a publisher for {names}, a pending one where the project is not there yet: {fields}."),
                Vec::new(),
            ),
            ChannelKind::CratesIo => (
                format!("publish a first version by hand ({names}); then add a trusted publisher in the settings of each crate: {fields}."),
                Vec::new(),
            ),
            ChannelKind::GithubRelease | ChannelKind::Homebrew | ChannelKind::CargoBinstall => return None,
        };
        Some(Item {
            needed: Needed::TrustedPublisher(channel.kind()),
            title: format!("Trusted publishing to {label}"),
            why,
            commands,
            page: None,
        })
    }

    fn checks(&self) -> Item {
        Item {
            needed: Needed::RequiredCheck(CHECK), title: format!("The check `{CHECK}` on the default branch"),
            why: "nothing is merged that drifted from the model: let a ruleset of the branch require it.".to_owned(),
            commands: Vec::new(),
            page: Some(self.page("settings/rules")),
        }
    }
}

/// The pattern that lets an action, as `uses:` has it, run at any commit: what stands in a folder of its repository has a path,
/// which one star does not reach
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet)).
#[must_use]
pub fn allowed(action: &str) -> String {
    let path = action.split_once('@').map_or(action, |(path, _)| path);
    match path.match_indices('/').nth(1) {
        Some((at, _)) => format!("{}/**@*", &path[..at]),
        None => format!("{path}@*"),
    }
}

/// The tap of a formula.
fn formula(channel: &ChannelPlan) -> Option<Item> {
    let homebrew = channel.homebrew()?;
    let who = match homebrew.update {
        FormulaPlan::Push { .. } => "Lockstep brings each version there",
        FormulaPlan::Verify => "a maintainer brings each version there, before it is published",
    };
    Some(Item {
        needed: Needed::Tap(homebrew.tap.clone()),
        title: format!("The tap `{}`", homebrew.tap),
        why: format!("a public repository; {who}, as `{}`.", homebrew.formula),
        commands: vec![format!("gh repo create {} --public --add-readme", homebrew.tap)],
        page: None,
    })
}
