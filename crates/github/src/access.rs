//! The repository itself, and who asks.

use http::Method;
use lockstep_schemas::strings::GitRef;
use serde::Deserialize;

use crate::client::{Read, json};
use crate::{Error, GitHub};

/// A [repository](https://docs.github.com/en/rest/repos/repos#get-a-repository), as whoever asks sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Access {
    /// `owner/name`, as GitHub has it now.
    pub full_name: String,
    /// The branch that is shown first.
    pub default_branch: GitRef,
    /// Whether only some people see it.
    #[serde(default)]
    pub private: bool,
    /// What whoever asks may do; nothing where GitHub does not say, as for a run's own token.
    #[serde(default)]
    pub permissions: Option<Permissions>,
    /// What the token is for, where it is
    /// [of that kind](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps).
    #[serde(skip)]
    pub scopes: Option<Vec<String>>,
}

/// What somebody may do in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Permissions {
    /// Push to it.
    pub push: bool,
    /// See and change its settings.
    #[serde(default)]
    pub admin: bool,
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
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where the token may see no such repository.
    pub fn access(&self) -> Result<Access, Error> {
        let route = self.route("");
        self.ask(&Method::GET, route.trim_end_matches('/'), None, |answer| {
            let scopes = answer.headers.get("x-oauth-scopes").and_then(|all| all.to_str().ok());
            let scopes =
                scopes.map(|all| all.split(',').map(|one| one.trim().to_owned()).collect());
            match json(answer) {
                Read::Found(access) => Read::Found(Access { scopes, ..access }),
                Read::CutOff(why) => Read::CutOff(why),
                Read::Unreadable(why) => Read::Unreadable(why),
            }
        })
    }
}
