//! Waits until users can have what was published, installs it as they do, and runs it.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod assets;
mod delivery;
mod install;
mod look;
mod outcome;
mod source;
mod waits;
mod wanted;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;
use lockstep_channels::receipt;
use lockstep_files::json;
use lockstep_github::GitHub;
use lockstep_registries::{Patience, Web};
use lockstep_runner::inputs::{ProjectPlan, Receipt, ReleaseVersion, channel};
use lockstep_runner::protocol::server;
use lockstep_runner::{Action, Failure, Program, Report, Secret, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{ChannelPlan, Plan, at_version};
use lockstep_schemas::receipt::{DeliveryRecord, FILE};
use lockstep_schemas::strings::{Repository, Tag, TargetId, WorkflowFile};
use lockstep_smoke::Host;

use crate::delivery::Deliveries;
use crate::source::{Asset, Proof, Source};
use crate::waits::Waits;
use crate::wanted::Users;

/// Waits until users can have a version, installs it as they do, and runs it.
#[derive(Debug, Parser)]
#[command(name = "await-delivery", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The release.
    #[command(flatten)]
    pub release: ReleaseVersion,
    /// The channel; without it every one that the plan ships to.
    #[arg(long, value_parser = channel)]
    pub channel: Option<ChannelKind>,
    /// The target whose users are looked at, or `any` for what belongs to no target. By default the one that this machine is of.
    #[arg(long)]
    pub target: Option<String>,
    /// The channels that it was published to, separated by spaces; without it all. A channel that is not among them is skipped.
    #[arg(long)]
    pub channels: Option<String>,
    /// How long to wait in all, in minutes.
    #[arg(long, default_value = "30")]
    pub timeout_minutes: u16,
    /// How long to wait until the second look, in seconds; each wait is twice as long as the one before, up to eight times this.
    #[arg(long, default_value = "10")]
    pub interval_seconds: u16,
    /// How long a client may take to install it, and what was installed to run, in seconds.
    #[arg(long, default_value = "600")]
    pub client_seconds: u16,
    /// The manifest of the release. By default the one that its GitHub release has.
    #[arg(long)]
    pub manifest: Option<PathBuf>,
    /// The repository whose release it is, where that is another than this one: then the plan is not read, its manifest says what
    /// must be there, and where that comes from is proved. Nothing is installed.
    #[arg(long, requires_all = ["channel", "asset"], conflicts_with_all = ["manifest", "target", "channels"])]
    pub repository: Option<Repository>,
    /// The name of the manifest among the assets of another repository's release, with `{version}`.
    #[arg(long, requires = "repository")]
    pub asset: Option<String>,
    /// The tag of another repository's release, with `{version}`.
    #[arg(long, default_value = "v{version}")]
    pub tag: String,
    /// The workflow that builds another repository's releases.
    #[arg(long, default_value = "release.yml")]
    pub workflow: WorkflowFile,
    /// The roots of trust, as `gh attestation trusted-root` prints them. Without them those that this program was built with
    /// count.
    #[arg(long)]
    pub trusted_root: Option<PathBuf>,
    /// The folder that the logs of clients go to, and the manifest of another repository's release.
    #[arg(long, default_value = "lockstep/delivery")]
    pub diagnostics: PathBuf,
    /// The receipt.
    #[command(flatten)]
    pub receipt: Receipt,
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-publish";

    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("manifest", "The manifest that the release was compared with")];
    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "GITHUB_TOKEN",
        description: "The token that reads the GitHub release",
    }];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan = match self.repository {
            Some(_) => None,
            None => Some(json::read_plan(&self.plan.plan)?),
        };
        let web = Web::new(Patience::default(), &tell);
        let server = server();
        fs::create_dir_all(&self.diagnostics).map_err(|error| {
            let message = format!("the folder of the logs cannot be made: {error}");
            Failure::from(
                Diagnostic::new(Rule::FileUnwritable, message).in_file(self.diagnostics.shown()),
            )
        })?;
        let github = self.github(plan.as_ref())?;
        let source = self.source(plan.as_ref(), github.as_ref(), &server)?;
        let whole = Duration::from_secs(60 * u64::from(self.timeout_minutes));
        let first = Duration::from_secs(u64::from(self.interval_seconds));
        let mut waits = Waits::new(Instant::now(), whole, first);
        let Some((manifest, file)) = self.manifest(&source, &web, &mut waits, report)? else {
            return Ok(());
        };
        let users = self.users(plan.as_ref())?;
        let deliveries = Deliveries {
            inputs: self,
            plan: plan.as_ref(),
            manifest: &manifest,
            file: &file,
            users: &users,
            web: &web,
            github: github.as_ref(),
            server: &server,
        };
        // Whoever ends this before it is done leaves that on record.
        if let Some(plan) = &plan {
            self.keep(&manifest, deliveries.unfinished(plan), report)?;
        }
        let outcomes = deliveries.all(&mut waits, report)?;
        let records = outcome::tell(outcomes, report);
        if plan.is_some() {
            self.keep(&manifest, records, report)?;
        }
        let path = match &source {
            Source::File(path) => path.shown(),
            Source::Release(_) => self.diagnostics.join("manifest.json").shown(),
        };
        report.output("manifest", path);
        Ok(())
    }
}

