//! The jobs that are live, or their rehearsal, each behind those that it needs.

use lockstep_schemas::model::{Auth, ChannelKind, FormulaUpdate, GateCheck, Model};
use lockstep_schemas::plan::{
    Call, ChannelPlan, Client, Job, JobBody, Permission, Plan, PublishMode, ReleaseStage, Steps,
};
use lockstep_schemas::strings::{Expression, JobId};

use super::super::jobs::{file, id, job, permission, read_contents, run, setting};
use super::{secret, selected};

/// The Node.js whose npm publishes: 24.18 and later bring npm 11.16, and trusted publishing needs
/// 11.5.1 ([documentation](https://docs.npmjs.com/trusted-publishers)).
const PUBLISHING_NODE: &str = "24.18.0";
/// The uv that publishes.
const PUBLISHING_UV: &str = "0.13.9";
/// The Rust that publishes where the model names none.
const PUBLISHING_RUST: &str = "1.95.0";

/// A job that another waits for, and the channel whose part it is.
struct PublishingJob {
    id: JobId,
    channel: ChannelKind,
}

/// The jobs that are live, or their rehearsal, each behind those that it needs.
pub(super) struct Chain<'a> {
    model: &'a Model,
    plan: &'a Plan,
    mode: PublishMode,
    publishing: Vec<PublishingJob>,
    pub(super) jobs: Vec<Job>,
}

impl<'a> Chain<'a> {
    pub(super) fn of(model: &'a Model, plan: &'a Plan, mode: PublishMode) -> Self {
        let mut chain = Self { model, plan, mode, publishing: Vec::new(), jobs: Vec::new() };
        let channel = |kind| plan.channels.iter().find(|channel| channel.kind == kind);
        let release = channel(ChannelKind::GithubRelease);
        let homebrew = channel(ChannelKind::Homebrew);

        // What can be undone comes first: a draft, a branch of the tap.
        if let Some(release) = release {
            chain.push(release, 0, |chain| chain.release(release, ReleaseStage::Prepare));
        }
        if let Some(homebrew) = homebrew {
            chain.push(homebrew, 0, |chain| chain.formula(homebrew, ReleaseStage::Prepare));
        }
        // Then the registries, side by side: what they accept stays.
        let prepared = chain.publishing.len();
        for kind in [ChannelKind::CratesIo, ChannelKind::Npm, ChannelKind::Pypi] {
            if let Some(registry) = channel(kind) {
                chain.push(registry, prepared, |chain| chain.publish(registry));
            }
        }
        // When all of that is publishing the release becomes public, and with it the formula.
        if let Some(release) = release {
            let all = chain.publishing.len();
            chain.push(release, all, |chain| chain.release(release, ReleaseStage::Publish));
        }
        if let Some(homebrew) = homebrew {
            let all = chain.publishing.len();
            chain.push(homebrew, all, |chain| chain.formula(homebrew, ReleaseStage::Publish));
        }
        if mode == PublishMode::Live {
            let deliver = chain.deliver();
            chain.jobs.push(deliver);
        }
        let report = chain.report();
        chain.jobs.push(report);
        chain
    }

    /// Puts a job of a channel behind the first `before` jobs of the chain.
    fn push(&mut self, channel: &ChannelPlan, before: usize, make: impl FnOnce(&Self) -> Job) {
        let mut job = make(self);
        job.id = self.id(job.id.as_str());
        job.needs = self.needs(before);
        job.condition = Some(self.condition(before, Some(channel)));
        self.publishing.push(PublishingJob { id: job.id.clone(), channel: channel.kind });
        self.jobs.push(match self.mode {
            PublishMode::Live => job,
            PublishMode::Rehearsal => Self::strip(job),
        });
    }

    fn id(&self, name: &str) -> JobId {
        match self.mode {
            PublishMode::Live => id(name),
            PublishMode::Rehearsal => id(format!("rehearse-{name}")),
        }
    }

