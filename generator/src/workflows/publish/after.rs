//! What comes after: users can install what was published, and somebody says what happened.

use lockstep_schemas::model::Model;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::workflow::{
    Checkout, Condition, Fact, Job, JobResult, Role, Setting, Workflow,
};

use super::super::parts::{call, id, job};
use super::super::steps::{download_receipts, report as put_together, upload_receipt};
use super::super::{merged, programs};
use super::resolved;

/// Delivery: the version is installed from every channel and run, also where publishing stopped half-way: then most of
/// all somebody must know what users get.
pub(super) fn deliver(live: &[Job], verify: &Workflow) -> Job {
    let publishes = |job: &&Job| {
        let mut roles = job.run().into_iter().flat_map(|run| &run.steps).map(|step| &step.role);
        roles.any(|role| matches!(role, Role::Publish(_)))
    };
    let publishing: Vec<&Job> = live.iter().filter(publishes).collect();
    let began = publishing.iter().map(|job| !Fact::Result(job.id.clone(), JobResult::Skipped));
    let terms = vec![!Fact::Cancelled, !Fact::Rehearsal, Condition::Any(began.collect())];
    let with = ["version", "commit", "channels"].map(|name| Setting::new(name, resolved(name)));
    // It waits for all of them: what a maintainer brings to a tap is looked at too before it is installed from.
    let needs = [id("resolve")].into_iter().chain(live.iter().map(|job| job.id.clone()));
    let deliver = call("deliver", "Deliver", verify, with.to_vec());
    Job { needs: needs.collect(), condition: Some(Condition::All(terms)), ..deliver }
}

/// What happened in a live run is put together; a failed gate becomes an issue.
pub(super) fn report(model: &Model, plan: &Plan, jobs: &[&Vec<Job>]) -> Job {
    let condition = vec![Fact::Always.into(), !Fact::Rehearsal];
    of_mode(model, plan, "report", "Report", "live", condition, jobs)
}

/// The same of a rehearsal, which files nothing.
pub(super) fn rehearse_report(model: &Model, plan: &Plan, jobs: &[&Vec<Job>]) -> Job {
    let condition = vec![Fact::Always.into(), Fact::Rehearsal.into()];
    of_mode(model, plan, "rehearse-report", "Rehearse: Report", "rehearsal", condition, jobs)
}

fn of_mode(
    model: &Model,
    plan: &Plan,
    name: &str,
    label: &str,
    mode: &str,
    condition: Vec<Condition>,
    jobs: &[&Vec<Job>],
) -> Job {
    let step = put_together("Put together what happened", plan, "publish", mode);
    let steps =
        merged([programs::take(model), vec![download_receipts(), step, upload_receipt("report")]]);
    let report = job(model, name, label, 10, Checkout::OfEvent, steps);
    let needs = jobs.iter().flat_map(|jobs| jobs.iter()).map(|job| job.id.clone());
    Job { needs: needs.collect(), condition: Some(Condition::All(condition)), ..report }
}
