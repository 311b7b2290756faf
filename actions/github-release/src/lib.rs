//! Drafts the GitHub release with every asset verified, or makes the draft public.

use std::path::PathBuf;

use clap::Parser;
use lockstep_bundle::Opened;
use lockstep_channels::github_release::{GithubRelease, Settings};
use lockstep_channels::{Ledger, Permit, receipt};
use lockstep_github::GitHub;
use lockstep_runner::inputs::{Attested, Bundle, Mode, Receipt, ReleaseVersion, Stage, channel};
use lockstep_runner::protocol::server;
use lockstep_runner::{Action, Failure, Program, Report, Secret, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::strings::CommitSha;

/// Drafts and publishes the GitHub release.
#[derive(Debug, Parser)]
#[command(name = "github-release", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The bundle.
    #[command(flatten)]
    pub bundle: Bundle,
    /// The release.
    #[command(flatten)]
    pub release: ReleaseVersion,
    /// `prepare` makes the draft, `publish` makes it public.
    #[arg(long)]
    pub stage: Stage,
    /// `live` publishes; `rehearsal` does the same up to the call that would.
    #[arg(long)]
    pub mode: Mode,
    /// The commit that the tag must name.
    #[arg(long)]
    pub commit: CommitSha,
    /// Whether it is a prerelease: `true`, `false`, or `auto` for what the version says.
    #[arg(long, default_value = "auto")]
    pub prerelease: String,
    /// The channels that the release ships to, separated by spaces, of which its notes tell; without them all of the plan.
    #[arg(long, default_value = "")]
    pub channels: String,
    /// The folder for what the release has that is not in the bundle.
    #[arg(long, default_value = "lockstep/release")]
    pub assets: PathBuf,
    /// The attestation.
    #[command(flatten)]
    pub attested: Attested,
    /// The receipt.
    #[command(flatten)]
    pub receipt: Receipt,
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-publish";

    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("receipt", "The receipt that was written")];
    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "GITHUB_TOKEN",
        description: "The token that writes the release",
    }];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let opened = Opened::read(&self.bundle.plan, &self.bundle.bundle)?;
        let bundle = match opened.verify(&self.release.version, Some(&self.commit)) {
            Ok(bundle) => bundle,
            Err(problems) => {
                report.problems(problems);
                return Ok(());
            }
        };
        let github = GitHub::of_environment(opened.plan.project.repository.clone(), &tell)?;
        let is_rehearsal = self.mode == Mode::Rehearsal;
        let settings = Settings {
            prerelease: self.prerelease()?,
            server: server(),
            channels: self.channels()?,
            // A rehearsal's job may read alone, which does not show drafts.
            sees_drafts: !is_rehearsal,
            attested: self.attested.clone(),
        };
        let there = GithubRelease::new(&github, bundle, settings, &self.assets)?;
        let mut ledger =
            Ledger::new(&self.receipt.receipt, receipt(&opened.manifest, is_rehearsal), &[])?;
        let done = self.release(&there, &mut ledger, report);
        let failed = done.as_ref().err().map(|problem| problem.rule);
        ledger.end(failed, report)?;
        done.map_err(Failure::from)
    }
}

impl Inputs {
    fn release(
        &self,
        there: &GithubRelease<'_>,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let standing = there.look(ledger, report)?;
        if report.has_problems() {
            return Ok(());
        }
        match (Permit::of(self.mode), self.stage) {
            (None, _) => there.rehearse(&standing, ledger, report),
            (Some(permit), Stage::Prepare) => there.prepare(standing, &permit, ledger, report),
            (Some(permit), Stage::Publish) => there.publish(standing, &permit, ledger, report),
        }
    }

    /// The channels that the notes tell of.
    fn channels(&self) -> Result<Option<Vec<ChannelKind>>, Diagnostic> {
        let each = self.channels.split_whitespace().map(channel);
        let each: Result<Vec<ChannelKind>, String> = each.collect();
        let each = each.map_err(|wrong| Diagnostic::new(Rule::WrongInput, wrong))?;
        Ok(Some(each).filter(|each| !each.is_empty()))
    }

    /// What somebody said that it is; nothing where the version says.
    fn prerelease(&self) -> Result<Option<bool>, Diagnostic> {
        match self.prerelease.as_str() {
            "auto" | "" => Ok(None),
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            other => Err(Diagnostic::new(
                Rule::WrongInput,
                format!("`{other}` is neither `auto`, `true` nor `false`"),
            )),
        }
    }
}
