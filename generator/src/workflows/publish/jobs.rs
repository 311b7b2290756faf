//! The jobs with a side effect: what each does, and what its steps need for it.

use lockstep_schemas::model::{ChannelKind, Model};
use lockstep_schemas::plan::{
    ChannelPlan, Destination, FormulaPlan, GithubReleasePlan, HomebrewPlan, Login, Plan,
    RegistryPlan,
};
use lockstep_schemas::workflow::{
    Checkout, Job, JobBody, Need, PermissionScope, Role, Step, StepId,
};

use super::super::parts::{expr, job};
use super::super::steps::{
    PUBLISHING_NODE, PUBLISHING_UV, cargo, download_receipts, github_token, in_repository, node,
    other, own, pinned_rust, upload_receipt, uv,
};
use super::super::{merged, programs};
use super::{look_at_bundle, resolved, take_attestation, take_bundle, with_attested};

/// A stage of what appears in one step when all else has succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReleaseStage {
    /// Made and verified, not yet public.
    Prepare,
    /// Made public.
    Publish,
}

impl ReleaseStage {
    fn id(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Publish => "publish",
        }
    }

    fn role(self, channel: ChannelKind) -> Role {
        match self {
            Self::Prepare => Role::Prepare(channel),
            Self::Publish => Role::Publish(channel),
        }
    }
}

/// A step with a side effect, made for its mode, with the one that is rehearsed in its place. What is added to
/// it afterwards, a live run alone has.
fn live(role: Role, make: impl Fn(&str) -> Step) -> Step {
    make("live").as_role(role).rehearsed_as(make("rehearsal"))
}

fn publishing_job(model: &Model, name: &str, label: &str, minutes: u16, steps: Vec<Step>) -> Job {
    job(model, name, label, minutes, Checkout::Of(resolved("commit")), steps)
}

/// What of a channel can be taken back, made before anything is published: a draft, a formula's branch.
pub(super) fn prepare(model: &Model, channel: &ChannelPlan) -> Option<Job> {
    in_one_step(model, channel, ReleaseStage::Prepare)
}

/// What makes a channel public in one step, when all else is published.
pub(super) fn make_public(model: &Model, channel: &ChannelPlan) -> Option<Job> {
    in_one_step(model, channel, ReleaseStage::Publish)
}

fn in_one_step(model: &Model, channel: &ChannelPlan, stage: ReleaseStage) -> Option<Job> {
    match &channel.to {
        Destination::GithubRelease(plan) => Some(release(model, channel, plan, stage)),
        Destination::Homebrew(plan) => Some(formula(model, plan, stage)),
        Destination::Npm(_)
        | Destination::Pypi(_)
        | Destination::CratesIo(_)
        | Destination::CargoBinstall(_) => None,
    }
}

/// The step that sets up the client of a channel's registry: the one that publishes is tried before.
pub(super) fn client(plan: &Plan, channel: &ChannelPlan) -> Option<Step> {
    match &channel.to {
        Destination::Npm(_) => Some(node("Set up npm", PUBLISHING_NODE)),
        Destination::Pypi(_) => Some(uv(PUBLISHING_UV)),
        // cargo cannot upload a crate that was packaged before: it packages the sources again, which gives the same bytes by
        // the same cargo alone. The rules hold that a crate has its toolchain.
        Destination::CratesIo(_) => Some(cargo(plan.toolchain.rust.as_ref()?.as_str())),
        Destination::GithubRelease(_)
        | Destination::Homebrew(_)
        | Destination::CargoBinstall(_) => None,
    }
}

/// The most minutes that pacing may add: a job ends after six hours
/// ([limit](https://docs.github.com/en/actions/reference/limits)).
const HOURS: u16 = 150;

/// The upload of a channel's artifacts to its registry.
pub(super) fn upload(model: &Model, plan: &Plan, channel: &ChannelPlan) -> Option<Job> {
    let client = client(plan, channel)?;
    // crates.io takes thirty versions at once, and then one a minute.
    let crates = plan.crates().count();
    let paced = u16::try_from(crates.saturating_sub(30)).unwrap_or(HOURS).min(HOURS);
    let kind = channel.kind();
    let minutes = if kind == ChannelKind::CratesIo { 60 + 2 * paced } else { 60 };
    let of = |plan, packages| Registry { kind, plan, client, packages, minutes };
    let registry = match &channel.to {
        Destination::Npm(npm) => of(&npm.registry, false),
        Destination::Pypi(pypi) => of(&pypi.registry, false),
        Destination::CratesIo(registry) => of(registry, true),
        Destination::GithubRelease(_)
        | Destination::Homebrew(_)
        | Destination::CargoBinstall(_) => return None,
    };
    let packages = registry.packages;
    let mut job = registry.upload(model);
    if let (true, JobBody::Run(run)) = (packages, &mut job.body) {
        run.env.extend(pinned_rust(&plan.toolchain));
    }
    Some(job)
}

