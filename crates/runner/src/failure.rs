//! Why a program could not do what it was asked.

use lockstep_schemas::diagnostic::{Diagnostic, Rule};

/// Why a program could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub Diagnostic);

impl Failure {
    /// In one sentence.
    #[must_use]
    pub fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self(Diagnostic::new(rule, message))
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn with_remedy(self, remedy: impl Into<String>) -> Self {
        Self(self.0.with_remedy(remedy))
    }
}

impl<D: Into<Diagnostic>> From<D> for Failure {
    fn from(problem: D) -> Self {
        Self(problem.into())
    }
}
