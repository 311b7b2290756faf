//! `verify.yml`: pull requests, and published versions.

use lockstep_schemas::model::{Model, Shell};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::workflow::{
    ActionName, Cancel, Checkout, Concurrency, Condition, Event, Fact, Input, InputDefault, Job,
    JobBody, Queue, Role, Step, Trigger, Workflow,
};

use super::parts::{env, expr, file, input, job, no_version, text};
use super::steps::{in_repository, own, pinned_rust, setup, toolchain};
use super::{delivery, merged, occasions, own_steps, snapshots};

/// What the required check says where one of the others did not pass.
const NOT_PASSED: &str = "echo '::error title=Not checked::The jobs above say which check did not pass, and why.'\nexit 1\n";

pub(super) fn workflow(model: &Model, plan: &Plan, builds: &[Workflow]) -> Workflow {
    let checks = vec![check_model(model), package(model, plan)];
    let snapshots = snapshots::jobs(model, plan, builds);
    let checked = checked(model, &checks, &snapshots);
    let mut jobs = merged([checks, snapshots, vec![checked]]);
    jobs.extend(delivery::jobs(model, plan));
    Workflow {
        file: file("verify.yml"),
        name: text("Verify"),
        triggers: [Trigger::PullRequest, Trigger::MergeGroup]
            .into_iter()
            .chain(occasions::triggers(model))
            .chain([Trigger::Call, Trigger::Dispatch])
            .collect(),
        env: env(model),
        inputs: inputs(),
        concurrency: Some(Concurrency {
            // Of a pull request the newest counts; what a commit, a delivery or a night is asked, no other run ends.
            group: format!(
                "verify-{}",
                expr("github.event_name == 'pull_request' && github.ref || github.run_id")
            ),
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
    let internal =
        |name: &str, description: &str| Input { is_internal: true, ..optional(name, description) };
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
        internal(
            "bundle",
            "What this run uploaded the bundle as; none where the release is public, and has the manifest",
        ),
        internal("sums", "The SHA-256 of the bundle's SHA256SUMS, where it is given"),
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
    let checked = job(model, "checked", lockstep_setup::CHECK, 5, Checkout::OfEvent, vec![fail]);
    let needs = checks.iter().chain(snapshots).map(|job| job.id.clone()).collect();
    Job { needs, condition: Some(Fact::Always.into()), ..checked }
}
