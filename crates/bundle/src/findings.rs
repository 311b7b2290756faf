//! Everything that is wrong with a bundle.

use std::fmt::Display;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;

/// How many problems are told: who has more looks for what made them, and not at each.
const MOST: usize = 1000;

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    findings: Vec<Diagnostic>,
    /// How many more there are.
    more: usize,
}

impl Findings {
    pub(crate) fn add(&mut self, finding: Diagnostic) {
        if self.findings.len() < MOST {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }

    /// Adds all of others.
    pub(crate) fn append(&mut self, others: Self) {
        others.findings.into_iter().for_each(|finding| self.add(finding));
        self.more += others.more;
    }

    /// Adds that something is not what it should be, if it is not.
    pub(crate) fn compare<T: PartialEq + Display>(
        &mut self,
        finding: impl FnOnce() -> Diagnostic,
        expected: &T,
        found: &T,
    ) -> bool {
        let is_same = expected == found;
        if !is_same {
            self.add(finding().differs(expected, found));
        }
        is_same
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// All of them, the last of which says how many more there are.
    pub(crate) fn into_inner(mut self) -> Vec<Diagnostic> {
        if self.more > 0 {
            let what = format!("and {} more problems", self.more);
            self.findings.push(Diagnostic::new(Rule::More, what).in_file(names::MANIFEST));
        }
        self.findings
    }
}
