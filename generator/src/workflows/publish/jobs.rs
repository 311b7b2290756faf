//! The jobs with a side effect: what each does, and what its steps need for it.

use lockstep_schemas::model::{ChannelKind, GateCheck, Model};
use lockstep_schemas::plan::{
    ChannelPlan, Destination, FormulaPlan, GithubReleasePlan, HomebrewPlan, Login, Plan,
    RegistryPlan,
};
use lockstep_schemas::workflow::{
    Call, Checkout, Condition, Fact, Job, JobBody, Need, PermissionScope, Role, Setting, Step,
    StepId, Workflow,
};

use super::super::merged;
use super::super::parts::{expr, id, job};
use super::super::steps::{
    cargo, download_bundle, github_token, in_repository, node, of_bundle, other, own, setup,
    upload_receipt, uv,
};
use super::resolved;

/// The Node.js whose npm publishes: 24.18 and later bring npm 11.16, and trusted publishing needs
/// 11.5.1 ([documentation](https://docs.npmjs.com/trusted-publishers)).
const PUBLISHING_NODE: &str = "24.18.0";
/// The uv that publishes.
const PUBLISHING_UV: &str = "0.13.9";
/// The Rust that publishes where the model names none.
const PUBLISHING_RUST: &str = "1.95.0";

/// The plan that the bundle was made by: a job that checks nothing out has no other.
const BUNDLED_PLAN: &str = "lockstep/bundle/plan.json";

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
        Destination::GithubRelease(plan) => Some(release(model, plan, stage)),
        Destination::Homebrew(plan) => Some(formula(model, plan, stage)),
        Destination::Npm(_)
        | Destination::Pypi(_)
        | Destination::CratesIo(_)
        | Destination::CargoBinstall(_) => None,
    }
}

/// The upload of a channel's artifacts to its registry.
pub(super) fn upload(model: &Model, plan: &Plan, channel: &ChannelPlan) -> Option<Job> {
    let of = |plan, client, packages| Registry { kind: channel.kind(), plan, client, packages };
    let registry = match &channel.to {
        Destination::Npm(npm) => of(&npm.registry, node("Set up npm", PUBLISHING_NODE), false),
        Destination::Pypi(registry) => of(registry, uv(PUBLISHING_UV), false),
        Destination::CratesIo(registry) => {
            let rust = plan.toolchain.rust.as_ref();
            let client = cargo(rust.map_or(PUBLISHING_RUST, |rust| rust.as_str()));
            // cargo cannot upload a crate that was packaged before: it packages the sources again.
            of(registry, client, true)
        }
        Destination::GithubRelease(_)
        | Destination::Homebrew(_)
        | Destination::CargoBinstall(_) => return None,
    };
    Some(registry.upload(model))
}

/// The GitHub release: its draft, or its publication.
fn release(model: &Model, plan: &GithubReleasePlan, stage: ReleaseStage) -> Job {
    let (name, label, reason) = match stage {
        ReleaseStage::Prepare => {
            ("draft-release", "Draft the GitHub release", "create the draft and upload its assets")
        }
        ReleaseStage::Publish => {
            ("publish-release", "Publish the GitHub release", "make the draft public")
        }
    };
    let step = live(stage.role(ChannelKind::GithubRelease), |mode| {
        own(label, "github-release")
            .with("stage", stage.id())
            .with("mode", mode)
            .with("version", resolved("version"))
            .with("commit", resolved("commit"))
            .with("prerelease", expr("inputs.prerelease"))
            .with("token", github_token())
    });
    let step = step
        .needing(Need::write(PermissionScope::Contents, reason))
        .needing(Need::Environment(plan.environment.clone()));
    let steps = merged([setup(model), vec![download_bundle(), step, upload_receipt(name)]]);
    publishing_job(model, name, label, 30, steps)
}

