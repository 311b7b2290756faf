//! `yank`: a version is taken back from every channel, as far as that can be done, and nothing of it is built or published again.
//!
//! What is there decides: what was taken back before is not taken back again, so the command is repeated after whatever stopped it.

mod crates_io;
mod github_release;
mod homebrew;
mod npm;
mod pypi;

use lockstep_clients::git;
use lockstep_files::json;
use lockstep_github::GitHub;
use lockstep_registries::{Patience, Web};
use lockstep_runner::{Failure, Report, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{ChannelPlan, Destination, Plan};
use lockstep_schemas::receipt::yanked;
use lockstep_schemas::strings::{CommitSha, Repository, Tag, Text, Version};

use crate::{login, version};

/// What is said of a version that a registry does not show.
const MAY_COME: &str = "; where it was published within the hour, run this again";

/// The longest description of a status, in characters
/// ([documentation](https://docs.github.com/en/rest/commits/statuses#create-a-commit-status)).
const LONGEST: usize = 140;

/// What is taken back, and why.
#[derive(Debug, clap::Args)]
pub struct Yanking {
    /// The release's tag.
    tag: Tag,
    /// Why, for users: it is shown where they look, and goes on record.
    #[arg(long)]
    reason: Text,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
}

/// A version that is taken back.
struct Yank<'a> {
    plan: &'a Plan,
    tag: &'a Tag,
    version: Version,
    commit: CommitSha,
    reason: &'a Text,
    dry_run: bool,
    github: GitHub<'a>,
    web: Web<'a>,
}

/// Takes it back, channel by channel. What fails, or is for a person to do, is told, and stops none of the others.
pub(crate) fn run(here: &Plan, asked: &Yanking, report: &mut Report) -> Result<(), Failure> {
    let tag = &asked.tag;
    let version = version(here, tag)?;
    let repository = &here.project.repository;
    let commit = git::tagged_there(repository, tag)?.ok_or_else(|| {
        let message = format!("{repository} has no tag {tag}");
        Failure::new(Rule::TagUnknown, message)
            .with_remedy(format!("a version is taken back by its tag, which says what users have: where it was deleted, push it again: git push origin {tag}"))
    })?;
    let of_tag = plan_of(repository, &commit);
    let plan = match &of_tag {
        Ok(plan) => plan,
        Err(why) => {
            report.line(format_args!(
                "what {tag} shipped is taken from the plan here: {}",
                why.message
            ));
            here
        }
    };
    let (reason, dry_run, github) = (&asked.reason, asked.dry_run, login::github(plan)?);
    let web = Web::new(Patience::default(), &tell);
    let yank = Yank { plan, tag, version, commit, reason, dry_run, github, web };
    // Whatever comes then, nothing of it is built or published from now on.
    if let Err(problem) = yank.record(report) {
        report.problem(problem);
    }
    for channel in plan.shipping() {
        if let Err(problem) = yank.channel(channel, report) {
            report.problem(yank.left(channel.kind().label(), problem));
        }
    }
    if report.has_problems() {
        report.line(format_args!(
            "Not all of {tag} is taken back: do what is left, and run this again."
        ));
    } else if dry_run {
        report.line("Nothing was changed: without --dry-run this is done.");
    } else {
        let next = yank.version.following();
        let next = next.map_or_else(|| "the next version".to_owned(), |next| next.to_string());
        report.line(format_args!(
            "{tag} is taken back. Who has it keeps it; release {next} with what was wrong mended."
        ));
    }
    Ok(())
}

/// The plan of the release's commit: what is checked out may ship something else.
fn plan_of(repository: &Repository, commit: &CommitSha) -> Result<Plan, Diagnostic> {
    const PLAN: &str = ".github/lockstep.plan.json";
    let text = git::file_of(repository, commit, PLAN)?;
    json::of_json(text.as_bytes())
        .map_err(|error| Diagnostic::new(Rule::DocumentInvalid, error.to_string()).in_file(PLAN))
}

impl Yank<'_> {
    /// Writes down on the release's commit that it is taken back.
    fn record(&self, report: &mut Report) -> Result<(), Diagnostic> {
        let context = yanked(self.tag);
        let is_it = |context: &str, status: &lockstep_github::CommitStatus| {
            status.context.eq_ignore_ascii_case(context)
        };
        let known = self.github.statuses(&self.commit, |status| is_it(&context, status))?;
        if known.iter().any(|status| is_it(&context, status)) {
            report.line(
                "it is on record that it is taken back: no run begins to build or publish it",
            );
            return Ok(());
        }
        if self.would(
            report,
            "put on record that it is taken back, so that no run begins to build or publish it",
        ) {
            return Ok(());
        }
        let reason: String = self.reason.as_str().chars().take(LONGEST).collect();
        self.github.set_status(&self.commit, &context, &reason, None)?;
        report.line("put on record: no run begins to build or publish it. One that publishes already goes on: gh run list --workflow release-publish.yml");
        Ok(())
    }

    fn channel(&self, channel: &ChannelPlan, report: &mut Report) -> Result<(), Diagnostic> {
        match &channel.to {
            Destination::GithubRelease(_) => github_release::take_back(self, report),
            Destination::Npm(_) => npm::take_back(self, channel, report),
            Destination::Pypi(pypi) => pypi::take_back(self, channel, pypi, report),
            Destination::CratesIo(_) => crates_io::take_back(self, channel, report),
            Destination::Homebrew(homebrew) => homebrew::take_back(self, homebrew, report),
            // Whoever installs by it gets what the registry and the release lead to.
            Destination::CargoBinstall(_) => Ok(()),
        }
    }

    /// Says what would be done, where nothing is.
    fn would(&self, report: &mut Report, what: &str) -> bool {
        if self.dry_run {
            report.line(format_args!("would {what}"));
        }
        self.dry_run
    }

    /// That something is left to do.
    fn left(&self, label: &str, problem: Diagnostic) -> Diagnostic {
        if problem.rule == Rule::YankIncomplete {
            return problem;
        }
        let message = format!("{} is not taken back from {label}: {}", self.tag, problem.message);
        let left = Diagnostic::new(Rule::YankIncomplete, message);
        match problem.remedy {
            Some(remedy) => left.with_remedy(remedy),
            None => left.with_remedy("run it again: what was taken back stays so"),
        }
    }

    /// The names of the packages that the plan ships to a channel, each once.
    fn packages(&self, channel: &ChannelPlan) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for file in self.plan.shipped_by(channel) {
            if let Some(name) = file.package().filter(|name| !names.contains(name)) {
                names.push(name);
            }
        }
        names
    }
}
