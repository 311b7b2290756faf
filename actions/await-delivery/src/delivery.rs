//! The channels: waited for together, and then installed from one after another.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use lockstep_github::GitHub;
use lockstep_registries::Web;
use lockstep_runner::{Failure, Report, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::model::{ChannelKind, NpmAccess, Tier};
use lockstep_schemas::plan::{ChannelPlan, Destination, Plan};
use lockstep_schemas::receipt::{DeliveryRecord, FileState};
use lockstep_schemas::strings::Sha256;

use crate::Inputs;
use crate::assets::Assets;
use crate::install::{Installation, Tried};
use crate::look::{CargoBinstall, CratesIo, GithubRelease, Homebrew, Look, Npm, Pypi};
use crate::outcome::Outcome;
use crate::waits::Waits;
use crate::wanted::{Users, Wanted, of_manifest, of_plan, sums, tier};

/// How often a client is tried again that does not install what the channel shows.
const AGAIN: u32 = 3;

/// What is delivered, and how it is looked at.
pub(crate) struct Deliveries<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) plan: Option<&'a Plan>,
    pub(crate) manifest: &'a Manifest,
    /// The manifest's file.
    pub(crate) file: &'a Path,
    pub(crate) users: &'a Users,
    pub(crate) web: &'a Web<'a>,
    pub(crate) github: Option<&'a GitHub<'a>>,
    pub(crate) server: &'a str,
}

/// A channel that is waited for.
struct Awaited<'a> {
    kind: ChannelKind,
    channel: Option<&'a ChannelPlan>,
    wanted: Vec<Wanted<'a>>,
    look: Box<dyn Look + 'a>,
    tier: Tier,
    /// What it served when it was looked at last.
    states: Vec<FileState>,
    /// Why it does not say what it serves, where it did not at the last look.
    silent: Option<Diagnostic>,
}

impl Awaited<'_> {
    fn look(&mut self) {
        match self.look.look(&self.wanted) {
            Ok(states) => {
                self.states = states;
                self.silent = None;
            }
            Err(problem) => self.silent = Some(problem),
        }
    }

    /// What there is of each file that is waited for.
    fn waited_for(&self) -> impl Iterator<Item = FileState> {
        let all = self.wanted.iter().zip(self.states.iter().copied());
        all.filter(|(one, _)| one.is_own).map(|(_, state)| state)
    }

    /// Whether another look could find anything else.
    fn is_settled(&self) -> bool {
        self.silent.is_none()
            && !self.states.is_empty()
            && self.waited_for().all(|state| match state {
                FileState::Ours | FileState::Other | FileState::OtherStaged | FileState::Burnt => {
                    true
                }
                FileState::Unknown
                | FileState::Absent
                | FileState::Staged
                | FileState::Accepted => false,
            })
    }

    /// How far it is, in words.
    fn progress(&self) -> String {
        let label = self.kind.label();
        if self.silent.is_some() {
            return format!("{label} does not answer");
        }
        let (mut all, mut there) = (0, 0);
        for state in self.waited_for() {
            all += 1;
            there += u32::from(state == FileState::Ours);
        }
        let plural = if all == 1 { "file is" } else { "files are" };
        format!("{label}: {there} of {all} {plural} there")
    }
}

