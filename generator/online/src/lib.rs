//! What `lockstep` does over the network. `lockstep` itself is offline, and starts this program for it.

mod blockers;
mod follow;
mod login;
mod pins;
mod publish;
mod release;
mod setup;
mod stage;
mod yank;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use lockstep_files::json;
use lockstep_runner::{Action, Failure, Program, Report, Secret};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Tag, Version};

/// What `lockstep` does over the network.
#[derive(Debug, Parser)]
#[command(
    name = "lockstep",
    bin_name = "lockstep",
    version,
    disable_version_flag = true,
    max_term_width = 100
)]
pub struct Online {
    #[command(subcommand)]
    command: Command,
    /// The project's folder, with its `lockstep.yaml`.
    #[arg(long, global = true, default_value = ".")]
    project: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Walk a release from the commit that is checked out to its last channel: what is done, what is not, and the next
    /// command. Tags the commit when nothing stands in the way.
    Release(release::Releasing),
    /// Dispatch `release-publish.yml` on a release's tag, and follow the run to its end.
    Publish(publish::Publishing),
    /// Take a version back from every channel, on record: nothing of it is built or published again.
    Yank(yank::Yanking),
    /// What stopped a release.
    #[command(subcommand)]
    Blockers(Blockers),
    /// The commits of the actions that the workflows use.
    #[command(subcommand)]
    Pins(Pins),
    /// Ask GitHub which of what must exist outside of the repository is there.
    Setup(setup::Checking),
    /// What waits at npm until you approve it.
    #[command(subcommand)]
    Stage(Stage),
}

#[derive(Debug, Subcommand)]
enum Pins {
    /// Set each to its newest release that has been public for some days, after comparing the version behind it with its commit.
    Update(pins::Updating),
}

#[derive(Debug, Subcommand)]
enum Stage {
    /// Compare what npm has staged with the bundle that it was staged from, by your own login, and print how to approve it.
    Verify(stage::Verifying),
}

#[derive(Debug, Subcommand)]
enum Blockers {
    /// File what a run found as issues, under the release's epic: a rehearsal files nothing by itself.
    File(blockers::Filing),
}

impl Action for Online {
    const FILE: &'static str = "lockstep-online";

    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "GITHUB_TOKEN",
        description: "The token that asks GitHub",
    }];
}

impl Program for Online {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan = || plan(&self.project);
        match &self.command {
            Command::Release(asked) => release::walk(&self.project, &plan()?, asked, report),
            Command::Publish(asked) => publish::run(&plan()?, asked, report),
            Command::Yank(asked) => yank::run(&plan()?, asked, report),
            Command::Blockers(Blockers::File(asked)) => {
                blockers::file(&self.project, &plan()?, asked, report)
            }
            Command::Pins(Pins::Update(asked)) => pins::update(&self.project, asked, report),
            Command::Setup(_) => setup::check(&self.project, &plan()?, report),
            Command::Stage(Stage::Verify(asked)) => stage::verify(asked, report),
        }
    }
}

/// The committed plan of a project.
fn plan(project: &Path) -> Result<Plan, Diagnostic> {
    json::read_plan(&project.join(".github/lockstep.plan.json"))
}

/// The version that a tag is of.
fn version(plan: &Plan, tag: &Tag) -> Result<Version, Diagnostic> {
    plan.tag.version_of(tag.as_str()).ok_or_else(|| {
        let prefix = plan.tag.prefix();
        let message = format!("the tag {tag} does not match `{}`", plan.tag);
        Diagnostic::new(Rule::TagPattern, message).with_remedy(format!(
            "a release's tag is {prefix} and a semantic version: {prefix}1.2.3"
        ))
    })
}
