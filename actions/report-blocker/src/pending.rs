//! What only waits: for a person who approves, for a registry until it shows what it took, or for users until they can have it. That
//! is not broken: it is gone on with.

use std::path::Path;

use lockstep_receipts::{below, deliveries};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::receipt::{Delivered, DeliveryRecord, Receipt};

use crate::{Job, Outcome, variable};

/// The jobs that publish begin so.
pub(crate) const PUBLISHES: &str = "publish-";
/// The job that looks whether users can have it.
pub(crate) const DELIVERS: &str = "deliver";

/// What waits of a run, by the receipts of its jobs.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// The channels whose last job ended because it waits.
    channels: Vec<ChannelKind>,
    /// What users did not get.
    undelivered: Vec<DeliveryRecord>,
    /// The same, as far as this attempt says.
    this_time: Vec<DeliveryRecord>,
}

impl Pending {
    /// Of the receipts in a folder.
    pub(crate) fn of(receipts: &Path) -> Result<Self, Diagnostic> {
        let receipts = if receipts.is_dir() { below(receipts)? } else { Vec::new() };
        let last = |kind: &ChannelKind| {
            let of_it = |one: &&Receipt| one.files.iter().any(|file| file.channel == *kind);
            receipts.iter().rev().find(of_it)
        };
        let attempt = variable("GITHUB_RUN_ATTEMPT").and_then(|attempt| attempt.parse().ok());
        // A job that wrote no receipt this time says nothing by the one of its last attempt.
        let is_of_attempt =
            |one: &&Receipt| attempt.is_none() || one.run.map(|run| run.attempt) == attempt;
        let waits = |kind: &ChannelKind| {
            let last = last(kind).filter(is_of_attempt);
            let problems = last.map(|one| one.problems.as_slice()).unwrap_or_default();
            let is_wait =
                |rule: &Rule| matches!(rule, Rule::AwaitingApproval | Rule::NotVisibleYet);
            !problems.is_empty() && problems.iter().all(is_wait)
        };
        let channels = ChannelKind::ALL.into_iter().filter(waits).collect();
        let is_missing = |one: &DeliveryRecord| match one.result {
            Delivered::Passed | Delivered::Skipped => false,
            Delivered::NotYet | Delivered::Failed => one.is_required(),
        };
        let undelivered = deliveries(&receipts).into_iter().filter(is_missing).collect();
        // One that ended this time before it could say anything left what it said last time.
        let of_attempt: Vec<Receipt> =
            receipts.into_iter().filter(|one| is_of_attempt(&one)).collect();
        let this_time = deliveries(&of_attempt).into_iter().filter(is_missing).collect();
        Ok(Self { channels, undelivered, this_time })
    }

    /// Whether a job ended because of what waits.
    pub(crate) fn is(&self, name: &str, job: &Job) -> bool {
        if job.result != Outcome::Failure {
            return false;
        }
        if name == DELIVERS {
            let is_late = |one: &DeliveryRecord| one.result == Delivered::NotYet;
            let is_said = !self.undelivered.is_empty() && self.undelivered == self.this_time;
            return is_said && self.undelivered.iter().all(is_late);
        }
        let channel = name.strip_prefix(PUBLISHES).map(channel_of);
        self.channels.iter().any(|one| channel == Some(one.id()))
    }

    /// What users did not get, in words.
    pub(crate) fn undelivered(&self) -> Option<String> {
        let one = |one: &DeliveryRecord| {
            let why = one.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
            format!("{} on {}: {}{why}", one.channel.label(), one.target, one.result.in_words())
        };
        let all: Vec<String> = self.undelivered.iter().map(one).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

/// The channel that a job publishes to, by what its id has behind `publish-`.
pub(crate) fn channel_of(job: &str) -> &str {
    match job {
        "release" => ChannelKind::GithubRelease.id(),
        "formula" => ChannelKind::Homebrew.id(),
        other => other,
    }
}
