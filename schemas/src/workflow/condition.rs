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
    /// Whatever happened before.
    Always,
    /// When the run was cancelled.
    Cancelled,
    /// When something before it failed.
    Failure,
    /// When a job that is needed ended so.
    Result(JobId, JobResult),
    /// When the job `resolve` said of a channel that this release ships to it, or that it does not. Neither
    /// holds where that job did not come to say it.
    Selected(ChannelKind, bool),
    /// In a rehearsal.
    Rehearsal,
    /// When an input was not given.
    InputIsEmpty(InputName),
    /// In a run that an event started.
    Event(Event),
    /// When a step of the same job succeeded.
    StepSucceeded(StepId),
    /// In the matrix job of a target.
    Target(TargetId),
    /// In a matrix job that runs in a container.
    Contained,
    /// When the step `resolve` of the same job found a waiver of a gate on record.
    Waived(Id),
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
}

impl Event {
    /// Its name in expressions.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::PullRequest => "pull_request",
        }
    }
}

impl ops::Not for Condition {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

impl Condition {
    /// When a job that is needed succeeded.
    #[must_use]
    pub fn succeeded(job: JobId) -> Self {
        Self::Result(job, JobResult::Success)
    }

    /// The same of other jobs.
    #[must_use]
    pub fn of_jobs(&self, other: &impl Fn(&JobId) -> JobId) -> Self {
        self.replaced(&|condition| match condition {
            Self::Result(job, is) => Some(Self::Result(other(job), *is)),
            _ => None,
        })
    }

    /// The same with some of its parts replaced.
    #[must_use]
    pub fn replaced(&self, by: &impl Fn(&Self) -> Option<Self>) -> Self {
        if let Some(other) = by(self) {
            return other;
        }
        let each = |all: &[Self]| all.iter().map(|one| one.replaced(by)).collect();
        match self {
            Self::All(all) => Self::All(each(all)),
            Self::Any(any) => Self::Any(each(any)),
            Self::Not(not) => Self::Not(Box::new(not.replaced(by))),
            other => other.clone(),
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
                one => one.is(false),
            },
            one => one.is(true),
        }
    }

    /// A condition that is not made of others, or that it does not hold.
    fn is(&self, holds: bool) -> String {
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
            Self::InputIsEmpty(name) => format!("inputs.{name} {equal} ''"),
            Self::Event(event) => format!("github.event_name {equal} '{}'", event.id()),
            Self::StepSucceeded(step) => format!("steps.{step}.outcome {equal} 'success'"),
            Self::Target(id) => format!("matrix.target {equal} '{id}'"),
            Self::Contained => format!("{not}matrix.container"),
            Self::Waived(gate) => {
                format!("{not}contains(fromJSON(steps.resolve.outputs.waived), '{gate}')")
            }
            Self::All(_) | Self::Any(_) | Self::Not(_) => self.text(),
        }
    }

    /// Whether it needs parentheses among others.
    fn is_joined(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.len() > 1,
            Self::Not(not) => matches!(&**not, Self::Not(same) if same.is_joined()),
            _ => false,
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
