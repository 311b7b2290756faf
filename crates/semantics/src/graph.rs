//! A workflow as far as it decides what runs: made of the typed graph, or read from a file.

use std::collections::BTreeSet;

use lockstep_schemas::workflow::{OutputKind, Role};

use crate::expression::Expression;

/// A workflow.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Its file.
    pub file: String,
    /// The events that start it, by their names.
    pub events: Vec<String>,
    /// Its inputs.
    pub inputs: Vec<Input>,
    /// Its jobs, each behind those that it needs.
    pub jobs: Vec<Job>,
}

/// An input.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name, in lower case.
    pub name: String,
    /// What it can be, where that is little.
    pub kind: InputKind,
}

/// What an input can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputKind {
    /// True or false.
    Boolean,
    /// One of some texts.
    Choice(Vec<String>),
    /// Any text.
    Text,
}

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// The jobs that it needs, by their places in the graph.
    pub needs: Vec<usize>,
    /// When it runs.
    pub condition: Option<Expression>,
    /// Whether its matrix is made by an expression, and so may be of no job.
    pub may_be_empty: bool,
    /// Whether its failure is not one of the run.
    pub continues: bool,
    /// What it may do.
    pub powers: Powers,
    /// Its steps, those of the workflow that it calls included.
    pub steps: Vec<Step>,
    /// What later jobs read of it: name, in lower case, and what it can say.
    pub outputs: Vec<(String, OutputKind)>,
    /// Where it stands in its file, from 1; 0 where that is not known.
    pub line: usize,
}

impl Job {
    /// Whether one of its steps has a role.
    pub fn has(&self, role: impl Fn(&Role) -> bool) -> bool {
        self.steps.iter().any(|step| role(&step.role))
    }
}

/// What a job may do beside reading the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Powers {
    /// The permissions of its token to write.
    pub writes: BTreeSet<String>,
    /// Whether it can have a token of the run's identity.
    pub identity: bool,
    /// Whether a secret reaches it, or an environment with some.
    pub secrets: bool,
}

impl Powers {
    /// In words, for people.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words: Vec<String> =
            self.writes.iter().map(|scope| format!("`{scope}: write`")).collect();
        words.extend(self.identity.then(|| "an identity token".to_owned()));
        words.extend(self.secrets.then(|| "secrets".to_owned()));
        words.join(", ")
    }
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its id, where it has one.
    pub id: Option<String>,
    /// What the log calls it.
    pub name: String,
    /// When it runs.
    pub condition: Option<Expression>,
    /// Whether its failure is not one of the job.
    pub continues: bool,
    /// What it is to the promises.
    pub role: Role,
}
