//! `release`: a release walked from a commit to its last channel. What is done is said, and what is not; the first thing that is
//! not done comes with its command. Whoever runs it again goes on from there.

mod decide;
mod last;
mod registries;
mod tagged;
mod tagging;

use std::path::Path;

use lockstep_clients::git;
use lockstep_github::{Access, GitHub};
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::Stage;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{GitRef, Id, Tag, Text, Version};

use crate::{login, version};

/// What is released, and how.
#[derive(Debug, clap::Args)]
pub struct Releasing {
    /// The tag of the release.
    tag: Tag,
    /// Tag nothing and push nothing: say what is done and what is not. The gates before the tag are asked all the same.
    #[arg(long)]
    dry_run: bool,
    /// The branch that the commit must be on; without it the default branch.
    #[arg(long)]
    branch: Option<GitRef>,
    /// Answer every question that is left to you with yes.
    #[arg(long)]
    yes: bool,
    /// A gate before the tag to let go, where the model says that you may; can be given again.
    #[arg(long, value_name = "GATE", requires = "reason")]
    waive: Vec<String>,
    /// Why; it goes on record, in the tag's message.
    #[arg(long, requires = "waive")]
    reason: Option<Text>,
}

/// A release on its way.
struct Walk<'a> {
    project: &'a Path,
    plan: &'a Plan,
    asked: &'a Releasing,
    version: Version,
    github: &'a GitHub<'a>,
    access: Access,
    /// The name of the git remote that is the repository.
    remote: String,
}

impl Walk<'_> {
    /// Whether a gate stands before a stage.
    fn is_before(&self, gate: &Id, stage: Stage) -> bool {
        self.plan.gates.iter().any(|one| one.id == *gate && one.is_before(stage))
    }

    /// The command that builds the release and lets something go.
    fn build_without(&self, what: &str) -> String {
        let reason = self.asked.reason.as_ref().map_or("…", Text::as_str).replace('\'', "'\\''");
        format!(
            "gh workflow run release.yml --ref {} -f waive='{what}' -f waiver_reason='{reason}'",
            self.asked.tag
        )
    }
}

/// Walks a release as far as it goes.
pub(crate) fn walk(
    project: &Path,
    plan: &Plan,
    asked: &Releasing,
    report: &mut Report,
) -> Result<(), Failure> {
    let version = version(plan, &asked.tag)?;
    let github = login::github(plan)?;
    let Some(access) = report.found(access(&github, plan)) else { return Ok(()) };
    let who = github.me().unwrap_or_else(|_| "a run's own token".to_owned());
    done(report, format_args!("{who} may push to {}", access.full_name));
    let Some(remote) = report.found(remote(project, plan)) else { return Ok(()) };
    done(report, format_args!("the remote `{remote}` is {}", plan.project.repository));
    let walk = Walk { project, plan, asked, version, github: &github, access, remote };
    match git::tagged_there(&plan.project.repository, &asked.tag)? {
        None => tagging::walk(&walk, report),
        Some(commit) => tagged::walk(&walk, &commit, report),
    }
}

/// That whoever runs this may push: what a tag starts, nobody else should.
fn access(github: &GitHub<'_>, plan: &Plan) -> Result<Access, Diagnostic> {
    let access = github.access()?;
    let repository = plan.project.repository.as_str();
    if !access.full_name.eq_ignore_ascii_case(repository) {
        let message = format!("{repository} is called {} now", access.full_name);
        return Err(Diagnostic::new(Rule::WrongInput, message)
            .with_remedy("say so in lockstep.yaml: registries compare the repository's name"));
    }
    let lacks = |scopes: &Vec<String>| !scopes.iter().any(|scope| scope.ends_with("repo"));
    if access.permissions.is_some_and(|may| !may.push) || access.scopes.as_ref().is_some_and(lacks)
    {
        let message = format!("your token may not push to {repository}");
        return Err(Diagnostic::new(Rule::GithubFailed, message)
            .with_remedy("log in as somebody who may: gh auth login --scopes repo,workflow"));
    }
    Ok(access)
}

/// The remote that is the project's repository.
fn remote(project: &Path, plan: &Plan) -> Result<String, Diagnostic> {
    let repository = plan.project.repository.as_str().to_lowercase();
    let host = login::host();
    let is_it = |address: &str| {
        let address = address.trim_end_matches('/').to_lowercase();
        let address = address.strip_suffix(".git").unwrap_or(&address);
        let before = address.strip_suffix(&repository);
        // `https://host/`, `ssh://git@host:22/` or `git@host:`
        let before = before.and_then(|before| before.strip_suffix(['/', ':']));
        let before = before.map(|before| before.rsplit(['/', '@']).next().unwrap_or_default());
        before.is_some_and(|named| named.split(':').next() == Some(&host))
    };
    let remotes = git::remotes(project)?;
    let found = remotes.iter().find(|(_, address)| is_it(address));
    found.map(|(name, _)| name.clone()).ok_or_else(|| {
        let message = format!("no git remote is {}", plan.project.repository);
        Diagnostic::new(Rule::CheckoutMismatch, message).with_remedy(format!(
            "add it: git remote add origin https://{host}/{}",
            plan.project.repository
        ))
    })
}

/// Says that something is done.
fn done(report: &mut Report, what: impl std::fmt::Display) {
    report.line(format_args!("done: {what}"));
}

/// Says what comes next.
fn next(report: &mut Report, what: impl std::fmt::Display, command: &str) {
    report.line(format_args!("next: {what}\n\n    {command}\n"));
}