impl Deliveries<'_> {
    /// Waits for every channel that is asked for, installs from each that serves all, and says what came of it.
    pub(crate) fn all(
        &self,
        waits: &mut Waits,
        report: &mut Report,
    ) -> Result<Vec<Outcome>, Failure> {
        let mut outcomes = Vec::new();
        let mut all = Vec::new();
        let Some(plan) = self.plan else {
            let kind = self.inputs.channel.ok_or_else(|| {
                Failure::new(
                    Rule::WrongInput,
                    "a release of another repository is looked at channel by channel",
                )
                .with_remedy("name the registry with --channel")
            })?;
            all.push(self.of_manifest(kind)?);
            wait_for(&mut all, waits);
            outcomes.extend(all.into_iter().map(|one| self.ended(one, None, waits, report)));
            return Ok(outcomes);
        };
        let mut channels = self.asked_for(plan).peekable();
        if channels.peek().is_none() {
            let label = self.inputs.channel.map_or("any channel", ChannelKind::label);
            return Err(Failure::new(
                Rule::WrongInput,
                format!("the plan does not ship to {label}"),
            ));
        }
        let sums = self.sums();
        for channel in channels {
            let skipped = Outcome::new(channel.kind(), self.users, tier(channel, self.users));
            if !self.is_published(channel.kind()) {
                outcomes.push(skipped.skipped("no job of this run made all of it public there"));
                continue;
            }
            let wanted = of_plan(plan, channel, self.manifest, &sums, self.users)?;
            if channel.npm().is_some_and(|npm| npm.access == NpmAccess::Restricted) {
                outcomes.push(
                    skipped.skipped("its packages are shown to a login, and delivery has none"),
                );
                continue;
            }
            if !wanted.iter().any(|one| one.is_own) {
                let why = format!("it ships nothing to users of {}", self.users.id());
                outcomes.push(skipped.skipped(&why));
                continue;
            }
            match self.of_plan(plan, channel, wanted) {
                Ok(one) => all.push(one),
                Err(Failure(problem)) => outcomes.push(skipped.unasked(problem)),
            }
        }
        wait_for(&mut all, waits);
        outcomes.extend(all.into_iter().map(|one| self.ended(one, Some(plan), waits, report)));
        Ok(outcomes)
    }

    /// What came of each channel that is asked for, as long as nothing did.
    pub(crate) fn unfinished(&self, plan: &Plan) -> Vec<DeliveryRecord> {
        let asked_for = self.asked_for(plan).filter(|channel| self.is_published(channel.kind()));
        let record = |channel: &ChannelPlan| {
            Outcome::new(channel.kind(), self.users, tier(channel, self.users)).unfinished()
        };
        asked_for.map(record).collect()
    }

    /// The channels of the plan that are asked for.
    fn asked_for<'p>(&self, plan: &'p Plan) -> impl Iterator<Item = &'p ChannelPlan> {
        let wanted = self.inputs.channel;
        plan.shipping().filter(move |channel| wanted.is_none_or(|kind| kind == channel.kind()))
    }

    /// The digests that stand beside the manifest.
    fn sums(&self) -> BTreeMap<String, Sha256> {
        sums(self.file.parent().unwrap_or(Path::new("")))
    }

    fn is_published(&self, kind: ChannelKind) -> bool {
        let channels = self.inputs.channels.as_ref();
        channels.is_none_or(|channels| channels.split_whitespace().any(|id| id == kind.id()))
    }

    fn of_manifest(&self, kind: ChannelKind) -> Result<Awaited<'_>, Failure> {
        let wanted = of_manifest(kind, self.manifest)?;
        let look: Box<dyn Look> = match kind {
            ChannelKind::Npm => Box::new(Npm::new(self.web, self.manifest, &wanted)?),
            ChannelKind::Pypi => Box::new(Pypi::new(self.web, None)?),
            ChannelKind::CratesIo => Box::new(CratesIo::new(self.web, self.manifest)?),
            ChannelKind::GithubRelease | ChannelKind::Homebrew | ChannelKind::CargoBinstall => {
                let message = format!("{} is no registry", kind.label());
                return Err(Failure::new(Rule::WrongInput, message)
                    .with_remedy("name one that packages are shipped to: npm, pypi or crates-io"));
            }
        };
        let tier = Tier::Official;
        Ok(Awaited { kind, channel: None, wanted, look, tier, states: Vec::new(), silent: None })
    }

    fn of_plan<'p>(
        &'p self,
        plan: &'p Plan,
        channel: &'p ChannelPlan,
        wanted: Vec<Wanted<'p>>,
    ) -> Result<Awaited<'p>, Failure> {
        let look: Box<dyn Look> = match &channel.to {
            Destination::Npm(_) => Box::new(Npm::new(self.web, self.manifest, &wanted)?),
            Destination::Pypi(pypi) => {
                let index = pypi.index.as_ref().map(|index| index.install.to_string());
                Box::new(Pypi::new(self.web, index)?)
            }
            Destination::CratesIo(_) => Box::new(CratesIo::new(self.web, self.manifest)?),
            Destination::GithubRelease(_) => Box::new(self.assets()?),
            Destination::Homebrew(formula) => {
                let assets = self.assets()?;
                let (manifest, server) = (self.manifest, self.server);
                Box::new(Homebrew::new(plan, channel, formula, manifest, server, assets))
            }
            Destination::CargoBinstall(_) => {
                let shipped = plan.shipping().find(|channel| channel.crates_io().is_some());
                let registry = match shipped {
                    Some(channel) => {
                        let sums = self.sums();
                        let of = of_plan(plan, channel, self.manifest, &sums, &Users::Any)?;
                        Some((CratesIo::new(self.web, self.manifest)?, of))
                    }
                    None => None,
                };
                Box::new(CargoBinstall { assets: self.assets()?, registry })
            }
        };
        let (kind, tier) = (channel.kind(), tier(channel, self.users));
        let (channel, states) = (Some(channel), Vec::new());
        Ok(Awaited { kind, channel, wanted, look, tier, states, silent: None })
    }

    fn assets(&self) -> Result<GithubRelease<'_>, Failure> {
        let github = self.github.ok_or_else(|| {
            Failure::new(Rule::WrongInput, "GitHub must be asked for the release's assets")
        })?;
        Ok(GithubRelease::new(github, &self.manifest.tag))
    }

    /// What came of a channel, when it is waited for no more.
    fn ended(
        &self,
        one: Awaited<'_>,
        plan: Option<&Plan>,
        waits: &mut Waits,
        report: &mut Report,
    ) -> Outcome {
        let mut outcome = Outcome::new(one.kind, self.users, one.tier);
        if let Some(problem) = one.silent {
            outcome.silent(problem);
            return outcome;
        }
        outcome.served(&one.wanted, &one.states);
        let (Some(plan), Some(channel), true) = (plan, one.channel, outcome.is_good()) else {
            return outcome;
        };
        report.line(format_args!("{}; installing", one.progress()));
        let installation = Installation {
            plan,
            channel,
            version: &self.manifest.version,
            target: self.users.target().and_then(|target| plan.target(target)),
            smoke: channel.smoke_for(self.users.target()),
            wanted: &one.wanted,
            assets: Assets {
                look: one.look.as_ref(),
                web: self.web,
                manifest: self.manifest,
                manifest_file: self.file,
            },
            server: self.server,
            logs: &self.inputs.diagnostics,
            limit: Duration::from_secs(u64::from(self.inputs.client_seconds)),
        };
        outcome.tried(until_it_comes(&installation, waits));
        outcome
    }
}