    /// Takes from a job what a side effect would need. What is left may read the repository at most.
    fn strip(mut job: Job) -> Job {
        job.name = format!("Rehearse: {}", job.name);
        job.permissions.retain(|permission| *permission == read_contents());
        job.environment = None;
        match run(&mut job).map(|run| &mut run.steps) {
            Some(Steps::Publish { token, exchange, .. }) => {
                *token = None;
                *exchange = false;
            }
            Some(Steps::Formula { token, .. }) => *token = None,
            _ => {}
        }
        job
    }

    fn needs(&self, before: usize) -> Vec<JobId> {
        let first = [id("resolve"), id("preflight")];
        first
            .into_iter()
            .chain(self.publishing[..before].iter().map(|publishing| publishing.id.clone()))
            .collect()
    }

    /// When a job runs: in a live run or a rehearsal, where its channel is part of the release, when each job
    /// before it succeeded or was skipped because *its* channel is no part of it. A result that is
    /// neither stops it.
    fn condition(&self, before: usize, channel: Option<&ChannelPlan>) -> Expression {
        let mut terms = vec![self.when().to_owned()];
        if let Some(channel) = channel {
            terms.push(selected(channel.kind));
        }
        let own = channel.map(|channel| channel.kind);
        // A formula leads to the release's assets: without the release it leads nowhere.
        let must_succeed = |publishing: &PublishingJob| {
            Some(publishing.channel) == own
                || (own == Some(ChannelKind::Homebrew)
                    && publishing.channel == ChannelKind::GithubRelease)
        };
        let before = &self.publishing[..before];
        // Where all that it needs must have succeeded, GitHub's own rule says so. Where one may have
        // been skipped, that rule would skip this job too; the condition then names every result.
        if before.iter().any(|publishing| !must_succeed(publishing)) {
            terms.insert(0, "!cancelled()".to_owned());
            let first = ["resolve", "preflight"].into_iter();
            terms.extend(first.map(|name| format!("needs.{name}.result == 'success'")));
            terms.extend(before.iter().map(|publishing| {
                let succeeded = format!("needs.{}.result == 'success'", publishing.id);
                if must_succeed(publishing) {
                    return succeeded;
                }
                format!(
                    "({succeeded} || needs.resolve.outputs.{} == 'false')",
                    publishing.channel.id()
                )
            }));
        }
        Expression::new(terms.join(" && "))
    }

    /// Whether steps of the model's come before Lockstep's programs run.
    fn sets_up(&self) -> bool {
        !self.model.lockstep.setup.is_empty()
    }

    /// The permission to check out, for a job that packages or sets up.
    fn to_check_out(&self, packages: bool) -> Vec<Permission> {
        if packages || self.sets_up() { vec![read_contents()] } else { Vec::new() }
    }