/// The GitHub release: its draft, or its publication.
fn release(
    model: &Model,
    channel: &ChannelPlan,
    plan: &GithubReleasePlan,
    stage: ReleaseStage,
) -> Job {
    let (name, label, reason) = match stage {
        ReleaseStage::Prepare => {
            ("draft-release", "Draft the GitHub release", "create the draft and upload its assets")
        }
        ReleaseStage::Publish => {
            ("publish-release", "Publish the GitHub release", "make the draft public")
        }
    };
    let step = live(stage.role(ChannelKind::GithubRelease), |mode| {
        let step = own(label, "github-release")
            .with("stage", stage.id())
            .with("mode", mode)
            .with("version", resolved("version"))
            .with("commit", resolved("commit"))
            .with("prerelease", expr("inputs.prerelease"))
            .with("channels", resolved("channels"));
        with_attested(channel, step)
            .with("token", github_token())
            // Without it a private repository is not there at all.
            .needing(Need::read(PermissionScope::Contents, "look for the release"))
    });
    let step = step
        .needing(Need::write(PermissionScope::Contents, reason))
        .needing(Need::Environment(plan.environment.clone()));
    let attestation = take_attestation(channel).into_iter().collect();
    let steps = vec![step, upload_receipt(name)];
    let steps = merged([programs::take(model), take_bundle(), attestation, steps]);
    publishing_job(model, name, label, 30, steps)
}

/// The formula: prepared or verified before anything is published, forwarded when the release is public.
fn formula(model: &Model, plan: &HomebrewPlan, stage: ReleaseStage) -> Job {
    let name = match stage {
        ReleaseStage::Prepare => "prepare-formula",
        ReleaseStage::Publish => "publish-formula",
    };
    let (label, role) = match (&plan.update, stage) {
        (FormulaPlan::Push { .. }, ReleaseStage::Prepare) => {
            ("Prepare the formula", stage.role(ChannelKind::Homebrew))
        }
        (FormulaPlan::Push { .. }, ReleaseStage::Publish) => {
            ("Publish the formula", stage.role(ChannelKind::Homebrew))
        }
        // What a maintainer brings to the tap is looked at alone.
        (FormulaPlan::Verify, ReleaseStage::Prepare) => {
            ("Verify the formula", Role::Look(ChannelKind::Homebrew))
        }
        (FormulaPlan::Verify, ReleaseStage::Publish) => {
            ("Verify the published formula", Role::Confirm(ChannelKind::Homebrew))
        }
    };
    let step = live(role, |mode| {
        own(label, "homebrew")
            .with("stage", stage.id())
            .with("mode", mode)
            .with("version", resolved("version"))
    });
    let step = match &plan.update {
        FormulaPlan::Push { environment, secret } => {
            step.needing(Need::Environment(environment.clone())).with_secret("token", secret)
        }
        // The tap is read, by a token or not, which a rate limit tells apart.
        FormulaPlan::Verify => step.with("token", github_token()),
    };
    let bundle = match &plan.update {
        FormulaPlan::Push { .. } => take_bundle(),
        FormulaPlan::Verify => look_at_bundle(),
    };
    let steps = merged([programs::take(model), bundle, vec![step, upload_receipt(name)]]);
    publishing_job(model, name, label, 15, steps)
}

/// A registry, as its artifacts are uploaded to it.
struct Registry<'a> {
    kind: ChannelKind,
    plan: &'a RegistryPlan,
    /// The step that sets its client up.
    client: Step,
    /// Whether the client packages what it uploads, for which it needs the repository.
    packages: bool,
    /// How long it may take.
    minutes: u16,
}

impl Registry<'_> {
    fn upload(self, model: &Model) -> Job {
        let id = self.kind.id();
        let label = format!("Publish to {}", self.kind.label());
        let step = live(Role::Publish(self.kind), |mode| {
            let step = own(&label, "publish")
                .with("channel", id)
                .with("mode", mode)
                .with("version", resolved("version"));
            if self.packages { in_repository(step) } else { step }
        });
        let step = step.needing(Need::Environment(self.plan.environment.clone()));
        let (trade, step) = logged_in(self.kind, &self.plan.login, step);
        let steps = merged([
            vec![self.client],
            programs::take(model),
            take_bundle(),
            trade.into_iter().collect(),
            // What an earlier attempt was told was taken is not sent again.
            vec![download_receipts(), step, upload_receipt(id)],
        ]);
        publishing_job(model, &format!("publish-{id}"), &label, self.minutes, steps)
    }
}

/// The step with what it shows a registry, and the step before it that gets that.
pub(super) fn logged_in(kind: ChannelKind, login: &Login, step: Step) -> (Option<Step>, Step) {
    match login {
        Login::Token { secret } => (None, step.with_secret("token", secret)),
        Login::TrustedPublishing => {
            let step = step.needing(identity(kind));
            match kind {
                // cargo knows no OpenID Connect by itself; npm and uv do.
                ChannelKind::CratesIo => {
                    let token = expr(format!("steps.{TRADE}.outputs.token"));
                    (Some(trade()), step.with("token", token))
                }
                ChannelKind::Npm
                | ChannelKind::Pypi
                | ChannelKind::GithubRelease
                | ChannelKind::Homebrew
                | ChannelKind::CargoBinstall => (None, step),
            }
        }
    }
}

/// The identity of the run, which a registry trusts.
fn identity(channel: ChannelKind) -> Need {
    let reason = format!("prove to {} which workflow this is", channel.label());
    Need::write(PermissionScope::IdToken, &reason)
}

/// The step whose output is the registry's token.
const TRADE: StepId = StepId("auth");

fn trade() -> Step {
    other("Trade this run's identity for a token", "rust-lang/crates-io-auth-action")
        .with_id(TRADE)
        .dropped_in_rehearsal()
}
