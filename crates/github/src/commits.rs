//! Commits, and the branches that they are on.

use lockstep_schemas::strings::{CommitSha, GitRef};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::{Error, GitHub};

/// A [comparison](https://docs.github.com/en/rest/commits/commits#compare-two-commits) of a branch with a commit.
#[derive(Deserialize)]
struct Comparison {
    status: Position,
}

/// Where a commit is, as seen from a branch.
#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Position {
    /// It is the branch's last one.
    Identical,
    /// The branch has it, and more.
    Behind,
    /// The branch does not have it.
    #[serde(other)]
    Elsewhere,
}

impl GitHub<'_> {
    /// Whether a commit is on a branch.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where there is no such branch.
    pub fn is_on(&self, commit: &CommitSha, branch: &GitRef) -> Result<bool, Error> {
        let base = utf8_percent_encode(branch.as_str(), NON_ALPHANUMERIC);
        let route = self.route(&format!("compare/{base}...{commit}?per_page=1"));
        let compared: Comparison = self.get(&route)?;
        Ok(compared.status != Position::Elsewhere)
    }
}
