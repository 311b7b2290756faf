//! What comes before anything is published: the release resolved and proved, its gates, the preflight of each channel,
//! what would be published written down, and the approval.

use lockstep_schemas::model::{ChannelKind, Model, Shell, Stage};
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::strings::JobId;
use lockstep_schemas::workflow::{
    Checkout, Condition, Fact, Job, JobBody, Need, OutputKind, PermissionScope, Role, Step, StepId,
};

use super::super::parts::{RESOLVE, expr, id, job, output};
use super::super::steps::{
    BUNDLE, KEPT_FOR, SUMS, attestation_outputs, bundle_outputs, download_receipts, github_token,
    in_repository, other, own, pinned_rust, reading_gates, report, upload_attestation,
    upload_bundle, upload_receipt, verify_bundle,
};
use super::super::{gates, merged, programs};
use super::{BUNDLED_PLAN, jobs, look_at_bundle, resolved, take_attestation, with_attested};

/// The job that records what is published.
const RECORD: &str = "record";

/// All of them but the approval, which a rehearsal does without.
pub(super) fn jobs(model: &Model, plan: &Plan) -> Vec<Job> {
    let gates = gates::jobs(model, Stage::Publish, "resolve", &resolved);
    let announce = announce(model, plan, &gates);
    let mut jobs = vec![resolve(model, plan)];
    jobs.extend(gates);
    jobs.extend(plan.shipping().map(|channel| preflight(model, plan, channel)));
    jobs.push(look(model, plan));
    jobs.push(announce);
    jobs
}

/// The step that proves the bundle.
const PROVE: StepId = StepId("prove");

fn resolve(model: &Model, plan: &Plan) -> Job {
    let here = |name: &str| expr(format!("steps.resolve.outputs.{name}"));
    let find = own("Find the build run", "resolve-build")
        .with_id(RESOLVE)
        .as_role(Role::Gates)
        .with("stage", "publish")
        .with("inputs", expr("toJSON(inputs)"))
        .with("token", github_token());
    let statuses = "look which build an earlier run began to publish";
    let find = find.needing(Need::read(PermissionScope::Statuses, statuses));
    let find = reading_gates(find, plan, Stage::Publish);
    let check_out = other("Check out the release's commit", "actions/checkout")
        .with("ref", here("commit"))
        .with("clean", false)
        .with("persist-credentials", false);
    let reason = "find the build run, download its bundle, read the environments";
    let download = other("Download the bundle of the build run", "actions/download-artifact")
        .needing(Need::read(PermissionScope::Actions, reason))
        .with("name", here("upload"))
        .with("path", BUNDLE)
        .with("run-id", here("run-id"))
        .with("github-token", github_token());
    let prove = own("Prove the bundle's provenance", "resolve-build")
        .as_role(Role::Provenance)
        .with("stage", "provenance")
        .with("inputs", expr("toJSON(steps.resolve.outputs)"))
        .with("token", github_token());
    let prove = if plan.attestations {
        prove.needing(Need::read(PermissionScope::Attestations, "ask for the bundle's attestation"))
    } else {
        prove
    };
    let carries = plan.shipping().any(|channel| channel.attestation().is_some());
    let (prove, hand_on, attestation) = if carries {
        (prove.with_id(PROVE), Some(upload_attestation()), Some(attestation_outputs(PROVE)))
    } else {
        (prove, None, None)
    };
    let steps = merged([
        programs::take(model),
        vec![in_repository(find), check_out, download],
        vec![verify_bundle("Verify the bundle", here).with_id(SUMS), prove],
        vec![upload_bundle("Hand the bundle to the jobs that publish", KEPT_FOR)],
        hand_on.into_iter().chain([upload_receipt("resolve")]).collect(),
    ]);
    let mut resolve = job(model, "resolve", "Resolve the build run", 30, Checkout::OfEvent, steps);
    if let JobBody::Run(run) = &mut resolve.body {
        let texts = ["tag", "version", "commit", "run-id", "upload", "channels", "waived"];
        let texts = texts.into_iter().map(|name| output(name, OutputKind::Text));
        let channels = plan.shipping().map(|channel| channel.kind().id());
        let flags = ["admitted"].into_iter().chain(channels);
        let flags = flags.map(|name| output(name, OutputKind::Flag));
        let uploads = bundle_outputs().into_iter().chain(attestation.into_iter().flatten());
        run.outputs = texts.chain(uploads).chain(flags).collect();
    }
    resolve
}

