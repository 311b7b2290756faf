//! Delivery, in `verify.yml`: a published version is installed from every channel as users do, and run.

use std::collections::HashSet;

use lockstep_schemas::manifest::names;
use lockstep_schemas::model::{Artifact, ArtifactKind, Model, Scope, Toolchain};
use lockstep_schemas::plan::{ChannelPlan, Destination, Plan};
use lockstep_schemas::strings::{RunnerLabel, TargetId};
use lockstep_schemas::workflow::{
    Checkout, Condition, Fact, InstallEntry, Job, Matrix, Role, Run, Setting, Step, Timeout,
};

use super::limits::MATRIX_JOBS;
use super::merged;
use super::parts::{expr, input_name, no_version, of_attempt, of_run};
use super::steps::{
    BUNDLE, PUBLISHING_NODE, PUBLISHING_UV, cargo, github_token, in_repository, node, of_bundle,
    other, own, setup, toolchain, upload_receipt_as, uv,
};
use crate::plan;

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
        .with("channels", expr("inputs.channels"))
        .with(
            "manifest",
            expr(format!("inputs.bundle != '' && '{BUNDLE}/{}' || ''", names::MANIFEST)),
        )
        .with("version", expr("inputs.version"))
        .with("timeout-minutes", u32::from(timeout))
        .with("interval-seconds", u32::from(plan.publishing.delivery_interval_seconds.get()))
        .with("token", github_token());
    let of_entry =
        |name: &str| of_attempt(&format!("{name}-{}-{}", matrix("channel"), matrix("target")));
    // Also those of a client that did well: what it said today is asked tomorrow.
    let logs = other("Upload the logs", "actions/upload-artifact")
        .when(Fact::Always)
        .with("name", of_entry("delivery"))
        .with("path", "lockstep/delivery")
        .with("if-no-files-found", "ignore")
        .with("overwrite", true)
        .with("retention-days", 14);
    let in_containers = entries.iter().any(|entry| entry.container.is_some());
    let run = Run {
        runner: matrix("runner").to_string(),
        container: in_containers.then(|| matrix("container")),
        // Beside the time that delivery may wait, time to install and run: by two clients, each in some steps.
        timeout: Timeout::Minutes(timeout.saturating_add(60).min(360)),
        matrix: Matrix::Install(entries.to_vec()),
        outputs: Vec::new(),
        env: vec![Setting::new("LOCKSTEP_VERSION", expr("inputs.version"))],
        checkout: Checkout::Of(expr("inputs.commit")),
        steps: merged([
            clients(plan, entries, in_containers),
            setup(model),
            look_at_bundle(),
            vec![in_repository(wait), upload_receipt_as(of_entry("receipt-deliver")), logs],
        ]),
    };
    let label = format!("{} on {}", matrix("channel"), matrix("target"));
    let condition = Condition::All(vec![!Fact::Cancelled, !no_version()]);
    Job { condition: Some(condition), ..of_run(&name, &label, run) }
}

/// The bundle, where the workflow is called by one that publishes it: the release has no manifest to compare with as long as it
/// is not public.
fn look_at_bundle() -> Vec<Step> {
    let is_given = || !Fact::InputIsEmpty(input_name("bundle"));
    let given = |name: &str| expr(format!("inputs.{name}"));
    let download = other("Download the bundle", "actions/download-artifact")
        .when(is_given())
        .with("name", given("bundle"))
        .with("path", BUNDLE);
    let verify = of_bundle(own("Verify the bundle", "verify-manifest"), given)
        .as_role(Role::Plain)
        .when(is_given())
        .with("plan", format!("{BUNDLE}/plan.json"))
        .with("sums", given("sums"))
        .with("handed-on", true);
    vec![download, verify]
}

/// The clients that users install with, of the versions that publish: what an image happens to have is another one
/// tomorrow.
fn clients(plan: &Plan, entries: &[InstallEntry], in_containers: bool) -> Vec<Step> {
    let of_channel = |channel: &ChannelPlan| {
        let kind = channel.kind();
        let is_installed_from = entries.iter().any(|entry| entry.channel == kind);
        let clients = if is_installed_from { clients_of(plan, channel) } else { Vec::new() };
        // An image brings its own: what is set up from outside is of another system than a musl one.
        let of_image = in_containers.then(|| !Fact::Contained);
        let when =
            Condition::All(std::iter::once(Fact::OfChannel(kind).into()).chain(of_image).collect());
        clients.into_iter().map(move |step| step.when(when.clone()))
    };
    plan.shipping().flat_map(of_channel).collect()
}

fn clients_of(plan: &Plan, channel: &ChannelPlan) -> Vec<Step> {
    match &channel.to {
        // What else installs from npm, npm brings.
        Destination::Npm(_) => vec![node("Set up npm", PUBLISHING_NODE)],
        // Wheels can be of one version of Python alone: the one that they were built with.
        Destination::Pypi(_) => {
            let python =
                Toolchain { python: plan.toolchain.python.clone(), ..Toolchain::default() };
            let python = toolchain(&python, None);
            python.into_iter().chain([uv(PUBLISHING_UV)]).collect()
        }
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
    let of_target = |id: &str| {
        let (id, target) = model.targets.iter().find(|(target, _)| target.as_str() == id)?;
        let channel = channel.kind();
        let on = plan::delivered_on(id, target, channel)?;
        let (runner, container) = (on.runner.clone(), on.container.cloned());
        Some(InstallEntry { channel, target: id.to_string(), runner, container })
    };
    let shipped = channel.tiers.iter().filter(|tier| tier.tier.ships());
    let shipped = shipped.filter_map(|tier| of_target(tier.target.as_ref()?));
    let mut entries: Vec<InstallEntry> = shipped.collect();
    entries.extend(channel.tiers.iter().filter_map(|tier| {
        let (target, way) = (tier.target.clone()?, tier.way.as_ref()?);
        let on = |runner: &RunnerLabel| InstallEntry {
            channel: channel.kind(),
            target: target.clone(),
            runner: runner.clone(),
            container: None,
        };
        way.on.as_ref().map(on).or_else(|| of_target(&target))
    }));
    if !channel.tier.as_ref().is_some_and(|tier| tier.tier.ships()) {
        return entries;
    }
    let installed: HashSet<String> = entries.iter().map(|entry| entry.target.clone()).collect();
    let archives = of_whole_release(model, channel).filter(|id| !installed.contains(id.as_str()));
    entries.extend(archives.filter_map(|id| of_target(id.as_str())));
    let artifacts = channel.artifacts.iter().filter_map(|id| model.artifacts.get(id));
    let mut elsewhere = artifacts.filter(|artifact| artifact.is_of_no_target());
    if elsewhere.any(|artifact| !is_of_whole_release(artifact)) || entries.is_empty() {
        entries.push(InstallEntry {
            channel: channel.kind(),
            target: "any".to_owned(),
            runner: model.runner.clone(),
            container: None,
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
