//! Environments: whether they are there, admit a run, and ask somebody where somebody must approve.

use lockstep_github::{Environment, GitHub, ProtectionKind, RefKind};
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
) -> Result<Found, Diagnostic> {
    let mut found = Found::default();
    if names.is_empty() {
        return Ok(found);
    }
    let known = github.environments()?;
    let (settings, tags) = ("in the repository's settings", plan.tag_at("*"));
    let plans = "a private repository needs a paid plan for that, and where it has none, the model must do without";
    for name in names {
        let unfit = |what: String, remedy: String| {
            let message = format!("the environment `{name}` {what}");
            Diagnostic::new(Rule::EnvironmentUnfit, message).with_remedy(remedy)
        };
        // GitHub takes two that differ in case for one.
        let environment = known.iter().find(|one| one.name.eq_ignore_ascii_case(name));
        let Some(environment) = environment else {
            let what = "is not there: GitHub would make one that admits every ref".to_owned();
            let remedy = format!("make it {settings}, for tags `{tags}` alone ({plans})");
            found.problems.push(unfit(what, remedy));
            continue;
        };
        match admits(environment, git_ref, github)? {
            Admits::Yes => {}
            Admits::No => {
                let remedy = match git_ref.strip_prefix("refs/heads/") {
                    Some(branch) => {
                        format!("let it admit `{branch}` {settings}, as long as it must")
                    }
                    None => format!("add `{tags}` to its deployment tags {settings}"),
                };
                found.problems.push(unfit(format!("does not admit {git_ref}"), remedy));
            }
            Admits::Perhaps(why) => {
                found.is_unsure = true;
                let note = format!("admits {git_ref}, GitHub decides: {why}");
                found.notes.push(format!("whether the environment `{name}` {note}"));
            }
        }
        if environment.deployment_branch_policy.is_none() {
            let note = "admits every ref, of whoever can push one: keep it to tags";
            found.notes.push(format!("the environment `{name}` {note} `{tags}` {settings}"));
        }
        let approves = plan.publishing.approval.as_ref().is_some_and(|one| one.as_str() == name);
        let mut rules = environment.protection_rules.iter();
        match (approves, rules.any(|rule| rule.kind == ProtectionKind::RequiredReviewers)) {
            (true, false) => {
                let what = "is where a release is approved, and asks nobody".to_owned();
                found.problems.push(unfit(what, format!("add required reviewers to it {settings} ({plans})")));
            }
            (false, true) => found.notes.push(format!(
                "the environment `{name}` asks reviewers of its own: where they refuse, the release is half published; `publishing.approval` asks once, before anything is"
            )),
            (true, true) | (false, false) => {}
        }
    }
    Ok(found)
}

/// Whether an environment admits a ref.
enum Admits {
    Yes,
    No,
    /// It cannot be told here.
    Perhaps(String),
}

fn admits(
    environment: &Environment,
    git_ref: &str,
    github: &GitHub<'_>,
) -> Result<Admits, Diagnostic> {
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
