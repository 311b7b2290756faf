//! `release-publish.yml`: from the bundle to every channel, all or nothing.
//!
//! Every job with a side effect is written once. Its rehearsal is the same job with each step as it is
//! rehearsed, so a twin can neither drift from its live job nor come by a permission, a secret or an environment.

mod chain;
mod jobs;

use lockstep_schemas::model::{ChannelKind, Model, Stage};
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::strings::Expression;
use lockstep_schemas::workflow::{
    Cancel, Checkout, Concurrency, Fact, Input, InputDefault, InputKind, Job, JobBody, Need,
    OutputKind, PermissionScope, Role, Step, Trigger, Workflow,
};

use super::parts::{RESOLVE, boolean_input, env, expr, file, id, input, job, output, text};
use super::steps::{
    download_bundle, github_token, in_repository, other, own, setup, upload, verify_bundle,
};
use super::{merged, own_steps};
use chain::Chain;

pub(super) fn workflow(model: &Model, plan: &Plan, verify: &Workflow) -> Workflow {
    let chain = Chain::of(model, plan, verify);
    let mut jobs = vec![resolve(model, plan), preflight(model, plan)];
    jobs.extend(chain.live());
    jobs.extend(chain.rehearsal());
    Workflow {
        file: file("release-publish.yml"),
        name: text("Publish release"),
        triggers: vec![Trigger::Dispatch],
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
        let description = format!("Ship to {}", channel.kind().label());
        inputs.push(boolean_input(&channel.kind().id().replace('-', "_"), &description, true));
    }
    if plan.channels.iter().any(|channel| channel.kind() == ChannelKind::GithubRelease) {
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

/// An output of the job that resolved the release.
fn resolved(name: &str) -> Expression {
    expr(format!("needs.resolve.outputs.{name}"))
}

fn resolve(model: &Model, plan: &Plan) -> Job {
    let here = |name: &str| expr(format!("steps.resolve.outputs.{name}"));
    let find = own("Find the build run", "resolve-build")
        .with_id(RESOLVE)
        .as_role(Role::Gates)
        .needing(Need::read(PermissionScope::Issues, "whether blockers are open"))
        .needing(Need::read(
            PermissionScope::Statuses,
            "whether the commit statuses that are gates are set",
        ))
        .with("stage", "publish")
        .with("inputs", expr("toJSON(inputs)"))
        .with("token", github_token());
    let check_out = other("Check out the release's commit", "actions/checkout")
        .with("ref", here("commit"))
        .with("clean", false)
        .with("persist-credentials", false);
    let download = other("Download the bundle of the build run", "actions/download-artifact")
        .needing(Need::read(PermissionScope::Actions, "find the build run and download its bundle"))
        .with("name", "bundle")
        .with("path", "lockstep/bundle")
        .with("run-id", here("run-id"))
        .with("github-token", github_token());
    let prove = plan.attestations.then(|| {
        own("Prove the bundle's provenance", "resolve-build")
            .as_role(Role::Provenance)
            .needing(Need::read(PermissionScope::Attestations, "ask for the bundle's attestation"))
            .with("stage", "provenance")
            .with("inputs", expr("toJSON(steps.resolve.outputs)"))
            .with("token", github_token())
    });
    let steps = merged([
        setup(model),
        vec![in_repository(find), check_out],
        own_steps::after_resolve(own_steps::of_gates(model, Stage::Publish)),
        vec![download, verify_bundle("Verify the bundle", here)],
        prove.into_iter().collect(),
        vec![upload("Hand the bundle to the jobs that publish", "bundle", "lockstep/bundle")],
    ]);
    let mut resolve = job(model, "resolve", "Resolve the build run", 30, Checkout::OfEvent, steps);
    if let JobBody::Run(run) = &mut resolve.body {
        let texts = ["tag", "version", "commit", "channels"];
        let texts = texts.into_iter().map(|name| output(name, OutputKind::Text));
        let channels = plan.channels.iter().map(|channel| channel.kind().id());
        let flags = channels.map(|name| output(name, OutputKind::Flag));
        run.outputs = texts.chain(flags).collect();
    }
    resolve
}

fn preflight(model: &Model, plan: &Plan) -> Job {
    let environment = || Need::Environment(plan.publishing.preflight_environment.clone());
    let check = |channel: &ChannelPlan| -> Step {
        let step = own(&format!("Check {}", channel.kind().label()), "publish")
            .when(Fact::Selected(channel.kind(), true))
            .as_role(Role::Preflight(channel.kind()))
            .needing(environment())
            .with("channel", channel.kind().id())
            .with("mode", "preflight")
            .with("rehearsal", expr("inputs.rehearsal"))
            .with("version", resolved("version"));
        let step = match &channel.switch {
            Some(name) => step.with("switch", expr(format!("vars.{name}"))),
            None => step,
        };
        match channel.secret() {
            Some(secret) => step.with_secret("token", secret),
            None => step,
        }
    };
    let steps = merged([
        setup(model),
        vec![in_repository(download_bundle()).needing(environment())],
        plan.channels.iter().map(check).collect(),
    ]);
    let commit = Checkout::Of(resolved("commit"));
    let mut preflight = job(model, "preflight", "Preflight", 15, commit, steps);
    preflight.needs = vec![id("resolve")];
    preflight
}
