//! `release-publish.yml`: from the bundle to every channel, all or nothing.
//!
//! Every job with a side effect is written once. Its rehearsal is the same job with each step as it is
//! rehearsed, so a twin can neither drift from its live job nor come by a permission, a secret or an environment.

mod after;
mod before;
mod chain;
mod jobs;

use lockstep_schemas::model::{ChannelKind, Model, Stage};
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::strings::{Expression, JobId};
use lockstep_schemas::workflow::{
    Cancel, Concurrency, Input, InputDefault, InputKind, Job, Queue, Role, Step, Trigger, Workflow,
};

use super::parts::{boolean_input, env, expr, file, id, input, text, waiving};
use super::programs;
use super::steps::{BUNDLE, download_attestation, of_bundle, other, own};
use chain::Chain;

pub(super) fn workflow(model: &Model, plan: &Plan, verify: &Workflow) -> Workflow {
    let mut jobs = before::jobs(model, plan);
    let approve = before::approve(model, plan);
    // What a live run waits for, and what a rehearsal does.
    let rehearsed_behind = vec![id("resolve"), id("announce")];
    let last_answer = approve.as_ref().map_or_else(|| id("announce"), |job| job.id.clone());
    let record = before::record(model, &last_answer);
    let before_live = approve.iter().chain([&record]).map(|job| job.id.clone());
    let live_behind: Vec<JobId> = rehearsed_behind.iter().cloned().chain(before_live).collect();
    let live = Chain::of(model, plan, &live_behind).live();
    let rehearsal = Chain::of(model, plan, &rehearsed_behind).rehearsal();
    let deliver = after::deliver(plan, &live, verify);
    let of_live: Vec<Job> =
        approve.into_iter().chain([record]).chain(live).chain([deliver]).collect();
    let report = after::report(model, plan, &[&jobs, &of_live]);
    let rehearse_report = after::rehearse_report(model, plan, &[&jobs, &rehearsal]);
    jobs.extend(of_live.into_iter().chain([report]).chain(rehearsal).chain([rehearse_report]));
    Workflow {
        file: file("release-publish.yml"),
        name: text("Publish release"),
        triggers: vec![Trigger::Dispatch],
        env: env(model),
        inputs: inputs(plan),
        // One group for all that publish: a tag and a run id can mean the same release. Whoever waits for an approval
        // does not make a rehearsal wait.
        concurrency: Some(Concurrency {
            group: format!("release-publish-{}", expr("inputs.rehearsal && 'rehearsal' || 'live'")),
            cancel: Cancel::Fixed(false),
            queue: Queue::All,
        }),
        jobs: programs::behind(programs::build(model), jobs),
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
        input(
            "recovery",
            "Only where the workflow at the tag is broken: why a branch publishes what the tag built. Needs a build run.",
        ),
    ];
    for channel in plan.shipping() {
        let description = format!("Ship to {}", channel.kind().label());
        inputs.push(boolean_input(&channel.kind().input(), &description, true));
    }
    if plan.shipping().any(|channel| channel.kind() == ChannelKind::GithubRelease) {
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
    inputs.extend(waiving(plan, Stage::Publish));
    inputs
}

/// An output of the job that resolved the release.
fn resolved(name: &str) -> Expression {
    expr(format!("needs.resolve.outputs.{name}"))
}

/// The plan that the bundle was made by: a job that checks nothing out has no other.
const BUNDLED_PLAN: &str = "lockstep/bundle/plan.json";

/// The bundle as the job `resolve` handed it on: downloaded, held to the digest that came another way, and verified. What
/// a rehearsal verified, a live run has not.
fn take_bundle() -> Vec<Step> {
    let [download, verify] = [download_bundle(), verify_again()];
    let rehearsed = verify.clone().as_role(Role::Plain);
    vec![download, verify.rehearsed_as(rehearsed)]
}

/// The same for a job that publishes nothing, and so proves nothing to those that do.
fn look_at_bundle() -> Vec<Step> {
    vec![download_bundle(), verify_again().as_role(Role::Plain)]
}

fn download_bundle() -> Step {
    other("Download the bundle", "actions/download-artifact")
        .with("name", resolved("bundle"))
        .with("path", BUNDLE)
}

/// The attestation of the bundle, as the job `resolve` proved and handed it on, for the release that carries it.
fn take_attestation(channel: &ChannelPlan) -> Option<Step> {
    channel.attestation().map(|_| download_attestation(resolved))
}

/// The same step, which is told the digest of the attestation, for the release that carries it.
fn with_attested(channel: &ChannelPlan, step: Step) -> Step {
    match channel.attestation() {
        Some(_) => step.with("attested", resolved("attested")),
        None => step,
    }
}

fn verify_again() -> Step {
    let verify = own("Verify the bundle", "verify-manifest").with("plan", BUNDLED_PLAN);
    of_bundle(verify, resolved).with("sums", resolved("sums")).with("handed-on", true)
}
