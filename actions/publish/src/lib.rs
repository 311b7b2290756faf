//! Publishes the artifacts of one channel: looks at what is there, publishes what is not, confirms.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use lockstep_binstall::{Crate, unfound};
use lockstep_bundle::{Opened, Verified, WorkingFolder, cargo_toml};
use lockstep_channels::crates_io::CratesIo;
use lockstep_channels::github_release::{GithubRelease, Settings};
use lockstep_channels::homebrew::Homebrew;
use lockstep_channels::npm::Npm;
use lockstep_channels::pypi::Pypi;
use lockstep_channels::{Ledger, Permit, RegistryChannel, Waiting, channel_of, receipt, token};
use lockstep_github::{GitHub, PUBLIC};
use lockstep_receipts::all_below;
use lockstep_registries::{Patience, Web};
use lockstep_runner::inputs::{Attested, Bundle, Mode, Receipt, ReleaseVersion, channel};
use lockstep_runner::protocol::server;
use lockstep_runner::{Action, Failure, Program, Report, Secret, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::plan::ChannelPlan;

/// Publishes one channel's artifacts.
#[derive(Debug, Parser)]
#[command(name = "publish", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The bundle.
    #[command(flatten)]
    pub bundle: Bundle,
    /// The release.
    #[command(flatten)]
    pub release: ReleaseVersion,
    /// The channel.
    #[arg(long, value_parser = channel)]
    pub channel: ChannelKind,
    /// `live` publishes; `rehearsal` does the same up to the call that would; `preflight` tries the
    /// credentials and asks the channel what would be in the way; `look` asks what can be asked without any.
    #[arg(long)]
    pub mode: PublishMode,
    /// Whether the run is a rehearsal: what only stands in the way of going live is then told, and no
    /// failure of a preflight.
    #[arg(long)]
    pub rehearsal: bool,
    /// The value of the configuration variable that must be `true` before anything goes live, `unset` where it has none; not
    /// given where the channel asks for no variable.
    #[arg(long)]
    pub switch: Option<String>,
    /// The folder for what the channel has that is not in the bundle.
    #[arg(long, default_value = "lockstep/release")]
    pub assets: PathBuf,
    /// The attestation.
    #[command(flatten)]
    pub attested: Attested,
    /// How many seconds a registry may take until users can have what it took, and a maintainer until what is staged is approved.
    #[arg(long, default_value = "1200")]
    pub wait: u64,
    /// The folder of the receipts of earlier attempts: what they were told was taken is waited for, and not sent again.
    #[arg(long, default_value = "lockstep/receipts")]
    pub receipts: PathBuf,
    /// The receipt.
    #[command(flatten)]
    pub receipt: Receipt,
}

/// What is done with a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PublishMode {
    /// Its credentials are tried, and it is asked what would be in the way.
    Preflight,
    /// It is asked what can be asked without credentials.
    Look,
    /// Everything up to the call that would publish.
    Rehearsal,
    /// Its artifacts are published.
    Live,
}

impl PublishMode {
    /// That it may publish, where it does.
    fn permit(self) -> Option<Permit> {
        match self {
            Self::Live => Permit::of(Mode::Live),
            Self::Preflight | Self::Look | Self::Rehearsal => Permit::of(Mode::Rehearsal),
        }
    }
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-publish";

    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("receipt", "The receipt that was written")];

    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "LOCKSTEP_TOKEN",
        description: "The token that publishes, where the channel asks for one",
    }];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let opened = Opened::read(&self.bundle.plan, &self.bundle.bundle)?;
        let bundle = match opened.verify(&self.release.version, None) {
            Ok(bundle) => bundle,
            Err(problems) => {
                report.problems(problems);
                return Ok(());
            }
        };
        if self.rehearsal && self.mode == PublishMode::Live {
            return Err(Failure::new(Rule::WrongInput, "a rehearsal cannot go live")
                .with_remedy("leave `--rehearsal` out to publish, or say `--mode rehearsal`"));
        }
        self.switched_on(report);
        let is_rehearsal = self.rehearsal || self.mode == PublishMode::Rehearsal;
        // The last one that was written here is earlier too.
        let mut earlier = Vec::new();
        for folder in [&self.receipts, &self.receipt.receipt] {
            if folder.is_dir() {
                earlier.extend(all_below(folder)?);
            }
        }
        let receipt = receipt(&opened.manifest, is_rehearsal);
        let mut ledger = Ledger::new(&self.receipt.receipt, receipt, &earlier)?;
        let done = self.channel(bundle, &mut ledger, report);
        let failed = done.as_ref().err().map(|failure| failure.0.rule);
        ledger.end(failed, report)?;
        done
    }
}