    fn when(&self) -> &'static str {
        match self.mode {
            PublishMode::Live => "!inputs.rehearsal",
            PublishMode::Rehearsal => "inputs.rehearsal",
        }
    }

    fn release(&self, channel: &ChannelPlan, stage: ReleaseStage) -> Job {
        let (name, label, reason) = match stage {
            ReleaseStage::Prepare => (
                "draft-release",
                "Draft the GitHub release",
                "create the draft and upload its assets",
            ),
            ReleaseStage::Publish => {
                ("publish-release", "Publish the GitHub release", "make the draft public")
            }
        };
        let steps = Steps::Release {
            label: label.to_owned(),
            mode: self.mode,
            stage,
            receipt: name.to_owned(),
            checkout: self.sets_up(),
        };
        let mut job = job(self.model, name, label, 30, steps);
        job.permissions = vec![permission("contents", "write", reason)];
        job.environment.clone_from(&channel.environment);
        job
    }

    fn formula(&self, channel: &ChannelPlan, stage: ReleaseStage) -> Job {
        let pushes = channel.update == Some(FormulaUpdate::Push);
        let (name, label) = match (stage, pushes) {
            (ReleaseStage::Prepare, true) => ("prepare-formula", "Prepare the formula"),
            (ReleaseStage::Prepare, false) => ("prepare-formula", "Verify the formula"),
            (ReleaseStage::Publish, true) => ("publish-formula", "Publish the formula"),
            (ReleaseStage::Publish, false) => ("publish-formula", "Verify the published formula"),
        };
        let token = channel.secret.as_ref().map(secret);
        let steps = Steps::Formula {
            label: label.to_owned(),
            mode: self.mode,
            stage,
            receipt: name.to_owned(),
            checkout: self.sets_up(),
            token,
        };
        let mut job = job(self.model, name, label, 15, steps);
        job.permissions = self.to_check_out(false);
        job.environment = channel.environment.clone().filter(|_| pushes);
        job
    }

    fn publish(&self, channel: &ChannelPlan) -> Job {
        let auth = channel.auth.unwrap_or(Auth::Token);
        // cargo cannot upload a crate that was packaged before: it packages the sources again.
        let packages = channel.kind == ChannelKind::CratesIo;
        // crates.io's cargo knows no OpenID Connect by itself; npm and uv do.
        let exchange = packages && auth == Auth::TrustedPublishing;
        let exchanged = exchange.then(|| Expression::new("steps.auth.outputs.token"));
        let name = format!("publish-{}", channel.kind.id());
        let label = format!("Publish to {}", channel.kind.label());
        let steps = Steps::Publish {
            label: label.clone(),
            channel: channel.kind,
            mode: self.mode,
            exchange,
            token: channel.secret.as_ref().map(secret).or(exchanged),
            checkout: packages || self.sets_up(),
            client: self.client(channel.kind),
        };
        let mut job = job(self.model, &name, &label, 60, steps);
        job.permissions = self.to_check_out(packages);
        if auth == Auth::TrustedPublishing {
            let reason = format!("prove to {} which workflow this is", channel.kind.label());
            job.permissions.push(permission("id-token", "write", &reason));
        }
        job.environment.clone_from(&channel.environment);
        job
    }

    fn client(&self, kind: ChannelKind) -> Client {
        match kind {
            ChannelKind::Pypi => Client::SetupUv { uv: PUBLISHING_UV.to_owned() },
            ChannelKind::CratesIo => {
                let rust = self.plan.toolchain.rust.as_ref();
                let rust = rust.map_or(PUBLISHING_RUST, |rust| rust.as_str());
                Client::SetupCargo { rust: rust.to_owned() }
            }
            _ => Client::SetupNpm { node: PUBLISHING_NODE.to_owned() },
        }
    }

    /// Delivery: the published version is installed from every channel and run.
    fn deliver(&self) -> Job {
        let all = self.publishing.len();
        let resolved = |output: &str| Expression::new(format!("needs.resolve.outputs.{output}"));
        let with = ["version", "commit", "channels"];
        Job {
            id: id("deliver"),
            name: "Deliver".to_owned(),
            needs: self.needs(all),
            condition: Some(self.condition(all, None)),
            permissions: vec![read_contents()],
            environment: None,
            body: JobBody::Call(Call {
                calls: file("verify.yml"),
                with: with.map(|name| setting(name, resolved(name))).to_vec(),
            }),
        }
    }

    fn report(&self) -> Job {
        let steps = Steps::Report {
            mode: self.mode,
            receipt: "report".to_owned(),
            checkout: self.sets_up(),
        };
        let mut report = job(self.model, "report", "Report", 10, steps);
        report.id = self.id("report");
        let first = [id("resolve"), id("preflight")];
        report.needs =
            first.into_iter().chain(self.jobs.iter().map(|job| job.id.clone())).collect();
        report.condition = Some(Expression::new(format!("always() && {}", self.when())));
        let is_blockers = |check: &GateCheck| matches!(check, GateCheck::NoOpenBlockers { .. });
        let files = self.plan.gates.iter().any(|gate| is_blockers(&gate.check));
        let reason = "file what stopped the release as an issue";
        report.permissions = self.to_check_out(false);
        report.permissions.extend(files.then(|| permission("issues", "write", reason)));
        match self.mode {
            PublishMode::Live => report,
            PublishMode::Rehearsal => Self::strip(report),
        }
    }
}
