//! What comes after: users can install what was published, and somebody says what happened.

use lockstep_schemas::model::{ChannelKind, Model};
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::strings::Expression;
use lockstep_schemas::workflow::{
    Checkout, Condition, Fact, Job, JobResult, Role, Setting, Workflow,
};

use super::super::parts::{call, expr, id, job};
use super::super::steps::{download_receipts, report as put_together, upload_receipt};
use super::super::{merged, programs};
use super::resolved;

/// Delivery: the version is installed from every channel and run, also where publishing stopped half-way: then most of
/// all somebody must know what users get.
pub(super) fn deliver(plan: &Plan, live: &[Job], verify: &Workflow) -> Job {
    let publishes = |job: &&Job| {
        let mut roles = job.run().into_iter().flat_map(|run| &run.steps).map(|step| &step.role);
        roles.any(|role| matches!(role, Role::Publish(_)))
    };
    let publishing: Vec<&Job> = live.iter().filter(publishes).collect();
    let began = publishing.iter().map(|job| !Fact::Result(job.id.clone(), JobResult::Skipped));
    let terms = vec![!Fact::Cancelled, !Fact::Rehearsal, Condition::Any(began.collect())];
    let with =
        ["version", "commit", "bundle", "sums"].map(|name| Setting::new(name, resolved(name)));
    let with = with.into_iter().chain([Setting::new("channels", delivered(plan, live))]);
    // It waits for all of them: what a maintainer brings to a tap is looked at too before it is installed from.
    let needs = [id("resolve")].into_iter().chain(live.iter().map(|job| job.id.clone()));
    let deliver = call("deliver", "Deliver", verify, with.collect());
    Job { needs: needs.collect(), condition: Some(Condition::All(terms)), ..deliver }
}

/// The channels that this run made public, or found so: who waits for another waits in vain. Each of the others is a `-`, since
/// nothing would mean all.
fn delivered(plan: &Plan, live: &[Job]) -> Expression {
    let kinds: Vec<ChannelKind> = plan.shipping().map(ChannelPlan::kind).collect();
    let is_public = |kind: ChannelKind| {
        // What it installs are the assets of the release.
        let of = if kind == ChannelKind::CargoBinstall { ChannelKind::GithubRelease } else { kind };
        let makes_public = |job: &&Job| {
            let mut roles = job.run().into_iter().flat_map(|run| &run.steps).map(|step| &step.role);
            roles.any(|role| *role == Role::Publish(of) || *role == Role::Confirm(of))
        };
        let jobs = live.iter().filter(makes_public).map(|job| Condition::succeeded(job.id.clone()));
        let selected = Condition::from(Fact::Selected(kind, true));
        let all = Condition::All(std::iter::once(selected).chain(jobs).collect()).expression();
        format!("({}) && '{}' || '-'", all.bare(), kind.id())
    };
    let places: Vec<String> = (0..kinds.len()).map(|place| format!("{{{place}}}")).collect();
    let channels: Vec<String> = kinds.into_iter().map(is_public).collect();
    expr(format!("format('{}', {})", places.join(" "), channels.join(", ")))
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
