//! The snapshots of `verify.yml`: what a release would build is tried on what stands before it. They have no secret and
//! publish nothing, so they are of everybody's pull requests too.

use lockstep_schemas::model::Model;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Expression, PathGlob};
use lockstep_schemas::workflow::{Checkout, Condition, Fact, Job, JobBody, OutputKind, Workflow};

use super::assemble::assemble;
use super::occasions::{Occasion, occasions};
use super::parts::{RESOLVE, expr, id, job, no_version, output};
use super::steps::{github_token, in_repository, own, set_snapshot, setup};
use super::{build, merged, own_steps};

/// The job that resolves what a snapshot is of.
const RESOLVED: &str = "snapshot";

/// Their jobs, as `release.yml` has them. Each has for a condition when it is asked for.
pub(super) fn jobs(model: &Model, plan: &Plan, builds: &[Workflow]) -> Vec<Job> {
    let occasions = occasions(model);
    let of_those = |select: &dyn Fn(&Occasion<'_>) -> bool| {
        let selected = occasions.iter().filter(|occasion| select(occasion));
        selected.map(Occasion::condition).collect::<Vec<_>>()
    };
    let any = of_those(&|_| true);
    // A project's own workflow may call this for a delivery, by any event.
    let of_no_version = |when| Condition::All(vec![no_version(), when]);
    if any.is_empty() {
        return Vec::new();
    }
    let mut jobs =
        vec![Job { condition: Some(of_no_version(Condition::Any(any))), ..resolve(model) }];
    let wanted = paths(model).is_some().then_some(Fact::Wanted.into());
    let asked_for = |occasions| {
        let terms = [no_version(), Condition::Any(occasions)].into_iter();
        Condition::All(terms.chain(wanted.clone()).collect())
    };
    for workflow in builds {
        let of_it = |occasion: &Occasion<'_>| {
            build::targets(workflow).any(|target| occasion.builds(target))
        };
        let selected = of_those(&of_it);
        if !selected.is_empty() {
            jobs.push(Job {
                needs: vec![id(RESOLVED)],
                condition: Some(asked_for(selected)),
                ..build::call(workflow, of_snapshot)
            });
        }
    }
    let whole = of_those(&|occasion| plan.targets.iter().all(|each| occasion.builds(&each.id)));
    if !whole.is_empty() {
        let needs = jobs.iter().map(|job| job.id.clone()).collect();
        let condition = Some(asked_for(whole));
        jobs.push(Job { needs, condition, ..assemble(model, plan, of_snapshot) });
    }
    jobs
}

/// The paths of which a pull request must change one, separated by spaces.
fn paths(model: &Model) -> Option<String> {
    let paths = &model.snapshots.pull_request.as_ref()?.paths;
    let paths = paths.iter().map(PathGlob::as_str).collect::<Vec<_>>();
    (!paths.is_empty()).then(|| paths.join(" "))
}

/// The job that the others take version, commit and sources from.
fn resolve(model: &Model) -> Job {
    let paths = paths(model);
    let resolve = own("Resolve version, commit and sources", "resolve-build")
        .with_id(RESOLVE)
        .with("stage", "build")
        .with("token", github_token());
    let (resolve, checkout, wanted) = match paths {
        Some(paths) => {
            let wanted = output("wanted", OutputKind::Flag);
            (resolve.with("paths", paths), Checkout::WithParents, Some(wanted))
        }
        None => (resolve, Checkout::OfEvent, None),
    };
    let steps = merged([
        setup(model),
        vec![in_repository(resolve), set_snapshot(expr("steps.resolve.outputs.version"))],
        own_steps::after_resolve(own_steps::of_job(&model.extra_steps.context)),
    ]);
    let mut job = job(model, RESOLVED, "Snapshot", 15, checkout, steps);
    if let JobBody::Run(run) = &mut job.body {
        let names = ["version", "commit", "sources"];
        run.outputs = names.map(|name| output(name, OutputKind::Text)).to_vec();
        run.outputs.extend(wanted);
    }
    job
}

fn of_snapshot(name: &str) -> Expression {
    expr(format!("needs.{RESOLVED}.outputs.{name}"))
}
