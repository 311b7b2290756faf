//! When a model wants snapshots, and of which targets.

use lockstep_schemas::model::Model;
use lockstep_schemas::strings::TargetId;
use lockstep_schemas::workflow::{Condition, Event, Fact, Trigger};

/// What a model wants snapshots of, and of which targets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Occasion<'a> {
    event: Event,
    targets: Option<&'a [TargetId]>,
}

impl Occasion<'_> {
    /// Whether it builds a target.
    pub(super) fn builds(&self, target: &TargetId) -> bool {
        self.targets.is_none_or(|targets| targets.contains(target))
    }

    /// That a run is of it.
    pub(super) fn condition(&self) -> Condition {
        match self.event {
            Event::PullRequest | Event::Schedule => Fact::Event(self.event).into(),
            // A tag's push comes here by `release.yml`, which builds it.
            Event::Push => Condition::All(vec![Fact::Event(self.event).into(), !Fact::OnTag]),
        }
    }
}

/// What a model wants snapshots of.
pub(super) fn occasions(model: &Model) -> Vec<Occasion<'_>> {
    let snapshots = &model.snapshots;
    let pull_request = snapshots.pull_request.as_ref();
    let pull_request = pull_request.map(|of| (Event::PullRequest, of.targets.as_deref()));
    let push = snapshots.push.as_ref().map(|of| (Event::Push, of.targets.as_deref()));
    let schedule = snapshots.schedule.as_ref().map(|of| (Event::Schedule, of.targets.as_deref()));
    let occasions = [pull_request, push, schedule].into_iter().flatten();
    occasions.map(|(event, targets)| Occasion { event, targets }).collect()
}

/// What starts them beside pull requests.
pub(super) fn triggers(model: &Model) -> impl Iterator<Item = Trigger> {
    let push = model.snapshots.push.as_ref();
    let push = push.map(|push| Trigger::PushBranch(push.branch.clone()));
    let schedule = model.snapshots.schedule.as_ref();
    let schedule = schedule.map(|schedule| Trigger::Schedule(schedule.cron.clone()));
    push.into_iter().chain(schedule)
}