/// Installs it, and again where a client may see it later than it is shown here.
fn until_it_comes(installation: &Installation<'_>, waits: &mut Waits) -> Vec<Tried> {
    let mut tried = installation.install();
    for _ in 0..AGAIN {
        if !tried.iter().any(|one| one.may_come) {
            break;
        }
        let what = format!("{}: not every client installs it", installation.channel.kind().label());
        let Some(time) = wait(waits, &what) else { break };
        std::thread::sleep(time);
        tried = installation.install();
    }
    tried
}

/// Looks at each until nothing more can come, or the time is over.
fn wait_for(all: &mut [Awaited<'_>], waits: &mut Waits) {
    loop {
        let mut open: Vec<String> = Vec::new();
        for one in all.iter_mut().filter(|one| !one.is_settled()) {
            one.look();
            if !one.is_settled() {
                open.push(one.progress());
            }
        }
        if open.is_empty() {
            return;
        }
        let Some(time) = wait(waits, &open.join("; ")) else { return };
        std::thread::sleep(time);
    }
}

/// How long to wait until the next look, told with what is waited for; none where the time is over.
pub(crate) fn wait(waits: &mut Waits, what: &str) -> Option<Duration> {
    let now = Instant::now();
    let left = waits.left(now);
    let wait = waits.next(now)?;
    let minutes = left.as_secs().div_ceil(60);
    let plural = if minutes == 1 { "" } else { "s" };
    tell(&format!(
        "{what}; looking again in {} s, {minutes} minute{plural} left",
        wait.as_secs().max(1)
    ));
    Some(wait)
}