impl Inputs {
    fn channel(
        &self,
        bundle: Verified<'_>,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let web = Web::new(Patience::default(), &tell);
        let token = token();
        let token = token.as_deref();
        let waiting = Waiting { visible: Duration::from_secs(self.wait) };
        match (self.channel, self.mode) {
            (ChannelKind::GithubRelease, PublishMode::Preflight | PublishMode::Look) => {
                self.look_at_release(bundle, ledger, report)
            }
            (ChannelKind::GithubRelease, PublishMode::Rehearsal | PublishMode::Live) => {
                let what = "a GitHub release is published by `github-release`";
                Err(Failure::new(Rule::WrongInput, what))
            }
            (ChannelKind::Homebrew, PublishMode::Preflight | PublishMode::Look) => {
                self.look_at_tap(bundle, ledger, report)
            }
            (ChannelKind::Homebrew, PublishMode::Rehearsal | PublishMode::Live) => {
                let what = "a formula is brought to its tap by `homebrew`";
                Err(Failure::new(Rule::WrongInput, what))
            }
            (ChannelKind::CargoBinstall, _) => {
                report.line("cargo-binstall fetches the assets of the GitHub release: nothing is published to it");
                finds_archives(&bundle, report)
            }
            (ChannelKind::Npm, _) => {
                self.registry(&Npm::new(bundle, &web, token, waiting)?, ledger, report)
            }
            (ChannelKind::Pypi, _) => {
                self.registry(&Pypi::new(bundle, &web, token, waiting)?, ledger, report)
            }
            (ChannelKind::CratesIo, _) => {
                // What stands below it is no part of a crate.
                let folder = self.bundle.bundle.parent();
                if let Some(folder) = folder.filter(|folder| folder.ends_with("lockstep")) {
                    WorkingFolder(folder).make(folder)?;
                }
                self.registry(&CratesIo::new(bundle, &web, token, waiting)?, ledger, report)
            }
        }
    }

    /// That the channel's variable lets it go live, where it has one.
    fn switched_on(&self, report: &mut Report) {
        let Some(switch) = &self.switch else { return };
        if switch == "true" {
            return;
        }
        let channel = self.channel.label();
        let is = if switch == "unset" {
            "is not set".to_owned()
        } else {
            format!("is `{switch}`, and not `true`")
        };
        let message = format!("the configuration variable of {channel} {is}");
        if self.rehearsal {
            report.line(format_args!("a live run would stop: {message}"));
            return;
        }
        report.problem(Diagnostic::new(Rule::WrongInput, message).with_remedy(
            "set it to `true` in the repository's settings when the channel may go live, or leave the channel out",
        ));
    }

    fn registry(
        &self,
        channel: &dyn RegistryChannel,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Failure> {
        channel.look(ledger, report)?;
        match (self.mode, self.mode.permit()) {
            (PublishMode::Look, _) => channel.names_are_there(report)?,
            (PublishMode::Preflight, _) => channel.preflight(ledger, report)?,
            (PublishMode::Rehearsal | PublishMode::Live, _) if report.has_problems() => {}
            (PublishMode::Rehearsal | PublishMode::Live, None) => {
                channel.rehearse(ledger, report)?;
            }
            (PublishMode::Rehearsal | PublishMode::Live, Some(permit)) => {
                channel.publish(&permit, ledger, report)?;
            }
        }
        Ok(())
    }

    /// What the tap's formula says, and whether the tap takes a push from whoever is to push; or whether a maintainer brought it.
    fn look_at_tap(
        &self,
        bundle: Verified<'_>,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let (server, token) = (server(), token());
        let tap = Homebrew::new(bundle, &server, token.as_deref())?;
        let Some(standing) = tap.look(ledger, report)? else { return Ok(()) };
        match (tap.is_verified(), self.mode) {
            (true, _) => tap.verify(standing, self.rehearsal, report),
            (false, PublishMode::Preflight) => tap.may_push(&standing, report)?,
            (false, PublishMode::Look | PublishMode::Rehearsal | PublishMode::Live) => {}
        }
        Ok(())
    }

    fn look_at_release(
        &self,
        bundle: Verified<'_>,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let token = token().ok_or_else(|| {
            Failure::new(Rule::WrongInput, "GitHub must be asked, and there is no token")
                .with_remedy("set LOCKSTEP_TOKEN; `gh auth token` prints yours")
        })?;
        let base = variable("GITHUB_API_URL").unwrap_or_else(|| PUBLIC.to_owned());
        let repository = bundle.plan().project.repository.clone();
        let github = GitHub::new(&base, repository, &token, &tell);
        let github = github.map_err(Diagnostic::from)?;
        let server = server();
        let attested = self.attested.clone();
        let settings =
            Settings { prerelease: None, server, channels: None, sees_drafts: false, attested };
        let there = GithubRelease::new(&github, bundle, settings, &self.assets)?;
        there.look(ledger, report)?;
        Ok(())
    }
}

/// That cargo-binstall finds the release's archives by what the bundle's own crate says.
fn finds_archives(bundle: &Verified<'_>, report: &mut Report) -> Result<(), Failure> {
    let plan = bundle.plan();
    let (channel, to) =
        channel_of(bundle, ChannelKind::CargoBinstall, ChannelPlan::cargo_binstall)?;
    let repository = format!("{}/{}", server(), plan.project.repository);
    let manifest = bundle.manifest();
    let mut crates =
        manifest.artifacts.iter().filter(|record| record.artifact == to.crate_artifact);
    let Some(record) = crates.next() else { return Ok(()) };
    let text = cargo_toml(&bundle.folder().join(record.name.as_str()))?;
    let of = Crate::read(&text, &repository, None)?;
    let downloads = format!("{repository}/releases/download");
    let problems = unfound(&of, plan, channel, &manifest.version, &downloads);
    if problems.is_empty() {
        report.line("it finds each archive, and each program in it");
    }
    report.problems(problems.into_iter().map(|problem| problem.in_file(&record.name)));
    Ok(())
}