/// What is asked of a channel before anything is published anywhere.
fn check(channel: &ChannelPlan, mode: &str) -> Step {
    let step = own(&format!("Check {}", channel.kind().label()), "publish")
        .with("channel", channel.kind().id())
        .with("mode", mode)
        .with("rehearsal", expr("inputs.rehearsal"))
        .with("version", resolved("version"));
    let step = match &channel.switch {
        Some(name) => step.with("switch", expr(format!("vars.{name} || 'unset'"))),
        None => step,
    };
    let step = with_attested(channel, step);
    match channel.kind() {
        // Without a permission a private repository is not there at all.
        ChannelKind::GithubRelease | ChannelKind::CargoBinstall => step
            .needing(Need::read(PermissionScope::Contents, "look for the release"))
            .with("token", github_token()),
        // cargo packages what it publishes, and so what it tries.
        ChannelKind::CratesIo => in_repository(step),
        ChannelKind::Npm | ChannelKind::Pypi | ChannelKind::Homebrew => step,
    }
}

fn of_bundle(
    model: &Model,
    name: &str,
    label: &str,
    clients: Vec<Step>,
    steps: Vec<Step>,
    packages: Option<&Plan>,
) -> Job {
    let receipt = vec![upload_receipt(name)];
    let steps = merged([clients, programs::take(model), look_at_bundle(), steps, receipt]);
    let commit = Checkout::Of(resolved("commit"));
    let mut job = job(model, name, label, 15, commit, steps);
    if let (Some(plan), JobBody::Run(run)) = (packages, &mut job.body) {
        run.env.extend(pinned_rust(&plan.toolchain));
    }
    Job { needs: vec![id("resolve")], ..job }
}

/// The preflight of a channel: in its environment, with its secret and its identity, as what publishes to it has them,
/// and with no permission to write.
fn preflight(model: &Model, plan: &Plan, channel: &ChannelPlan) -> Job {
    let kind = channel.kind();
    let step = check(channel, "preflight").as_role(Role::Preflight(kind));
    let step = match channel.environment() {
        Some(environment) => step.needing(Need::Environment(environment.clone())),
        None => step,
    };
    let (trade, step) = match (channel.login(), channel.secret()) {
        (Some(login), _) => jobs::logged_in(kind, login, step),
        (None, Some(secret)) => (None, step.with_secret("token", secret)),
        (None, None) => (None, step),
    };
    let steps = take_attestation(channel).into_iter().chain(trade).chain([step]).collect();
    let client = jobs::client(plan, channel).into_iter().collect();
    let label = format!("Check {}", kind.label());
    let packages = Some(plan).filter(|_| kind == ChannelKind::CratesIo);
    let job = of_bundle(model, &preflight_id(kind), &label, client, steps, packages);
    let condition = vec![Fact::Selected(kind, true).into(), Fact::Admitted(true).into()];
    Job { condition: Some(Condition::All(condition)), ..job }
}

fn preflight_id(channel: ChannelKind) -> String {
    format!("preflight-{channel}")
}

