//! Everything that is wrong with a bundle.

use std::fmt::{Display, Write as _};
use std::path::Path;

use lockstep_schemas::verification::Finding;
use lockstep_toolkit::Problem;

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds that something is not what it should be, if it is not.
    pub(crate) fn compare<T: PartialEq + Display>(
        &mut self,
        finding: impl FnOnce() -> Finding,
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
        self.0.is_empty()
    }

    pub(crate) fn into_inner(self) -> Vec<Finding> {
        self.0
    }
}

/// A finding as a problem of the folder that the bundle is in.
pub(crate) fn problem(finding: &Finding, folder: &Path) -> Problem {
    let mut message = String::new();
    if let Some(member) = &finding.member {
        let _ = write!(message, "`{}`: ", member.escape_debug());
    }
    message.push_str(&finding.problem);
    if let (Some(expected), Some(found)) = (&finding.expected, &finding.found) {
        let _ = write!(message, ": expected {expected}, found {found}");
    }
    let mut problem = Problem::new(message).of_file(folder.join(&finding.file).display());
    problem.remedy.clone_from(&finding.remedy);
    match finding.line {
        Some(line) => problem.at(line, 1),
        None => problem,
    }
}
