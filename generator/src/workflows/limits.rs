//! GitHub's own limits, checked where the plan could pass them.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::plan::{Destination, Plan, PlannedFile};
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
    // With sidecars, and the manifest and SHA256SUMS that every release has.
    let is_asset = |file: &PlannedFile<'_>| {
        plan.shipping().any(|channel| match channel.to {
            Destination::GithubRelease(_) => channel.artifacts.contains(file.artifact()),
            Destination::Npm(_)
            | Destination::Pypi(_)
            | Destination::CratesIo(_)
            | Destination::Homebrew(_)
            | Destination::CargoBinstall(_) => false,
        })
    };
    let assets = plan.files().filter(is_asset);
    let assets = assets.map(|file| if file.has_sidecar() { 2 } else { 1 }).sum::<usize>() + 2;
    if assets > ASSETS {
        let message = format!("{assets} assets, and a GitHub release has {ASSETS} at most");
        violations.push(violation(Path::of("artifacts"), message, "ship fewer files"));
    }
    violations
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
