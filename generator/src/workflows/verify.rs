//! `verify.yml`: pull requests, and published versions.

use lockstep_schemas::model::{ChannelKind, Model, Shell};
use lockstep_schemas::plan::{ChannelPlan, Plan, TierPlan};
use lockstep_schemas::workflow::{
    ActionName, Cancel, Checkout, Concurrency, Condition, Event, Fact, Input, InputDefault,
    InstallEntry, Job, JobBody, Matrix, Queue, Role, Run, Setting, Step, Timeout, Trigger,
    Workflow,
};

use super::limits::MATRIX_JOBS;
use super::parts::{env, expr, file, input, input_name, job, of_run, text};
use super::steps::{
    PUBLISHING_NODE, PUBLISHING_UV, cargo, github_token, in_repository, node, other, own,
    pinned_rust, setup, toolchain, uv,
};
use super::{merged, own_steps, snapshots};

/// What the required check says where one of the others did not pass.
const NOT_PASSED: &str = "echo '::error title=Not checked::The jobs above say which check did not pass, and why.'\nexit 1\n";

pub(super) fn workflow(model: &Model, plan: &Plan, builds: &[Workflow]) -> Workflow {
    let checks = vec![check_model(model), package(model, plan)];
    let snapshots = snapshots::jobs(model, plan, builds);
    let checked = checked(model, &checks, &snapshots);
    let mut jobs = merged([checks, snapshots, vec![checked]]);
    let entries: Vec<InstallEntry> =
        plan.channels.iter().flat_map(|channel| installs(model, channel)).collect();
    let parts = entries.chunks(MATRIX_JOBS).enumerate();
    jobs.extend(parts.map(|(index, part)| install(model, plan, index, part)));
    Workflow {
        file: file("verify.yml"),
        name: text("Verify"),
        triggers: [Trigger::PullRequest, Trigger::MergeGroup]
            .into_iter()
            .chain(snapshots::triggers(model))
            .chain([Trigger::Call, Trigger::Dispatch])
            .collect(),
        env: env(model),
        inputs: inputs(),
        concurrency: Some(Concurrency {
            // The delivery of one run does not make that of another wait, or end.
            group: format!("verify-{}", expr("inputs.version && github.run_id || github.ref")),
            cancel: Cancel::When(Fact::Event(Event::PullRequest).into()),
            queue: Queue::Newest,
        }),
        jobs,
    }
}

fn inputs() -> Vec<Input> {
    let optional = |name: &str, description: &str| Input {
        default: Some(InputDefault::String(String::new())),
        ..input(name, description)
    };
    vec![
        optional(
            "version",
            "The published version to install from every channel and run; none to check the model",
        ),
        optional("commit", "The commit of that version; none for what is checked out"),
        optional(
            "channels",
            "The channels that it was shipped to, separated by spaces; none for all",
        ),
    ]
}

fn check_model(model: &Model) -> Job {
    let check = Step::uses("Check model, drift and versions", ActionName::Root);
    let steps = merged([setup(model), vec![in_repository(check)]]);
    let check = job(model, "model", "Model", 15, Checkout::OfEvent, steps);
    Job { condition: Some(no_version()), ..check }
}

fn package(model: &Model, plan: &Plan) -> Job {
    let pack = own("Pack what needs no build", "pack-artifacts")
        .as_role(Role::ProjectCode)
        .with("dry-run", true);
    let steps = merged([
        toolchain(&plan.toolchain, None),
        setup(model),
        own_steps::of_job(&model.extra_steps.verify),
        vec![in_repository(pack)],
    ]);
    let mut package = job(model, "package", "Packaging dry run", 30, Checkout::OfEvent, steps);
    if let JobBody::Run(run) = &mut package.body {
        run.env.extend(pinned_rust(&plan.toolchain));
    }
    Job { condition: Some(no_version()), ..package }
}

/// The check that a branch asks for. A job that is skipped passes as a required check, so this one never is
/// ([documentation](https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks#handling-skipped-but-required-checks)).
fn checked(model: &Model, checks: &[Job], snapshots: &[Job]) -> Job {
    let failed = |job: &Job| !Condition::succeeded(job.id.clone());
    // A snapshot is not always asked for, and whether it is, its condition says.
    let asked_for =
        |job: &Job| Condition::All(job.condition.iter().cloned().chain([failed(job)]).collect());
    let not_passed = checks.iter().map(failed).chain(snapshots.iter().map(asked_for)).collect();
    let fail = Step::run("Say that a check did not pass", Shell::Bash, NOT_PASSED)
        .when(Condition::All(vec![no_version(), Condition::Any(not_passed)]));
    let checked = job(model, "checked", "Checked", 5, Checkout::OfEvent, vec![fail]);
    let needs = checks.iter().chain(snapshots).map(|job| job.id.clone()).collect();
    Job { needs, condition: Some(Fact::Always.into()), ..checked }
}

