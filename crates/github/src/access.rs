//! The repository itself, and who asks.

use lockstep_schemas::strings::GitRef;
use serde::Deserialize;

use crate::{Error, GitHub};

/// A [repository](https://docs.github.com/en/rest/repos/repos#get-a-repository), as whoever asks sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Access {
    /// `owner/name`, as GitHub has it now.
    pub full_name: String,
    /// The branch that is shown first.
    pub default_branch: GitRef,
    /// What whoever asks may do; nothing where GitHub does not say, as for a run's own token.
    #[serde(default)]
    pub permissions: Option<Permissions>,
}

/// What somebody may do in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Permissions {
    /// Push to it.
    pub push: bool,
}

/// A [user](https://docs.github.com/en/rest/users/users#get-the-authenticated-user).
#[derive(Deserialize)]
struct User {
    login: String,
}

impl GitHub<'_> {
    /// Whose token it is.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say: it does not know the token, or that is a run's own.
    pub fn me(&self) -> Result<String, Error> {
        let user: User = self.get(&format!("{}/user", self.base()))?;
        Ok(user.login)
    }

    /// The repository.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where there is none that the token may see.
    pub fn access(&self) -> Result<Access, Error> {
        self.get(self.route("").trim_end_matches('/'))
    }
}
