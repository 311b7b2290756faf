//! Why a program could not do what it was asked.

use lockstep_files::Problem;

/// Why a program could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub Problem);

impl Failure {
    /// In one sentence.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self(Problem::new(message))
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn with_remedy(self, remedy: impl Into<String>) -> Self {
        Self(self.0.with_remedy(remedy))
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}
