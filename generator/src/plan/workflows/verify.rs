//! `verify.yml`: pull requests, and published versions.

use lockstep_schemas::model::Model;
use lockstep_schemas::plan::{
    Cancel, ChannelPlan, Concurrency, Input, InputDefault, InstallEntry, Job, Plan, Steps,
    TierPlan, Workflow, WorkflowTemplate,
};
use lockstep_schemas::strings::Expression;

use super::jobs::{env, file, input, job, run, setting, text};
use super::limits::MATRIX_JOBS;
use crate::plan::own_steps;

pub(super) fn workflow(model: &Model, plan: &Plan) -> Workflow {
    let mut jobs = vec![check_model(model), package(model, plan)];
    let entries: Vec<InstallEntry> =
        plan.channels.iter().flat_map(|channel| installs(model, channel)).collect();
    let parts = entries.chunks(MATRIX_JOBS).enumerate();
    jobs.extend(parts.map(|(index, part)| install(model, plan, index, part)));
    Workflow {
        file: file("verify.yml"),
        template: WorkflowTemplate::Verify,
        name: text("Verify"),
        tags: None,
        env: env(model),
        inputs: inputs(),
        concurrency: Some(Concurrency {
            group: format!(
                "verify-{}-{}",
                Expression::new("github.ref"),
                Expression::new("inputs.version")
            ),
            cancel: Cancel::When(Expression::new("github.event_name == 'pull_request'")),
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
    let mut check = job(model, "model", "Model", 15, Steps::CheckModel);
    check.condition = Some(no_version());
    check
}

fn package(model: &Model, plan: &Plan) -> Job {
    let steps = Steps::DryRunPackaging {
        toolchain: (&plan.toolchain).into(),
        extra: own_steps::of_job(&model.extra_steps.verify),
    };
    let mut package = job(model, "package", "Packaging dry run", 30, steps);
    package.condition = Some(no_version());
    package
}

fn no_version() -> Expression {
    Expression::new("inputs.version == ''")
}

fn install(model: &Model, plan: &Plan, index: usize, entries: &[InstallEntry]) -> Job {
    let steps = Steps::Install {
        timeout_minutes: plan.publishing.delivery_timeout_minutes.get(),
        interval_seconds: plan.publishing.delivery_interval_seconds.get(),
    };
    let name = if index == 0 { "install".to_owned() } else { format!("install-{}", index + 1) };
    let matrix = |name: &str| Expression::new(format!("matrix.{name}"));
    let label = format!("{} on {}", matrix("channel"), matrix("target"));
    // Beside the time that delivery may wait, time to install and run.
    let minutes = plan.publishing.delivery_timeout_minutes.get() + 15;
    let mut install = job(model, &name, &label, minutes, steps);
    install.condition = Some(Expression::new("!cancelled() && inputs.version != ''"));
    if let Some(run) = run(&mut install) {
        run.runner = matrix("runner").to_string();
        run.install_matrix = entries.to_vec();
        run.env = vec![setting("LOCKSTEP_VERSION", Expression::new("inputs.version"))];
    }
    install
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
        Some(InstallEntry {
            channel: channel.kind,
            target: id.to_string(),
            tier: tier.tier,
            runner: target.runner.clone(),
        })
    };
    let mut entries: Vec<InstallEntry> = channel.tiers.iter().filter_map(of_target).collect();
    let untargeted = channel.tier.as_ref().filter(|tier| tier.tier.ships());
    entries.extend(untargeted.map(|tier| InstallEntry {
        channel: channel.kind,
        target: "any".to_owned(),
        tier: tier.tier,
        runner: model.runner.clone(),
    }));
    entries
}
