//! GitHub's own limits, checked where the plan could pass them.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::plan::{ChannelPlan, Destination, Plan};
use lockstep_schemas::workflow::{JobBody, Workflow};

use crate::violation::{Path, Violation};

/// The most jobs of one matrix
/// ([documentation](https://docs.github.com/en/actions/reference/limits)).
pub(super) const MATRIX_JOBS: usize = 256;
/// The most inputs of a dispatch.
const DISPATCH_INPUTS: usize = 25;
/// The most reusable workflows that one workflow calls.
const CALLS: usize = 50;
/// The most subjects of one attestation.
const ATTESTED: usize = 1024;
/// The most assets of a release.
const ASSETS: usize = 1000;

/// What of a plan and its workflows GitHub would refuse.
pub(super) fn check(plan: &Plan, workflows: &[Workflow]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for workflow in workflows {
        inputs(workflow, &mut violations);
        calls(workflow, &mut violations);
    }
    let files = plan.files().count();
    if plan.attestations && files > ATTESTED {
        let message = format!("{files} files, and one attestation covers {ATTESTED} at most");
        violations.push(violation(
            Path::of("artifacts"),
            message,
            "ship fewer files, or set `attestations: false`",
        ));
    }
    let assets: usize = plan.shipping().map(|channel| assets(plan, channel)).sum();
    if assets > ASSETS {
        let message = format!("{assets} assets, and a GitHub release has {ASSETS} at most");
        violations.push(violation(Path::of("artifacts"), message, "ship fewer files"));
    }
    violations
}

/// How many assets a channel makes of the GitHub release: its files with sidecars, and the release's own.
fn assets(plan: &Plan, channel: &ChannelPlan) -> usize {
    let Destination::GithubRelease(release) = &channel.to else { return 0 };
    let files = plan.shipped_by(channel);
    let files: usize = files.map(|file| if file.has_sidecar() { 2 } else { 1 }).sum();
    let manifest = 1;
    files
        + manifest
        + usize::from(release.sums.is_some())
        + usize::from(release.attestation.is_some())
}

fn inputs(workflow: &Workflow, violations: &mut Vec<Violation>) {
    let count = workflow.inputs.len();
    if count > DISPATCH_INPUTS {
        let message = format!(
            "{count} inputs of `{}`, and a dispatch has {DISPATCH_INPUTS} at most",
            workflow.file
        );
        violations.push(violation(Path::of("sources"), message, "let fewer sources take an input"));
    }
}

fn calls(workflow: &Workflow, violations: &mut Vec<Violation>) {
    let is_call = |body: &JobBody| matches!(body, JobBody::Call(_));
    let count = workflow.jobs.iter().filter(|job| is_call(&job.body)).count();
    if count > CALLS {
        let message = format!(
            "`{}` would call {count} workflows, and one may call {CALLS} at most",
            workflow.file
        );
        violations.push(violation(Path::of("targets"), message, "build fewer targets"));
    }
}

fn violation(at: Path, message: String, remedy: &str) -> Violation {
    Violation {
        rule: Rule::GithubLimit,
        at,
        message,
        remedy: Some(remedy.to_owned()),
        unknown: None,
    }
}
