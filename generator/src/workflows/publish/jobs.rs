//! The jobs with a side effect: what each does, and what its steps need for it.

use lockstep_schemas::model::{Auth, ChannelKind, FormulaUpdate, GateCheck, Model};
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::workflow::{
    Call, Checkout, Condition, Job, JobBody, Need, PermissionScope, Role, Setting, Step, StepId,
    Workflow,
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

/// The GitHub release: its draft, or its publication.
pub(super) fn release(model: &Model, channel: &ChannelPlan, stage: ReleaseStage) -> Job {
    let (name, label, reason) = match stage {
        ReleaseStage::Prepare => {
            ("draft-release", "Draft the GitHub release", "create the draft and upload its assets")
        }
        ReleaseStage::Publish => {
            ("publish-release", "Publish the GitHub release", "make the draft public")
        }
    };
    let step = live(stage.role(channel.kind), |mode| {
        own(label, "github-release")
            .with("stage", stage.id())
            .with("mode", mode)
            .with("version", resolved("version"))
            .with("commit", resolved("commit"))
            .with("prerelease", expr("inputs.prerelease"))
            .with("token", github_token())
    });
    let step = step.needing(Need::write(PermissionScope::Contents, reason));
    let step = in_environment(step, channel);
    let steps = merged([setup(model), vec![download_bundle(), step, upload_receipt(name)]]);
    publishing_job(model, name, label, 30, steps)
}

fn in_environment(step: Step, channel: &ChannelPlan) -> Step {
    match &channel.environment {
        Some(name) => step.needing(Need::Environment(name.clone())),
        None => step,
    }
}

/// The formula: prepared or verified before anything is published, forwarded when the release is public.
pub(super) fn formula(model: &Model, channel: &ChannelPlan, stage: ReleaseStage) -> Job {
    let pushes = channel.update == Some(FormulaUpdate::Push);
    let (name, label) = match (stage, pushes) {
        (ReleaseStage::Prepare, true) => ("prepare-formula", "Prepare the formula"),
        (ReleaseStage::Prepare, false) => ("prepare-formula", "Verify the formula"),
        (ReleaseStage::Publish, true) => ("publish-formula", "Publish the formula"),
        (ReleaseStage::Publish, false) => ("publish-formula", "Verify the published formula"),
    };
    let role = if pushes { stage.role(channel.kind) } else { Role::Plain };
    let step = live(role, |mode| {
        own(label, "homebrew")
            .with("stage", stage.id())
            .with("mode", mode)
            .with("version", resolved("version"))
    });
    let step = if pushes { in_environment(step, channel) } else { step };
    let step = match &channel.secret {
        Some(secret) => step.with_secret("token", secret),
        None => step,
    };
    let steps = merged([setup(model), vec![download_bundle(), step, upload_receipt(name)]]);
    publishing_job(model, name, label, 15, steps)
}

/// One registry's artifacts.
pub(super) fn publish(model: &Model, plan: &Plan, channel: &ChannelPlan) -> Job {
    let auth = channel.auth.unwrap_or(Auth::Token);
    // cargo cannot upload a crate that was packaged before: it packages the sources again.
    let packages = channel.kind == ChannelKind::CratesIo;
    // crates.io's cargo knows no OpenID Connect by itself; npm and uv do.
    let trades = packages && auth == Auth::TrustedPublishing;
    let name = format!("publish-{}", channel.kind.id());
    let label = format!("Publish to {}", channel.kind.label());
    let step = live(Role::Publish(channel.kind), |mode| {
        let step = own(&label, "publish")
            .with("channel", channel.kind.id())
            .with("mode", mode)
            .with("version", resolved("version"));
        if packages { in_repository(step) } else { step }
    });
    let step = in_environment(step, channel);
    let reason = format!("prove to {} which workflow this is", channel.kind.label());
    let step = match auth {
        Auth::TrustedPublishing => step.needing(Need::write(PermissionScope::IdToken, &reason)),
        Auth::Token => step,
    };
    let step = match &channel.secret {
        Some(secret) => step.with_secret("token", secret),
        None if trades => step.with("token", expr(format!("steps.{TRADE}.outputs.token"))),
        None => step,
    };
    let verify = own("Verify the bundle", "verify-manifest").with("plan", BUNDLED_PLAN);
    let verify = of_bundle(verify, resolved);
    let steps = merged([
        vec![client(plan, channel.kind)],
        setup(model),
        vec![download_bundle(), verify],
        trades.then(trade).into_iter().collect(),
        vec![step, upload_receipt(channel.kind.id())],
    ]);
    publishing_job(model, &name, &label, 60, steps)
}

/// The step whose output is the registry's token.
const TRADE: StepId = StepId("auth");

fn trade() -> Step {
    other("Trade this run's identity for a token", "rust-lang/crates-io-auth-action")
        .with_id(TRADE)
        .dropped_in_rehearsal()
}

/// The client that publishes to a channel, set up before it is called.
fn client(plan: &Plan, kind: ChannelKind) -> Step {
    match kind {
        ChannelKind::Pypi => uv(PUBLISHING_UV),
        ChannelKind::CratesIo => {
            let rust = plan.toolchain.rust.as_ref();
            cargo(rust.map_or(PUBLISHING_RUST, |rust| rust.as_str()))
        }
        _ => node("Set up npm", PUBLISHING_NODE),
    }
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
    let condition = Condition::All(vec![Condition::Always, !Condition::Rehearsal]);
    Job { condition: Some(condition), ..report }
}
