//! The tag that a run is of.

use lockstep_clients::git;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{CommitSha, Tag, Version};

/// The tag of this run and its version. A run on a branch would attest that branch's commit, so the
/// run's own ref must be the tag; an input can only confirm it.
///
/// `dispatch` is the command that starts the run on a tag.
pub(crate) fn of_run(
    plan: &Plan,
    input: Option<&str>,
    dispatch: &dyn Fn(&str) -> String,
) -> Result<(Tag, Version), Diagnostic> {
    // Only what is a tag stands in a command that somebody shall paste.
    input.map(parsed).transpose()?;
    let git_ref = std::env::var("GITHUB_REF").unwrap_or_default();
    let Some(name) = git_ref.strip_prefix("refs/tags/") else {
        let run = if git_ref.is_empty() { "not set".to_owned() } else { git_ref };
        let tag = input.map_or_else(|| plan.tag_at("1.2.3"), str::to_owned);
        return Err(Diagnostic::new(
            Rule::RunNotOfTag,
            format!("a release must be built from a tag, but GITHUB_REF is {run}"),
        )
        .with_remedy(format!("push the tag, or dispatch on it: {}", dispatch(&tag))));
    };
    if let Some(input) = input.filter(|input| *input != name) {
        return Err(Diagnostic::new(
            Rule::RunNotOfTag,
            format!("this run was started on the tag {name}, not on {input}"),
        )
        .with_remedy(format!("dispatch on that tag: {}", dispatch(input))));
    }
    let version = version(plan, name)?;
    Ok((parsed(name)?, version))
}

/// A tag that somebody named.
pub(crate) fn parsed(name: &str) -> Result<Tag, Diagnostic> {
    name.parse().map_err(|error| {
        Diagnostic::new(Rule::TagPattern, format!("{error}"))
            .with_remedy("name a tag of the repository as `git tag --list` shows it")
    })
}

/// The version that a tag is of.
pub(crate) fn version(plan: &Plan, tag: &str) -> Result<Version, Diagnostic> {
    plan.tag.version_of(tag).ok_or_else(|| {
        let prefix = plan.tag.prefix();
        let message = format!("the tag {tag} does not match `{}`", plan.tag);
        Diagnostic::new(Rule::TagPattern, message).with_remedy(format!(
            "a release's tag is {prefix} and a semantic version: {prefix}1.2.3"
        ))
    })
}

/// That the tag leads to the commit that is built. Users who check the tag out later must find what was
/// built from it.
pub(crate) fn leads_to(plan: &Plan, tag: &Tag, commit: &CommitSha) -> Result<(), Diagnostic> {
    let found = git::commit_of_tag(&plan.project.repository, tag)?;
    if found == *commit {
        return Ok(());
    }
    Err(Diagnostic::new(
        Rule::TagMoved,
        format!("the tag {tag} points to {found}, but this run builds {commit}"),
    )
    .with_remedy("a release's tag never moves: tag a new version"))
}