fn no_version() -> Condition {
    Fact::InputIsEmpty(input_name("version")).into()
}

fn install(model: &Model, plan: &Plan, index: usize, entries: &[InstallEntry]) -> Job {
    let name = if index == 0 { "install".to_owned() } else { format!("install-{}", index + 1) };
    let matrix = |name: &str| expr(format!("matrix.{name}"));
    let timeout = plan.publishing.delivery_timeout_minutes.get();
    let wait = own("Wait for the version, install and run it", "await-delivery")
        .as_role(Role::Deliver)
        .with("channel", matrix("channel"))
        .with("target", matrix("target"))
        .with("tier", matrix("tier"))
        .with("channels", expr("inputs.channels"))
        .with("version", expr("inputs.version"))
        .with("timeout-minutes", u32::from(timeout))
        .with("interval-seconds", u32::from(plan.publishing.delivery_interval_seconds.get()))
        .with("token", github_token());
    let diagnostics = other("Upload the diagnostics", "actions/upload-artifact")
        .when(Fact::Failure)
        .with(
            "name",
            expr(
                "format('delivery-{0}-{1}-{2}', matrix.channel, matrix.target, github.run_attempt)",
            ),
        )
        .with("path", "lockstep/delivery")
        .with("if-no-files-found", "ignore")
        .with("overwrite", true)
        .with("retention-days", 14);
    let run = Run {
        runner: matrix("runner").to_string(),
        container: None,
        // Beside the time that delivery may wait, time to install and run.
        timeout: Timeout::Minutes(timeout + 15),
        matrix: Matrix::Install(entries.to_vec()),
        outputs: Vec::new(),
        env: vec![Setting::new("LOCKSTEP_VERSION", expr("inputs.version"))],
        checkout: Checkout::Of(expr("inputs.commit")),
        steps: merged([
            clients(plan, entries),
            setup(model),
            vec![in_repository(wait), diagnostics],
        ]),
    };
    let label = format!("{} on {}", matrix("channel"), matrix("target"));
    let condition = Condition::All(vec![!Fact::Cancelled, !no_version()]);
    Job { condition: Some(condition), ..of_run(&name, &label, run) }
}

/// The clients that users install with, of the versions that publish: what an image happens to have is another one
/// tomorrow.
fn clients(plan: &Plan, entries: &[InstallEntry]) -> Vec<Step> {
    let client = |kind: ChannelKind| match kind {
        ChannelKind::Npm => Some(node("Set up npm", PUBLISHING_NODE)),
        ChannelKind::Pypi => Some(uv(PUBLISHING_UV)),
        ChannelKind::CratesIo => plan.toolchain.rust.as_ref().map(|rust| cargo(rust.as_str())),
        ChannelKind::GithubRelease | ChannelKind::Homebrew | ChannelKind::CargoBinstall => None,
    };
    let of_channel = |kind: ChannelKind| {
        let is_installed_from = entries.iter().any(|entry| entry.channel == kind);
        is_installed_from
            .then(|| client(kind))
            .flatten()
            .map(|step| step.when(Fact::OfChannel(kind)))
    };
    ChannelKind::ALL.into_iter().filter_map(of_channel).collect()
}

/// Where a channel is installed from: on the runner of each target that it ships to, and once for
/// what belongs to no target.
fn installs(model: &Model, channel: &ChannelPlan) -> Vec<InstallEntry> {
    if channel.smoke.is_none() {
        return Vec::new();
    }
    let of_target = |tier: &TierPlan| {
        let id = tier.target.as_ref().filter(|_| tier.tier.ships())?;
        let (id, target) = model.targets.iter().find(|(target, _)| target.as_str() == id)?;
        let built_on = (!target.cross).then_some(&target.runner);
        let runner = target.delivered_on.as_ref().or(built_on)?;
        Some(InstallEntry {
            channel: channel.kind(),
            target: id.to_string(),
            tier: tier.tier,
            runner: runner.clone(),
        })
    };
    let mut entries: Vec<InstallEntry> = channel.tiers.iter().filter_map(of_target).collect();
    let untargeted = channel.tier.as_ref().filter(|tier| tier.tier.ships());
    entries.extend(untargeted.map(|tier| InstallEntry {
        channel: channel.kind(),
        target: "any".to_owned(),
        tier: tier.tier,
        runner: model.runner.clone(),
    }));
    entries
}
