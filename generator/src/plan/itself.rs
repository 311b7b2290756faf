//! Lockstep's own release, whose workflows use the actions beside them.

use lockstep_schemas::model::Project;

/// Whether a project is Lockstep itself, whose workflows use the actions beside them.
#[must_use]
pub fn is_lockstep_itself(project: &Project) -> bool {
    project.repository.as_str() == own_repository()
}

/// Lockstep's own repository.
#[must_use]
pub fn own_repository() -> &'static str {
    let address = env!("CARGO_PKG_REPOSITORY");
    address.strip_prefix("https://github.com/").unwrap_or(address)
}
