//! The jobs that publish, each behind those that it needs.

use lockstep_schemas::model::{ChannelKind, Model};
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::strings::JobId;
use lockstep_schemas::workflow::{Condition, Fact, Job};

use super::super::parts::id;
use super::jobs;

/// The jobs that publish, each behind those that it needs.
pub(super) struct Chain {
    /// The jobs of the channels, in an order in which each comes after those that it waits for.
    publishing: Vec<PublishingJob>,
}

/// A job of a channel.
struct PublishingJob {
    job: Job,
    channel: ChannelKind,
}

impl Chain {
    /// The jobs of all channels, behind those that come first in every case.
    pub(super) fn of(model: &Model, plan: &Plan, first: &[JobId]) -> Self {
        let mut chain = Self { publishing: Vec::new() };
        // What can be undone comes first: a draft, a branch of the tap.
        for channel in plan.shipping() {
            chain.push(first, jobs::prepare(model, channel), channel, 0);
        }
        // Then the registries, side by side: what they accept stays. What a person must approve comes before them, for it can
        // still be rejected.
        let mut registries: Vec<&ChannelPlan> = plan.shipping().collect();
        registries.sort_by_key(|channel| channel.kind().id());
        let (approved, others): (Vec<_>, Vec<_>) =
            registries.into_iter().partition(|channel| channel.is_staged());
        for registries in [approved, others] {
            let before = chain.publishing.len();
            for channel in registries {
                chain.push(first, jobs::upload(model, plan, channel), channel, before);
            }
        }
        // When all of that is published the release becomes public, and with it the formula.
        for channel in plan.shipping() {
            let all = chain.publishing.len();
            chain.push(first, jobs::make_public(model, channel), channel, all);
        }
        chain
    }

    /// Puts a channel's job behind the first `before` ones, where it has one there.
    fn push(&mut self, first: &[JobId], job: Option<Job>, channel: &ChannelPlan, before: usize) {
        let Some(mut job) = job else { return };
        let before = &self.publishing[..before];
        let waits_for = before.iter().map(|publishing| &publishing.job.id);
        job.needs = first.iter().chain(waits_for).cloned().collect();
        job.condition = Some(condition(first, before, channel.kind()));
        self.publishing.push(PublishingJob { job, channel: channel.kind() });
    }

    /// The jobs of a live run.
    pub(super) fn live(&self) -> Vec<Job> {
        self.publishing.iter().map(|publishing| publishing.job.clone()).collect()
    }

    /// The jobs of a rehearsal: the same without what has a side effect.
    pub(super) fn rehearsal(&self) -> Vec<Job> {
        let is_twin = |job: &JobId| self.publishing.iter().any(|live| live.job.id == *job);
        let twin = |job: &JobId| {
            if is_twin(job) { id(format!("rehearse-{job}")) } else { job.clone() }
        };
        self.publishing.iter().map(|live| live.job.rehearsal(&twin)).collect()
    }
}

/// When a job runs: in a live run, where its channel is part of the release, when each job
/// before it succeeded or was skipped because *its* channel is no part of it. A result that is
/// neither stops it.
fn condition(first: &[JobId], before: &[PublishingJob], channel: ChannelKind) -> Condition {
    let mut terms = vec![!Fact::Rehearsal, Fact::Selected(channel, true).into()];
    // A formula leads to the release's assets: without the release it leads nowhere.
    let must_succeed = |publishing: &PublishingJob| {
        publishing.channel == channel
            || (channel == ChannelKind::Homebrew
                && publishing.channel == ChannelKind::GithubRelease)
    };
    // GitHub's own rule asks that all before, however far, succeeded. Some of those are skipped where their channel
    // is no part of the release; the condition so names every result.
    terms.insert(0, !Fact::Cancelled);
    terms.extend(first.iter().cloned().map(Condition::succeeded));
    terms.extend(before.iter().map(|publishing| {
        let succeeded = Condition::succeeded(publishing.job.id.clone());
        if must_succeed(publishing) {
            return succeeded;
        }
        Condition::Any(vec![succeeded, Fact::Selected(publishing.channel, false).into()])
    }));
    Condition::All(terms)
}
