//! Everything that is wrong with a bundle.

use std::fmt::{Display, Write as _};
use std::path::Path;

use lockstep_files::Problem;
use lockstep_schemas::manifest::names;
use lockstep_schemas::verification::Finding;

/// How many problems are told: who has more looks for what made them, and not at each.
const MOST: usize = 1000;

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    findings: Vec<Finding>,
    /// How many more there are.
    more: usize,
}

impl Findings {
    pub(crate) fn add(&mut self, finding: Finding) {
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
        self.findings.is_empty()
    }

    /// All of them, the last of which says how many more there are.
    pub(crate) fn into_inner(mut self) -> Vec<Finding> {
        if self.more > 0 {
            let what = format!("and {} problems more, which are not told", self.more);
            self.findings.push(Finding::new(names::MANIFEST, what));
        }
        self.findings
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
