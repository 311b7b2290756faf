//! Delivery, in `verify.yml`: a published version is installed from every channel as users do, and run.

use std::collections::HashSet;

use lockstep_schemas::model::{Artifact, ArtifactKind, Model, Scope};
use lockstep_schemas::plan::{ChannelPlan, Destination, Plan, TierPlan};
use lockstep_schemas::strings::TargetId;
use lockstep_schemas::workflow::{
    Checkout, Condition, Fact, InstallEntry, Job, Matrix, Role, Run, Setting, Step, Timeout,
};

use super::limits::MATRIX_JOBS;
use super::merged;
use super::parts::{expr, no_version, of_run};
use super::steps::{
    PUBLISHING_NODE, PUBLISHING_UV, cargo, github_token, in_repository, node, other, own, setup, uv,
};

/// The jobs, as many as GitHub's matrices want.
pub(super) fn jobs(model: &Model, plan: &Plan) -> Vec<Job> {
    let entries: Vec<InstallEntry> =
        plan.shipping().flat_map(|channel| installs(model, channel)).collect();
    let parts = entries.chunks(MATRIX_JOBS).enumerate();
    parts.map(|(index, part)| install(model, plan, index, part)).collect()
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
    let of_channel = |channel: &ChannelPlan| {
        let kind = channel.kind();
        let is_installed_from = entries.iter().any(|entry| entry.channel == kind);
        let clients = if is_installed_from { clients_of(plan, channel) } else { Vec::new() };
        clients.into_iter().map(move |step| step.when(Fact::OfChannel(kind)))
    };
    plan.shipping().flat_map(of_channel).collect()
}

fn clients_of(plan: &Plan, channel: &ChannelPlan) -> Vec<Step> {
    match &channel.to {
        // What else installs from npm, npm brings.
        Destination::Npm(_) => vec![node("Set up npm", PUBLISHING_NODE)],
        Destination::Pypi(_) => vec![uv(PUBLISHING_UV)],
        Destination::CratesIo(_) => {
            plan.toolchain.rust.iter().map(|rust| cargo(rust.as_str())).collect()
        }
        // The pinned action names the version, with its digest for each platform.
        Destination::CargoBinstall(_) => vec![
            other("Set up cargo-binstall", "taiki-e/install-action")
                .with("tool", "cargo-binstall")
                .with("fallback", "none"),
        ],
        Destination::GithubRelease(_) | Destination::Homebrew(_) => Vec::new(),
    }
}

/// Where a channel is installed from: on the runner of each target that it ships to or that an archive of the whole release
/// serves, and once for what belongs to no target.
fn installs(model: &Model, channel: &ChannelPlan) -> Vec<InstallEntry> {
    if channel.smoke.is_none() {
        return Vec::new();
    }
    let of_target = |id: &str, tier: &TierPlan| {
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
    let shipped = channel.tiers.iter().filter(|tier| tier.tier.ships());
    let shipped = shipped.filter_map(|tier| of_target(tier.target.as_ref()?, tier));
    let mut entries: Vec<InstallEntry> = shipped.collect();
    let Some(untargeted) = channel.tier.as_ref().filter(|tier| tier.tier.ships()) else {
        return entries;
    };
    let installed: HashSet<String> = entries.iter().map(|entry| entry.target.clone()).collect();
    let archives = of_whole_release(model, channel).filter(|id| !installed.contains(id.as_str()));
    entries.extend(archives.filter_map(|id| of_target(id.as_str(), untargeted)));
    let artifacts = channel.artifacts.iter().filter_map(|id| model.artifacts.get(id));
    let mut elsewhere = artifacts.filter(|artifact| artifact.is_of_no_target());
    if elsewhere.any(|artifact| !is_of_whole_release(artifact)) || entries.is_empty() {
        entries.push(InstallEntry {
            channel: channel.kind(),
            target: "any".to_owned(),
            tier: untargeted.tier,
            runner: model.runner.clone(),
        });
    }
    entries
}

/// The targets that a channel's archives of the whole release serve, in the model's order.
fn of_whole_release<'a>(
    model: &'a Model,
    channel: &'a ChannelPlan,
) -> impl Iterator<Item = &'a TargetId> {
    let artifacts = channel.artifacts.iter().filter_map(|id| model.artifacts.get(id));
    let archives: Vec<&Artifact> = artifacts.filter(|of| is_of_whole_release(of)).collect();
    let serves = move |artifact: &&Artifact, id: &TargetId| {
        artifact.targets().is_none_or(|targets| targets.contains(id))
    };
    model.targets.keys().filter(move |id| archives.iter().any(|artifact| serves(artifact, id)))
}

fn is_of_whole_release(artifact: &Artifact) -> bool {
    artifact.kind() == ArtifactKind::Archive && artifact.scope() == Scope::Release
}
