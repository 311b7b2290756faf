//! Environments: whether they are there, admit a run, and ask somebody where somebody must approve.

use lockstep_github::{Environment, Error, GitHub, ProtectionKind, RefKind};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;

use crate::pattern::fits;

/// What is wrong with the environments that a run on a ref needs, and what could be better.
#[derive(Debug, Default)]
pub struct Found {
    /// What is wrong.
    pub problems: Vec<Diagnostic>,
    /// What could be better.
    pub notes: Vec<String>,
    /// Whether it is not known of one of them if it admits the ref.
    pub is_unsure: bool,
}

/// What an environment that is not there is told to be.
pub const ABSENT: &str = "is not there: GitHub would make one that admits every ref";

/// Asks for the environments that are named, on a ref: `refs/tags/v1.2.3`.
///
/// # Errors
///
/// Where GitHub does not say.
pub fn ask(
    plan: &Plan,
    names: &[String],
    git_ref: &str,
    github: &GitHub<'_>,
) -> Result<Found, Error> {
    let mut found = Found::default();
    if names.is_empty() {
        return Ok(found);
    }
    let known = github.environments()?;
    for name in names {
        if let Some(environment) = named(&known, name) {
            found.look_at(plan, environment, name, git_ref, github)?;
        } else {
            let tags = plan.tag_at("*");
            let remedy = format!("make it {SETTINGS}, for tags `{tags}` alone ({PLANS})");
            found.problems.push(unfit(name, ABSENT, remedy));
        }
    }
    Ok(found)
}

/// An environment by its name. GitHub takes two that differ in case for one.
#[must_use]
pub fn named<'e>(known: &'e [Environment], name: &str) -> Option<&'e Environment> {
    known.iter().find(|one| one.name.eq_ignore_ascii_case(name))
}

const SETTINGS: &str = "in the repository's settings";
const PLANS: &str = "a private repository needs a paid plan for that, and where it has none, the model must do without";

fn unfit(name: &str, what: &str, remedy: String) -> Diagnostic {
    let message = format!("the environment `{name}` {what}");
    Diagnostic::new(Rule::EnvironmentUnfit, message).with_remedy(remedy)
}

impl Found {
    /// Adds what is wrong with an environment that is there, on a ref, and what could be better.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn look_at(
        &mut self,
        plan: &Plan,
        environment: &Environment,
        name: &str,
        git_ref: &str,
        github: &GitHub<'_>,
    ) -> Result<(), Error> {
        let tags = plan.tag_at("*");
        match admits(environment, git_ref, github)? {
            Admits::Yes => {}
            Admits::No => {
                let remedy = match git_ref.strip_prefix("refs/heads/") {
                    Some(branch) => {
                        format!("let it admit `{branch}` {SETTINGS}, as long as it must")
                    }
                    None => format!("add `{tags}` to its deployment tags {SETTINGS}"),
                };
                self.problems.push(unfit(name, &format!("does not admit {git_ref}"), remedy));
            }
            Admits::Perhaps(why) => {
                self.is_unsure = true;
                let note = format!("admits {git_ref}, GitHub decides: {why}");
                self.notes.push(format!("whether the environment `{name}` {note}"));
            }
        }
        if environment.deployment_branch_policy.is_none() {
            let note = "admits every ref, of whoever can push one: keep it to tags";
            self.notes.push(format!("the environment `{name}` {note} `{tags}` {SETTINGS}"));
        }
        let approves = plan.publishing.approval.as_ref().is_some_and(|one| one.as_str() == name);
        let mut rules = environment.protection_rules.iter();
        match (approves, rules.any(|rule| rule.kind == ProtectionKind::RequiredReviewers)) {
            (true, false) => {
                let what = "is where a release is approved, and asks nobody";
                let remedy = format!("add required reviewers to it {SETTINGS} ({PLANS})");
                self.problems.push(unfit(name, what, remedy));
            }
            (false, true) => self.notes.push(format!(
                "the environment `{name}` asks reviewers of its own: where they refuse, the release is half published; `publishing.approval` asks once, before anything is"
            )),
            (true, true) | (false, false) => {}
        }
        Ok(())
    }
}

/// Whether an environment admits a ref.
enum Admits {
    Yes,
    No,
    /// It cannot be told here.
    Perhaps(String),
}

fn admits(environment: &Environment, git_ref: &str, github: &GitHub<'_>) -> Result<Admits, Error> {
    let Some(policy) = environment.deployment_branch_policy else { return Ok(Admits::Yes) };
    let branch = git_ref.strip_prefix("refs/heads/");
    let tag = git_ref.strip_prefix("refs/tags/");
    if policy.protected_branches {
        return match branch {
            None => Ok(Admits::No),
            Some(branch) if github.is_protected(branch)? => Ok(Admits::Yes),
            Some(branch) => {
                let why = format!(
                    "it admits protected branches, and {branch} only where the repository protects none"
                );
                Ok(Admits::Perhaps(why))
            }
        };
    }
    let (kind, name) = match (branch, tag) {
        (Some(branch), _) => (RefKind::Branch, branch),
        (None, Some(tag)) => (RefKind::Tag, tag),
        (None, None) => return Ok(Admits::No),
    };
    let patterns = github.ref_patterns(&environment.name)?;
    let mut unread = None;
    for pattern in patterns.iter().filter(|pattern| pattern.kind == kind) {
        match fits(&pattern.name, name) {
            Some(true) => return Ok(Admits::Yes),
            Some(false) => {}
            None => unread = Some(&pattern.name),
        }
    }
    Ok(match unread {
        Some(pattern) => Admits::Perhaps(format!("its pattern `{pattern}` cannot be read here")),
        None => Admits::No,
    })
}
