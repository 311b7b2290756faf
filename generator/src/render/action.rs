//! An action's `action.yml`, from its interface.

use lockstep_schemas::action::Interface;

use super::{fill, helpers, registry};

/// The text of an action's `action.yml`.
#[must_use]
pub fn action_yml(interface: &Interface) -> String {
    fill(&registry(helpers::Actions::default()), "action.yml", interface)
}
