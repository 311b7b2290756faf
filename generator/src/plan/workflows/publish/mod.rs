//! `release-publish.yml`: from the bundle to every channel, all or nothing.
//!
//! Every job with a side effect is written once, live and as a rehearsal. The rehearsal's is the live one
//! [stripped](chain::Chain) of what a side effect would need, so a twin can neither drift from its
//! live job nor come by a permission, a secret or an environment.

mod chain;

use lockstep_schemas::model::{ChannelKind, Model, Stage};
use lockstep_schemas::plan::{
    Cancel, ChannelPlan, Concurrency, Input, InputDefault, InputKind, Job, Plan, PreflightChannel,
    PublishMode, Steps, Workflow, WorkflowTemplate,
};
use lockstep_schemas::strings::{Expression, SettingName};

use self::chain::Chain;
use super::jobs::{
    boolean_input, env, file, id, input, job, outputs, permission, read_contents, run, text,
};
use crate::plan::own_steps;

pub(super) fn workflow(model: &Model, plan: &Plan) -> Workflow {
    let live = Chain::of(model, plan, PublishMode::Live);
    let rehearsal = Chain::of(model, plan, PublishMode::Rehearsal);
    let mut jobs = vec![resolve(model, plan), preflight(model, plan)];
    jobs.extend(live.jobs);
    jobs.extend(rehearsal.jobs);
    Workflow {
        file: file("release-publish.yml"),
        template: WorkflowTemplate::ReleasePublish,
        name: text("Publish release"),
        tags: None,
        env: env(model),
        inputs: inputs(plan),
        // One group for all: a tag and a run id can mean the same release.
        concurrency: Some(Concurrency {
            group: "release-publish".to_owned(),
            cancel: Cancel::Fixed(false),
        }),
        jobs,
    }
}

fn inputs(plan: &Plan) -> Vec<Input> {
    let mut inputs = vec![
        input("release_tag", "The tag to publish. Either this or a build run."),
        input(
            "build_run_id",
            "The id of the successful build run to publish. Either this or a tag.",
        ),
        boolean_input("rehearsal", "Check everything, publish nothing", true),
    ];
    for channel in &plan.channels {
        let description = format!("Ship to {}", channel.kind.label());
        inputs.push(boolean_input(&channel.kind.id().replace('-', "_"), &description, true));
    }
    if has(plan, ChannelKind::GithubRelease) {
        inputs.push(Input {
            kind: InputKind::Choice,
            default: Some(InputDefault::String("auto".to_owned())),
            options: ["auto", "true", "false"].map(text).to_vec(),
            ..input(
                "prerelease",
                "Whether the GitHub release is a prerelease; auto: as the version says",
            )
        });
    }
    if !plan.waivers.is_empty() {
        inputs.push(input("waive", "Gates or channels to let go, separated by spaces"));
        inputs.push(input("waiver_reason", "Why; it goes on record"));
    }
    inputs
}

fn has(plan: &Plan, kind: ChannelKind) -> bool {
    plan.channels.iter().any(|channel| channel.kind == kind)
}

fn resolve(model: &Model, plan: &Plan) -> Job {
    let steps = Steps::Resolve {
        gates: own_steps::after_resolve(own_steps::of_gates(model, Stage::Publish)),
        attest: plan.attestations,
    };
    let mut resolve = job(model, "resolve", "Resolve the build run", 30, steps);
    resolve.permissions =
        vec![permission("actions", "read", "find the build run and download its bundle")];
    if plan.attestations {
        let reason = "ask for the bundle's attestation";
        resolve.permissions.push(permission("attestations", "read", reason));
    }
    resolve.permissions.extend([
        read_contents(),
        permission("issues", "read", "whether blockers are open"),
        permission("statuses", "read", "whether the commit statuses that are gates are set"),
    ]);
    if let Some(run) = run(&mut resolve) {
        let channels = plan.channels.iter().map(|channel| channel.kind.id());
        let names: Vec<&str> =
            ["tag", "version", "commit", "channels"].into_iter().chain(channels).collect();
        run.outputs = outputs("resolve", &names);
    }
    resolve
}

fn preflight(model: &Model, plan: &Plan) -> Job {
    let channel = |channel: &ChannelPlan| PreflightChannel {
        channel: channel.kind,
        label: channel.kind.label().to_owned(),
        selected: Expression::new(selected(channel.kind)),
        token: channel.secret.as_ref().map(secret),
        switch: channel.switch.as_ref().map(|name| Expression::new(format!("vars.{name}"))),
    };
    let steps = Steps::Preflight { channels: plan.channels.iter().map(channel).collect() };
    let mut preflight = job(model, "preflight", "Preflight", 15, steps);
    preflight.needs = vec![id("resolve")];
    preflight.environment = Some(plan.publishing.preflight_environment.clone());
    preflight
}

fn secret(name: &SettingName) -> Expression {
    Expression::new(format!("secrets.{name}"))
}

/// Whether this release ships to a channel, as `resolve` decided.
fn selected(kind: ChannelKind) -> String {
    format!("needs.resolve.outputs.{} == 'true'", kind.id())
}
