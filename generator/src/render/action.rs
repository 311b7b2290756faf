//! An action's `action.yml`, from its interface.

use lockstep_schemas::action::Interface;

use super::fill;

/// The text of an action's `action.yml`.
#[must_use]
pub fn action_yml(interface: &Interface) -> String {
    fill("action.yml", interface)
}
