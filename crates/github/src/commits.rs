//! Commits, and the branches that they are on.

use lockstep_schemas::strings::{CommitSha, GitRef, Tag};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::{Error, GitHub, Why};

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

/// A [branch](https://docs.github.com/en/rest/branches/branches).
#[derive(Deserialize)]
struct Branch {
    protected: bool,
    commit: Head,
    #[serde(default)]
    protection: Protection,
}

/// What the older kind of [protection](https://docs.github.com/en/rest/branches/branch-protection) asks for.
#[derive(Default, Deserialize)]
struct Protection {
    #[serde(default)]
    required_status_checks: RequiredChecks,
}

#[derive(Default, Deserialize)]
struct RequiredChecks {
    #[serde(default)]
    contexts: Vec<String>,
}

/// The last commit of a branch.
#[derive(Deserialize)]
struct Head {
    sha: CommitSha,
}

/// What a ref or an annotated tag [leads to](https://docs.github.com/en/rest/git/tags#get-a-tag).
#[derive(Deserialize)]
struct Tagged {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    sha: CommitSha,
    #[serde(rename = "type")]
    kind: ObjectKind,
}

#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ObjectKind {
    Commit,
    Tag,
    #[serde(other)]
    Other,
}

/// How many annotated tags may lead to each other.
const DEEPEST: usize = 8;

impl GitHub<'_> {
    /// The commit that a tag leads to.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say, or it leads to something else; [`Why::NotFound`] where there is no such tag.
    pub fn tagged(&self, tag: &Tag) -> Result<CommitSha, Error> {
        let mut route = self.route(&format!("git/ref/tags/{tag}"));
        for _ in 0..DEEPEST {
            let Object { sha, kind } = self.get::<Tagged>(&route)?.object;
            match kind {
                ObjectKind::Commit => return Ok(sha),
                ObjectKind::Tag => route = self.route(&format!("git/tags/{sha}")),
                ObjectKind::Other => break,
            }
        }
        let why = Why::Unreadable(format!("the tag {tag} leads to no commit"));
        Err(Error { asked: format!("GET {}", self.shown(&route)), why })
    }

    /// Whether a commit is on a branch.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where there is no such branch.
    pub fn is_on(&self, commit: &CommitSha, branch: &GitRef) -> Result<bool, Error> {
        // By its commit: a tag can have the name of a branch.
        let head = self.branch(branch.as_str())?.commit.sha;
        let route = self.route(&format!("compare/{head}...{commit}?per_page=1"));
        let compared: Comparison = self.get(&route)?;
        Ok(compared.status != Position::Elsewhere)
    }

    /// Whether a rule of the repository protects a branch.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where there is no such branch.
    pub fn is_protected(&self, branch: &str) -> Result<bool, Error> {
        Ok(self.branch(branch)?.protected)
    }

    /// The checks that the older protection of a branch asks for.
    pub(crate) fn protecting_checks(&self, branch: &str) -> Result<Vec<String>, Error> {
        Ok(self.branch(branch)?.protection.required_status_checks.contexts)
    }

    fn branch(&self, name: &str) -> Result<Branch, Error> {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        self.get(&self.route(&format!("branches/{name}")))
    }
}
