//! A version is built once: users may have one whose publication began, and one that was taken back nobody should get again.

use lockstep_github::{CommitStatus, GitHub, RUNS, Why};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::receipt::{publishes, yanked};
use lockstep_schemas::strings::{CommitSha, Tag, Version};

/// That a version is used up: it was taken back, it is public, or a run began to publish it.
///
/// # Errors
///
/// Where GitHub does not say.
pub(crate) fn published(
    plan: &Plan,
    tag: &Tag,
    version: &Version,
    commit: &CommitSha,
    github: &GitHub<'_>,
) -> Result<Option<Diagnostic>, Diagnostic> {
    let statuses = github.statuses(commit, |_| false)?;
    if let Some(problem) = taken_back(&statuses, tag, version) {
        return Ok(Some(problem));
    }
    let began = |status: &&CommitStatus| {
        status.context.eq_ignore_ascii_case(&publishes(tag))
            && status.creator.as_ref().is_some_and(|creator| creator.login == RUNS)
    };
    if let Some(status) = statuses.iter().find(began) {
        let page = status.target_url.as_deref().unwrap_or_default();
        return Ok(Some(is_used_up(
            version,
            format!("{tag} is published, or began to be: {page}"),
        )));
    }
    // Elsewhere a release is what somebody wrote by hand to make the tag.
    if !plan.shipping().any(|channel| channel.github_release().is_some()) {
        return Ok(None);
    }
    match github.release_of(tag) {
        Ok(release) => {
            let message = format!("{tag} is published: {}", release.html_url);
            Ok(Some(is_used_up(version, message)))
        }
        Err(error) if matches!(error.why, Why::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// That a version was taken back, by what is on record on its commit.
pub(crate) fn taken_back(
    statuses: &[CommitStatus],
    tag: &Tag,
    version: &Version,
) -> Option<Diagnostic> {
    let is_it = |status: &&CommitStatus| status.context.eq_ignore_ascii_case(&yanked(tag));
    let status = statuses.iter().find(is_it)?;
    let why = status.description.as_deref().unwrap_or_default();
    let message = format!("{tag} was taken back: {why}");
    Some(
        Diagnostic::new(Rule::VersionUsedUp, message)
            .with_remedy(format!("nobody should get it again: tag {}", next(version))),
    )
}

fn is_used_up(version: &Version, message: String) -> Diagnostic {
    Diagnostic::new(Rule::VersionUsedUp, message).with_remedy(format!(
        "a version is built once: where its build is there, `lockstep publish` finishes it; else tag {}",
        next(version)
    ))
}

fn next(version: &Version) -> String {
    let next = version.following();
    next.map_or_else(|| "the next version".to_owned(), |next| next.to_string())
}
