//! The jobs that publish, each behind those that it needs.

use lockstep_schemas::model::{ChannelKind, Model};
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::strings::JobId;
use lockstep_schemas::workflow::{Condition, Fact, Job, Workflow};

use super::super::parts::id;
use super::jobs;

/// The jobs that publish, each behind those that it needs.
pub(super) struct Chain {
    /// The jobs of the channels, in an order in which each comes after those that it waits for.
    publishing: Vec<PublishingJob>,
    deliver: Job,
    report: Job,
}

/// A job of a channel.
struct PublishingJob {
    job: Job,
    channel: ChannelKind,
}

impl Chain {
    pub(super) fn of(model: &Model, plan: &Plan, verify: &Workflow) -> Self {
        let mut publishing = Vec::new();
        // What can be undone comes first: a draft, a branch of the tap.
        for channel in &plan.channels {
            push(&mut publishing, jobs::prepare(model, channel), channel, 0);
        }
        // Then the registries, side by side: what they accept stays.
        let prepared = publishing.len();
        let mut registries: Vec<&ChannelPlan> = plan.channels.iter().collect();
        registries.sort_by_key(|channel| channel.kind().id());
        for channel in registries {
            push(&mut publishing, jobs::upload(model, plan, channel), channel, prepared);
        }
        // When all of that is published the release becomes public, and with it the formula.
        for channel in &plan.channels {
            let all = publishing.len();
            push(&mut publishing, jobs::make_public(model, channel), channel, all);
        }
        let mut deliver = jobs::deliver(verify);
        deliver.needs = needs(&publishing);
        deliver.condition = Some(condition(&publishing, None));
        let report = jobs::report(model, plan);
        Self { publishing, deliver, report }
    }

    /// The jobs of a live run.
    pub(super) fn live(&self) -> Vec<Job> {
        let publishing = self.publishing.iter().map(|publishing| publishing.job.clone());
        let mut live: Vec<Job> = publishing.chain([self.deliver.clone()]).collect();
        live.push(self.behind(&live));
        live
    }

    /// The jobs of a rehearsal: the same without what has a side effect. Nothing is delivered in one.
    pub(super) fn rehearsal(&self) -> Vec<Job> {
        let live: Vec<Job> =
            self.publishing.iter().map(|publishing| publishing.job.clone()).collect();
        let report = self.behind(&live);
        let is_twin = |job: &JobId| live.iter().any(|live| live.id == *job) || *job == report.id;
        let twin = |job: &JobId| {
            if is_twin(job) { id(format!("rehearse-{job}")) } else { job.clone() }
        };
        live.iter().chain([&report]).map(|job| job.rehearsal(&twin)).collect()
    }

    /// The report of some jobs, and of what came before them.
    fn behind(&self, jobs: &[Job]) -> Job {
        let first = [id("resolve"), id("preflight")];
        let needs = first.into_iter().chain(jobs.iter().map(|job| job.id.clone())).collect();
        Job { needs, ..self.report.clone() }
    }
}

/// Puts a channel's job behind the first `before` ones, where it has one there.
fn push(
    publishing: &mut Vec<PublishingJob>,
    job: Option<Job>,
    channel: &ChannelPlan,
    before: usize,
) {
    let Some(mut job) = job else { return };
    job.needs = needs(&publishing[..before]);
    job.condition = Some(condition(&publishing[..before], Some(channel)));
    publishing.push(PublishingJob { job, channel: channel.kind() });
}

fn needs(before: &[PublishingJob]) -> Vec<JobId> {
    let first = [id("resolve"), id("preflight")];
    first.into_iter().chain(before.iter().map(|publishing| publishing.job.id.clone())).collect()
}

/// When a job runs: in a live run, where its channel is part of the release, when each job
/// before it succeeded or was skipped because *its* channel is no part of it. A result that is
/// neither stops it.
fn condition(before: &[PublishingJob], channel: Option<&ChannelPlan>) -> Condition {
    let own = channel.map(ChannelPlan::kind);
    let mut terms = vec![!Fact::Rehearsal];
    terms.extend(own.map(|kind| Condition::from(Fact::Selected(kind, true))));
    // A formula leads to the release's assets: without the release it leads nowhere.
    let must_succeed = |publishing: &PublishingJob| {
        Some(publishing.channel) == own
            || (own == Some(ChannelKind::Homebrew)
                && publishing.channel == ChannelKind::GithubRelease)
    };
    // Where all that it needs must have succeeded, GitHub's own rule says so. Where one may have
    // been skipped, that rule would skip this job too; the condition then names every result.
    if before.iter().any(|publishing| !must_succeed(publishing)) {
        terms.insert(0, !Fact::Cancelled);
        terms.extend(["resolve", "preflight"].map(|name| Condition::succeeded(id(name))));
        terms.extend(before.iter().map(|publishing| {
            let succeeded = Condition::succeeded(publishing.job.id.clone());
            if must_succeed(publishing) {
                return succeeded;
            }
            Condition::Any(vec![succeeded, Fact::Selected(publishing.channel, false).into()])
        }));
    }
    Condition::All(terms)
}
