//! When a job or a step runs.

use std::ops;

use crate::model::ChannelKind;
use crate::strings::{Expression, Id, InputName, JobId, TargetId};

use super::StepId;

/// When a job or a step runs. Without one, it runs when all before it succeeded
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// When all of these hold.
    All(Vec<Self>),
    /// When one of these holds.
    Any(Vec<Self>),
    /// When this does not hold.
    Not(Box<Self>),
    /// When a fact holds.
    Is(Fact),
}

/// A fact of a run that conditions are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Whatever happened before.
    Always,
    /// The run was cancelled.
    Cancelled,
    /// Something before it failed.
    Failure,
    /// A job that is needed ended so.
    Result(JobId, JobResult),
    /// The job `resolve` said of a channel that this release ships to it, or that it does not. Neither
    /// holds where that job did not come to say it.
    Selected(ChannelKind, bool),
    /// It is a rehearsal.
    Rehearsal,
    /// The run is of a tag.
    OnTag,
    /// The job `resolve` said that the environments admit this run, which they do on the release's tag; or that they
    /// do not.
    Admitted(bool),
    /// The job `snapshot` said that a snapshot of this change is wanted.
    Wanted,
    /// An input was not given.
    InputIsEmpty(InputName),
    /// An event started the run.
    Event(Event),
    /// A step of the same job succeeded.
    StepSucceeded(StepId),
    /// The matrix job is of a target.
    Target(TargetId),
    /// The matrix job is of a channel.
    OfChannel(ChannelKind),
    /// The matrix job runs in a container.
    Contained,
    /// The job that resolved the release found a waiver of a gate on record.
    Waived {
        /// That job.
        by: JobId,
        /// The gate.
        gate: Id,
    },
}

/// How a job ended
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobResult {
    /// All its steps ended well.
    Success,
    /// One did not, or it took too long.
    Failure,
    /// It was ended, or never began since the run was.
    Cancelled,
    /// Its condition did not hold.
    Skipped,
}

impl JobResult {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Success, Self::Failure, Self::Cancelled, Self::Skipped];

    /// Its name in expressions.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }
}

/// An event that conditions speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A pull request.
    PullRequest,
    /// A push, of a branch or a tag.
    Push,
    /// A time.
    Schedule,
}

impl Event {
    /// Its name in expressions.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::PullRequest => "pull_request",
            Self::Push => "push",
            Self::Schedule => "schedule",
        }
    }
}

impl From<Fact> for Condition {
    fn from(fact: Fact) -> Self {
        Self::Is(fact)
    }
}

impl ops::Not for Condition {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

impl ops::Not for Fact {
    type Output = Condition;

    fn not(self) -> Condition {
        !Condition::Is(self)
    }
}

impl Condition {
    /// When a job that is needed succeeded.
    #[must_use]
    pub fn succeeded(job: JobId) -> Self {
        Self::Is(Fact::Result(job, JobResult::Success))
    }

    /// The same condition of a run that differs: each fact becomes what `other` makes of it.
    #[must_use]
    pub fn with_facts(&self, other: &impl Fn(&Fact) -> Self) -> Self {
        let each = |all: &[Self]| all.iter().map(|one| one.with_facts(other)).collect();
        match self {
            Self::All(all) => Self::All(each(all)),
            Self::Any(any) => Self::Any(each(any)),
            Self::Not(not) => !not.with_facts(other),
            Self::Is(fact) => other(fact),
        }
    }

    /// The condition as GitHub reads it. Nothing else writes one.
    #[must_use]
    pub fn expression(&self) -> Expression {
        Expression::new(self.text())
    }

    fn text(&self) -> String {
        match self {
            // `&&` of nothing holds, `||` of nothing does not.
            Self::All(all) if all.is_empty() => "true".to_owned(),
            Self::Any(any) if any.is_empty() => "false".to_owned(),
            Self::All(all) => joined(all, " && "),
            Self::Any(any) => joined(any, " || "),
            Self::Not(not) => match &**not {
                Self::Not(same) => same.text(),
                Self::All(_) | Self::Any(_) => format!("!({})", not.text()),
                Self::Is(fact) => fact.text(false),
            },
            Self::Is(fact) => fact.text(true),
        }
    }

    /// Whether it needs parentheses among others.
    fn is_joined(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.len() > 1,
            Self::Not(not) => match &**not {
                Self::Not(same) => same.is_joined(),
                Self::All(_) | Self::Any(_) | Self::Is(_) => false,
            },
            Self::Is(_) => false,
        }
    }
}

fn joined(parts: &[Condition], with: &str) -> String {
    let one = |part: &Condition| match part.text() {
        text if part.is_joined() && parts.len() > 1 => format!("({text})"),
        text => text,
    };
    parts.iter().map(one).collect::<Vec<_>>().join(with)
}

impl Fact {
    /// That it holds, or that it does not.
    fn text(&self, holds: bool) -> String {
        let equal = if holds { "==" } else { "!=" };
        let not = if holds { "" } else { "!" };
        match self {
            Self::Always => format!("{not}always()"),
            Self::Cancelled => format!("{not}cancelled()"),
            Self::Failure => format!("{not}failure()"),
            Self::Result(job, is) => format!("needs.{job}.result {equal} '{}'", is.id()),
            Self::Selected(channel, selected) => {
                format!("needs.resolve.outputs.{} {equal} '{selected}'", channel.id())
            }
            Self::Rehearsal => format!("{not}inputs.rehearsal"),
            Self::OnTag => format!("github.ref_type {equal} 'tag'"),
            Self::Admitted(is) => format!("needs.resolve.outputs.admitted {equal} '{is}'"),
            Self::Wanted => format!("needs.snapshot.outputs.wanted {equal} 'true'"),
            Self::InputIsEmpty(name) => format!("inputs.{name} {equal} ''"),
            Self::Event(event) => format!("github.event_name {equal} '{}'", event.id()),
            Self::StepSucceeded(step) => format!("steps.{step}.outcome {equal} 'success'"),
            Self::Target(id) => format!("matrix.target {equal} '{id}'"),
            Self::OfChannel(kind) => format!("matrix.channel {equal} '{}'", kind.id()),
            Self::Contained => format!("{not}matrix.container"),
            Self::Waived { by, gate } => {
                // The list as a text, which can be empty where nothing was resolved: reading that as JSON would fail.
                format!("{not}contains(needs.{by}.outputs.waived, '\"{gate}\"')")
            }
        }
    }
}
