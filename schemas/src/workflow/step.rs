//! Steps.

use std::fmt;

use crate::model::{ChannelKind, Shell};
use crate::strings::{ActionPath, Expression, Id, SettingName};

use super::{Condition, Need};

/// A step of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its id, where something reads its outputs or how it ended.
    pub id: Option<StepId>,
    /// What the log calls it.
    pub name: String,
    /// When it runs.
    pub condition: Option<Condition>,
    /// What runs.
    pub body: StepBody,
    /// Its environment variables.
    pub env: Vec<Setting>,
    /// What it needs of GitHub.
    pub needs: Vec<Need>,
    /// What it is to the promises that are proved.
    pub role: Role,
    /// What is done in its place in a rehearsal.
    pub rehearsed: Rehearsed,
}

/// What a step runs.
#[derive(Debug, Clone, PartialEq)]
pub enum StepBody {
    /// An action.
    Uses {
        /// Which.
        action: ActionName,
        /// Its inputs.
        with: Vec<Setting>,
    },
    /// A script.
    Run {
        /// Its text.
        script: String,
        /// Its shell.
        shell: Shell,
        /// Where it runs, from the checkout's root.
        working_directory: Option<String>,
    },
}

/// An action, without what it is pinned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionName {
    /// Lockstep's own root action.
    Root,
    /// One of Lockstep's own, by its folder.
    Own(&'static str),
    /// One of others.
    Other(ActionPath),
}

/// What a step is to the promises that are proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Nothing: it prepares, or moves files.
    Plain,
    /// It runs code of the project or of what the project depends on.
    ProjectCode,
    /// It looks at gates that are no scripts.
    Gates,
    /// It is a gate, which is a script.
    Gate(Id),
    /// It proves where the bundle comes from.
    Provenance,
    /// It verifies the bundle.
    Verify,
    /// It asks a channel what would be in the way.
    Preflight(ChannelKind),
    /// It makes something on a channel that can be taken back.
    Prepare(ChannelKind),
    /// It looks at what a maintainer made on a channel, before anything is public.
    Look(ChannelKind),
    /// It looks at what a maintainer made public on a channel.
    Confirm(ChannelKind),
    /// It goes on after somebody approved.
    Approve,
    /// It publishes to a channel.
    Publish(ChannelKind),
    /// It signs what was built.
    Attest,
    /// It looks whether users can install.
    Deliver,
    /// It puts together what happened.
    Report,
}

impl Role {
    /// The channel that it is of.
    #[must_use]
    pub fn channel(&self) -> Option<ChannelKind> {
        match self {
            Self::Preflight(channel)
            | Self::Prepare(channel)
            | Self::Look(channel)
            | Self::Confirm(channel)
            | Self::Publish(channel) => Some(*channel),
            Self::Plain
            | Self::ProjectCode
            | Self::Gates
            | Self::Gate(_)
            | Self::Provenance
            | Self::Verify
            | Self::Approve
            | Self::Attest
            | Self::Deliver
            | Self::Report => None,
        }
    }

    /// The channel on which it makes or publishes something.
    #[must_use]
    pub fn publishes(&self) -> Option<ChannelKind> {
        self.channel().filter(|_| matches!(self, Self::Prepare(_) | Self::Publish(_)))
    }
}

/// What is done in place of a step in a rehearsal.
#[derive(Debug, Clone, PartialEq)]
pub enum Rehearsed {
    /// The same: it has no side effect.
    Same,
    /// Something else.
    As(Box<Step>),
    /// Nothing.
    Dropped,
}

/// The id of a step, which only the generator writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StepId(pub &'static str);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// A name and what it is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Value,
}

impl Setting {
    /// A setting.
    #[must_use]
    pub fn new(name: &str, value: impl Into<Value>) -> Self {
        Self { name: name.to_owned(), value: value.into() }
    }
}

/// What a setting is set to. GitHub makes text of it; what differs is how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, or an expression.
    Text(String),
    /// True or false.
    Flag(bool),
    /// A number.
    Number(u32),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Expression> for Value {
    fn from(expression: Expression) -> Self {
        Self::Text(expression.to_string())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl Step {
    /// A step that uses an action.
    #[must_use]
    pub fn uses(name: &str, action: ActionName) -> Self {
        Self::new(name, StepBody::Uses { action, with: Vec::new() })
    }

    /// A step that runs a script.
    #[must_use]
    pub fn run(name: &str, shell: Shell, script: &str) -> Self {
        let script = script.to_owned();
        Self::new(name, StepBody::Run { script, shell, working_directory: None })
    }

    fn new(name: &str, body: StepBody) -> Self {
        Self {
            id: None,
            name: name.to_owned(),
            condition: None,
            body,
            env: Vec::new(),
            needs: Vec::new(),
            role: Role::Plain,
            rehearsed: Rehearsed::Same,
        }
    }

    /// The step with an id.
    #[must_use]
    pub fn with_id(self, id: StepId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The step in its role.
    #[must_use]
    pub fn as_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// The step under a condition.
    #[must_use]
    pub fn when(self, condition: impl Into<Condition>) -> Self {
        Self { condition: Some(condition.into()), ..self }
    }

    /// The step with an input of its action.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let StepBody::Uses { with, .. } = &mut self.body {
            with.push(Setting::new(name, value));
        }
        self
    }

    /// The step with an environment variable.
    #[must_use]
    pub fn with_env(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.env.push(Setting::new(name, value));
        self
    }

    /// The step with a need.
    #[must_use]
    pub fn needing(mut self, need: Need) -> Self {
        self.needs.push(need);
        self
    }

    /// The step with a secret as an input of its action.
    #[must_use]
    pub fn with_secret(self, input: &str, secret: &SettingName) -> Self {
        self.with(input, Expression::new(format!("secrets.{secret}")))
            .needing(Need::Secret(secret.clone()))
    }

    /// The step with another in its place in a rehearsal.
    #[must_use]
    pub fn rehearsed_as(self, other: Self) -> Self {
        Self { rehearsed: Rehearsed::As(Box::new(other)), ..self }
    }

    /// The step with nothing in its place in a rehearsal.
    #[must_use]
    pub fn dropped_in_rehearsal(self) -> Self {
        Self { rehearsed: Rehearsed::Dropped, ..self }
    }

    /// What is done in its place in a rehearsal.
    #[must_use]
    pub fn rehearsal(&self) -> Option<Self> {
        match &self.rehearsed {
            Rehearsed::Same => Some(self.clone()),
            Rehearsed::As(other) => Some((**other).clone()),
            Rehearsed::Dropped => None,
        }
    }
}