/// The formula: prepared or verified before anything is published, forwarded when the release is public.
fn formula(model: &Model, plan: &HomebrewPlan, stage: ReleaseStage) -> Job {
    let name = match stage {
        ReleaseStage::Prepare => "prepare-formula",
        ReleaseStage::Publish => "publish-formula",
    };
    let looks = Role::Look(ChannelKind::Homebrew);
    let (label, role) = match (&plan.update, stage) {
        (FormulaPlan::Push { .. }, ReleaseStage::Prepare) => {
            ("Prepare the formula", stage.role(ChannelKind::Homebrew))
        }
        (FormulaPlan::Push { .. }, ReleaseStage::Publish) => {
            ("Publish the formula", stage.role(ChannelKind::Homebrew))
        }
        // What a maintainer brings to the tap is looked at alone.
        (FormulaPlan::Verify, ReleaseStage::Prepare) => ("Verify the formula", looks),
        (FormulaPlan::Verify, ReleaseStage::Publish) => ("Verify the published formula", looks),
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
        FormulaPlan::Verify => step,
    };
    let steps = merged([setup(model), vec![download_bundle(), step, upload_receipt(name)]]);
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
        let (trade, step) = self.logged_in(step);
        let verify = own("Verify the bundle", "verify-manifest").with("plan", BUNDLED_PLAN);
        let verify = of_bundle(verify, resolved);
        // What a rehearsal verified, a live run has not.
        let verify = verify.clone().rehearsed_as(verify.as_role(Role::Plain));
        let steps = merged([
            vec![self.client],
            setup(model),
            vec![download_bundle(), verify],
            trade.into_iter().collect(),
            vec![step, upload_receipt(id)],
        ]);
        publishing_job(model, &format!("publish-{id}"), &label, 60, steps)
    }

    /// The step with what it shows the registry, and the step before it that gets that.
    fn logged_in(&self, step: Step) -> (Option<Step>, Step) {
        match &self.plan.login {
            Login::Token { secret } => (None, step.with_secret("token", secret)),
            Login::TrustedPublishing => {
                let reason = format!("prove to {} which workflow this is", self.kind.label());
                let step = step.needing(Need::write(PermissionScope::IdToken, &reason));
                match self.kind {
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
}

/// The step whose output is the registry's token.
const TRADE: StepId = StepId("auth");

fn trade() -> Step {
    other("Trade this run's identity for a token", "rust-lang/crates-io-auth-action")
        .with_id(TRADE)
        .dropped_in_rehearsal()
}

/// Delivery: the published version is installed from every channel and run.
pub(super) fn deliver(verify: &Workflow) -> Job {
    let with = ["version", "commit", "channels"].map(|name| Setting::new(name, resolved(name)));
    Job {
        id: id("deliver"),
        name: "Deliver".to_owned(),
        needs: Vec::new(),
        condition: None,
        body: JobBody::Call(Call::of(verify, with.to_vec())),
    }
}

/// What happened is put together; a failed gate becomes an issue.
pub(super) fn report(model: &Model, plan: &Plan) -> Job {
    let receipts = other("Download the receipts", "actions/download-artifact")
        .with("pattern", "receipt-*")
        .with("path", "lockstep/receipts")
        .with("merge-multiple", true);
    let is_blockers = |check: &GateCheck| matches!(check, GateCheck::NoOpenBlockers { .. });
    let files = plan.gates.iter().any(|gate| is_blockers(&gate.check));
    let step = live(Role::Report, |mode| {
        own("Put together what happened", "report-blocker")
            .with("mode", mode)
            .with("needs", expr("toJSON(needs)"))
            .with("inputs", expr("toJSON(inputs)"))
            .with("token", github_token())
    });
    let reason = "file what stopped the release as an issue";
    let step =
        if files { step.needing(Need::write(PermissionScope::Issues, reason)) } else { step };
    let steps = merged([setup(model), vec![receipts, step, upload_receipt("report")]]);
    let report = publishing_job(model, "report", "Report", 10, steps);
    let condition = Condition::All(vec![Fact::Always.into(), !Fact::Rehearsal]);
    Job { condition: Some(condition), ..report }
}