impl Inputs {
    /// Writes the receipt, anew.
    fn keep(
        &self,
        manifest: &Manifest,
        deliveries: Vec<DeliveryRecord>,
        report: &Report,
    ) -> Result<(), Diagnostic> {
        let problems = report.rules();
        let receipt =
            lockstep_schemas::receipt::Receipt { problems, deliveries, ..receipt(manifest, false) };
        let folder = &self.receipt.receipt;
        fs::create_dir_all(folder).map_err(|error| {
            let message = format!("the receipt's folder cannot be made: {error}");
            Diagnostic::new(Rule::FileUnwritable, message).in_file(folder.shown())
        })?;
        json::write(&folder.join(FILE), &receipt)
    }

    /// GitHub, where it is asked: for the manifest, or for a channel that has assets of the release.
    fn github(&self, plan: Option<&Plan>) -> Result<Option<GitHub<'_>>, Failure> {
        let asks = |kind: ChannelKind| match kind {
            ChannelKind::GithubRelease | ChannelKind::Homebrew | ChannelKind::CargoBinstall => true,
            ChannelKind::Npm | ChannelKind::Pypi | ChannelKind::CratesIo => false,
        };
        let is_asked = plan.is_some_and(|plan| {
            let channels = plan.shipping().map(ChannelPlan::kind);
            channels.filter(|kind| self.channel.is_none_or(|wanted| wanted == *kind)).any(asks)
        });
        if self.manifest.is_some() && !is_asked {
            return Ok(None);
        }
        let own = plan.map(|plan| &plan.project.repository);
        let Some(repository) = self.repository.as_ref().or(own) else { return Ok(None) };
        Ok(Some(GitHub::of_environment(repository.clone(), &tell)?))
    }

    fn source<'a>(
        &'a self,
        plan: Option<&'a Plan>,
        github: Option<&'a GitHub<'a>>,
        server: &'a str,
    ) -> Result<Source<'a>, Failure> {
        if let Some(path) = &self.manifest {
            return Ok(Source::File(path));
        }
        let version = &self.release.version;
        let of_plan = || {
            let plan = plan?;
            let release = plan.shipping().find_map(|channel| channel.github_release())?;
            Some((
                plan.tag_at(version.as_str()),
                release.manifest.as_str(),
                &plan.project.repository,
            ))
        };
        let (tag, name, repository, proof) = if let Some(repository) = &self.repository {
            let tag = at_version(&self.tag, version.as_str());
            let trusted_root = self.trusted_root.as_ref();
            let proof = Proof { server, workflow: &self.workflow, trusted_root };
            (tag, self.asset.as_deref().unwrap_or_default(), repository, Some(proof))
        } else {
            let (tag, name, repository) = of_plan().ok_or_else(|| {
                let message = format!("nothing says which bytes {version} has: the plan has no GitHub release with a manifest");
                Failure::new(Rule::WrongInput, message).with_remedy(
                    "name the manifest.json of the bundle with --manifest: `gh run download RUN --name bundle-1` gets it",
                )
            })?;
            (tag, name, repository, None)
        };
        let tag: Tag = tag.parse().map_err(|error| {
            Failure::new(Rule::WrongInput, format!("`{tag}` is no tag: {error}"))
        })?;
        let github = github.ok_or_else(|| {
            Failure::new(Rule::WrongInput, "GitHub must be asked for the manifest")
        })?;
        let folder = self.diagnostics.as_path();
        Ok(Source::Release(Asset { github, repository, version, tag, name, folder, proof }))
    }

    /// The manifest, when it is there; none where it did not come in time.
    fn manifest(
        &self,
        source: &Source<'_>,
        web: &Web<'_>,
        waits: &mut Waits,
        report: &mut Report,
    ) -> Result<Option<(Manifest, PathBuf)>, Failure> {
        loop {
            if let Some(found) = source.read(&self.release.version, web)? {
                return Ok(Some(found));
            }
            let version = &self.release.version;
            let Some(wait) = delivery::wait(waits, &format!("{version} is not public yet")) else {
                let message = format!("{version} is not public yet: no release has its manifest");
                report.problem(
                    Diagnostic::new(Rule::DeliveryLate, message)
                        .with_remedy("run it again when the release is public"),
                );
                return Ok(None);
            };
            std::thread::sleep(wait);
        }
    }

    fn users(&self, plan: Option<&Plan>) -> Result<Users, Failure> {
        let Some(plan) = plan else { return Ok(Users::Any) };
        match self.target.as_deref() {
            Some("any") => Ok(Users::Any),
            Some(id) => {
                let id: Result<TargetId, _> = id.parse();
                let id = id.map_err(|error| Failure::new(Rule::WrongInput, error.to_string()))?;
                let is_served = |channel: &ChannelPlan| {
                    channel.promise_of(&id).is_some_and(|promise| promise.way.is_some())
                };
                if !plan.shipping().any(is_served) {
                    lockstep_bundle::target(plan, &id)?;
                }
                Ok(Users::Of(id))
            }
            None => {
                let here = Host::this().target(plan);
                Ok(here.map_or(Users::Any, |target| Users::Of(target.id.clone())))
            }
        }
    }
}
