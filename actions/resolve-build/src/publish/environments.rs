//! Environments: whether they are there, admit a run, and ask somebody where somebody must approve.

use glob::{MatchOptions, Pattern};
use lockstep_github::{Environment, GitHub, ProtectionKind, RefKind};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;

/// How a pattern of refs is read: `*` stops at a slash
/// ([documentation](https://docs.github.com/en/rest/deployments/branch-policies#create-a-deployment-branch-policy)).
const AS_GITHUB: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// What is wrong with the environments that a run on a ref needs, and what could be better.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) notes: Vec<String>,
}

/// Asks for the environments that are named, on a ref: `refs/tags/v1.2.3`.
pub(crate) fn ask(
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
    for name in names {
        let unfit = |what: String, remedy: String| {
            let message = format!("the environment `{name}` {what}");
            Diagnostic::new(Rule::EnvironmentUnfit, message).with_remedy(remedy)
        };
        // GitHub takes two that differ in case for one.
        let environment = known.iter().find(|one| one.name.eq_ignore_ascii_case(name));
        let Some(environment) = environment else {
            let what = "is not there: GitHub would make one that admits every ref".to_owned();
            let remedy = format!("make it {settings}, for tags `{tags}` alone");
            found.problems.push(unfit(what, remedy));
            continue;
        };
        if !admits(environment, git_ref, github)? {
            let remedy = match git_ref.strip_prefix("refs/heads/") {
                Some(branch) => {
                    format!("let it admit `{branch}` {settings}, for as long as it must")
                }
                None => format!("add `{tags}` to its deployment tags {settings}"),
            };
            found.problems.push(unfit(format!("does not admit {git_ref}"), remedy));
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
                found.problems.push(unfit(what, format!("add required reviewers to it {settings}")));
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
fn admits(
    environment: &Environment,
    git_ref: &str,
    github: &GitHub<'_>,
) -> Result<bool, Diagnostic> {
    let Some(policy) = environment.deployment_branch_policy else { return Ok(true) };
    let branch = git_ref.strip_prefix("refs/heads/");
    let tag = git_ref.strip_prefix("refs/tags/");
    if policy.protected_branches {
        return match branch {
            Some(branch) => Ok(github.is_protected(branch)?),
            None => Ok(false),
        };
    }
    let (kind, name) = match (branch, tag) {
        (Some(branch), _) => (RefKind::Branch, branch),
        (None, Some(tag)) => (RefKind::Tag, tag),
        (None, None) => return Ok(false),
    };
    let patterns = github.ref_patterns(&environment.name)?;
    let fits = |pattern: &str| {
        Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(name, AS_GITHUB))
    };
    Ok(patterns.iter().any(|pattern| pattern.kind == kind && fits(&pattern.name)))
}
