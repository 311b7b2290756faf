//! What the settings of a repository at GitHub let a release do: whether environments admit it, tags stay where they are, its
//! actions may run, its secrets and variables are there.

mod actions;
pub mod environments;
mod pattern;
mod rules;
mod values;

pub use actions::actions;
pub use rules::{immutable_releases, required_check, tags};
pub use values::{secret, switch};

use lockstep_schemas::diagnostic::Diagnostic;

/// How a setting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// As a release needs it.
    There,
    /// There, and it could be better.
    Noted(String),
    /// Not there: in words that go on from its name.
    Missing(String),
    /// Not as a release needs it.
    Unfit(Vec<Diagnostic>),
    /// GitHub does not tell, for this reason.
    Unknown(String),
}
