//! Secrets and variables.

use lockstep_github::{Error, GitHub, Why};
use lockstep_schemas::strings::{EnvironmentName, SettingName};

use crate::State;

/// Whether an environment has a secret.
///
/// # Errors
///
/// Where GitHub does not say.
pub fn secret(
    name: &SettingName,
    environment: &EnvironmentName,
    github: &GitHub<'_>,
) -> Result<State, Error> {
    let is_it = |known: &String| known.eq_ignore_ascii_case(name.as_str());
    match github.environment_secrets(environment.as_str()) {
        Ok(secrets) if secrets.iter().any(is_it) => return Ok(State::There),
        // It has none where it is not there itself.
        Ok(_) | Err(Error { why: Why::NotFound, .. }) => {}
        Err(error) => return Err(error),
    }
    // Whoever may not see these learns less, and that it is missing all the same.
    let is_common = github.common_secrets().is_ok_and(|common| common.iter().any(is_it));
    Ok(State::Missing(if is_common {
        "is one of the whole repository, which every job can read: set it in the environment, and delete it there".to_owned()
    } else {
        "is not set".to_owned()
    }))
}

/// Whether a variable lets a channel go.
///
/// # Errors
///
/// Where GitHub does not say.
pub fn switch(name: &SettingName, github: &GitHub<'_>) -> Result<State, Error> {
    Ok(match github.variable(name.as_str())? {
        // GitHub compares without a look at the case.
        Some(value) if value.eq_ignore_ascii_case("true") => State::There,
        Some(value) => State::Missing(format!("is `{value}`, and not `true`")),
        None => State::Missing("is not set".to_owned()),
    })
}