/// What can be asked of the channels without credentials: in a rehearsal on a branch, to which no environment gives any.
fn look(model: &Model, plan: &Plan) -> Job {
    let look = |channel: &ChannelPlan| {
        let steps = take_attestation(channel).into_iter().chain([check(channel, "look")]);
        let is_selected = Fact::Selected(channel.kind(), true);
        steps.map(|step| step.when(is_selected.clone())).collect::<Vec<Step>>()
    };
    let steps = plan.shipping().flat_map(look).collect();
    let client = |channel: &ChannelPlan| {
        Some(jobs::client(plan, channel)?.when(Fact::Selected(channel.kind(), true)))
    };
    let clients = plan.shipping().filter_map(client).collect();
    let label = "Look at the channels without credentials";
    let mut kinds = plan.shipping().map(ChannelPlan::kind);
    let packages = Some(plan).filter(|_| kinds.any(|kind| kind == ChannelKind::CratesIo));
    let job = of_bundle(model, "look", label, clients, steps, packages);
    let condition = vec![Fact::Rehearsal.into(), Fact::Admitted(false).into()];
    Job { condition: Some(Condition::All(condition)), ..job }
}

/// What would be published, written down before anybody is asked: behind every gate and every preflight.
fn announce(model: &Model, plan: &Plan, gates: &[Job]) -> Job {
    let write = report("Write down what would be published", plan, "announce", "rehearsal");
    let steps = merged([
        programs::take(model),
        look_at_bundle(),
        vec![download_receipts(), write.as_role(Role::Plain), upload_receipt("announce")],
    ]);
    let commit = Checkout::Of(resolved("commit"));
    let announce = job(model, "announce", "Publish plan", 10, commit, steps);
    let look = || id("look");
    let looked = vec![Fact::Rehearsal.into(), Condition::succeeded(look())];
    let passed = |channel: &ChannelPlan| {
        Condition::Any(vec![
            Condition::succeeded(id(preflight_id(channel.kind()))),
            Fact::Selected(channel.kind(), false).into(),
            Condition::All(looked.clone()),
        ])
    };
    let preflights = plan.shipping().map(|channel| id(preflight_id(channel.kind())));
    let needs = [id("resolve")].into_iter().chain(gates.iter().map(|gate| gate.id.clone()));
    let terms = vec![!Fact::Cancelled, Condition::succeeded(id("resolve"))];
    let terms = terms.into_iter().chain(gates::open(model, "resolve", gates));
    Job {
        needs: needs.chain(preflights).chain([look()]).collect(),
        condition: Some(Condition::All(terms.chain(plan.shipping().map(passed)).collect())),
        ..announce
    }
}

/// The one job that waits until somebody approves, where a model asks for that.
pub(super) fn approve(model: &Model, plan: &Plan) -> Option<Job> {
    let environment = plan.publishing.approval.clone()?;
    let approved = Step::run("Say that it is approved", Shell::Bash, "echo 'Approved.'\n")
        .as_role(Role::Approve)
        .needing(Need::Environment(environment));
    let approve = job(model, "approve", "Approve", 5, Checkout::OfEvent, vec![approved]);
    let condition = vec![!Fact::Cancelled, !Fact::Rehearsal, Condition::succeeded(id("announce"))];
    Some(Job { needs: vec![id("announce")], condition: Some(Condition::All(condition)), ..approve })
}

/// Records on the release's commit which bundle is published, behind the last answer that can stop it and before the first
/// thing that is public: no other build of the version may follow.
pub(super) fn record(model: &Model, behind: &JobId) -> Job {
    let reason = "say on the commit which bundle is published";
    let record = own("Record which bundle is published", "resolve-build")
        .needing(Need::write(PermissionScope::Statuses, reason))
        .with("plan", BUNDLED_PLAN)
        .with("stage", "record")
        .with("inputs", expr("toJSON(needs.resolve.outputs)"))
        .with("token", github_token());
    let steps = merged([programs::take(model), look_at_bundle(), vec![record]]);
    let commit = Checkout::Of(resolved("commit"));
    let job = job(model, RECORD, "Record", 10, commit, steps);
    let needs = vec![id("resolve"), behind.clone()];
    let succeeded = needs.iter().cloned().map(Condition::succeeded);
    let terms = [!Fact::Cancelled, !Fact::Rehearsal].into_iter().chain(succeeded).collect();
    Job { needs, condition: Some(Condition::All(terms)), ..job }
}
