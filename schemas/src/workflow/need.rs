//! What steps need of GitHub, and what their jobs so must have.

use std::collections::BTreeMap;

use crate::strings::{EnvironmentName, SettingName};

/// What a step needs. Its job has what all its steps need, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The repository's files.
    Checkout,
    /// A permission of the job's token.
    Permission(Permission),
    /// A secret.
    Secret(SettingName),
    /// A deployment environment, for its secrets or its rules.
    Environment(EnvironmentName),
}

impl Need {
    /// A permission, with the reason for it.
    #[must_use]
    pub fn read(scope: PermissionScope, reason: &str) -> Self {
        Self::permission(scope, Access::Read, reason)
    }

    /// A permission to write, with the reason for it.
    #[must_use]
    pub fn write(scope: PermissionScope, reason: &str) -> Self {
        Self::permission(scope, Access::Write, reason)
    }

    fn permission(scope: PermissionScope, access: Access, reason: &str) -> Self {
        Self::Permission(Permission { scope, access, reason: Some(reason.to_owned()) })
    }
}

/// One permission of a job's token
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// What it covers.
    pub scope: PermissionScope,
    /// What may be done with it.
    pub access: Access,
    /// Why the job needs it.
    pub reason: Option<String>,
}

impl Permission {
    /// To check the repository out. The one permission that needs no reason beside it.
    pub const CHECKOUT: Self =
        Self { scope: PermissionScope::Contents, access: Access::Read, reason: None };
}

/// What a permission covers, of what Lockstep asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PermissionScope {
    /// Workflow runs and their artifacts.
    Actions,
    /// Attestations.
    Attestations,
    /// The repository's files and releases.
    Contents,
    /// The run's identity, as an OpenID Connect token.
    IdToken,
    /// Issues.
    Issues,
    /// Commit statuses.
    Statuses,
}

impl PermissionScope {
    /// Its name in a workflow file.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Actions => "actions",
            Self::Attestations => "attestations",
            Self::Contents => "contents",
            Self::IdToken => "id-token",
            Self::Issues => "issues",
            Self::Statuses => "statuses",
        }
    }
}

/// What may be done with what a permission covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// It may be read.
    Read,
    /// It may be read and written.
    Write,
}

impl Access {
    /// Its name in a workflow file.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// The permissions that some needs come to.
pub(super) fn permissions<'a>(needs: impl IntoIterator<Item = &'a Need>) -> Vec<Permission> {
    union(needs.into_iter().filter_map(|need| match need {
        Need::Permission(permission) => Some(permission.clone()),
        Need::Checkout => Some(Permission::CHECKOUT),
        Need::Secret(_) | Need::Environment(_) => None,
    }))
}

/// Each scope once, by its name, with the most access that is asked for and the reason for that.
pub(super) fn union(permissions: impl IntoIterator<Item = Permission>) -> Vec<Permission> {
    let mut by_scope: BTreeMap<PermissionScope, Permission> = BTreeMap::new();
    for permission in permissions {
        let most = by_scope.entry(permission.scope).or_insert_with(|| permission.clone());
        if permission.access > most.access {
            *most = permission;
        }
    }
    by_scope.into_values().collect()
}
