//! Rules: what no single type of the model can say.
//!
//! A rule looks at a whole model and tells each violation with the path of the value that is to
//! change. Rules never stop at the first.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod artifacts;
mod channels;
mod pipeline;
mod project;
mod steps;
mod targets;
mod tiers;
mod versions;

use lockstep_schemas::model::Model;

use crate::violation::{Violation, Violations};

/// All the rules that a model breaks.
#[must_use]
pub fn check(model: &Model) -> Vec<Violation> {
    let mut violations = Violations::default();
    project::check(model, &mut violations);
    versions::check(model, &mut violations);
    targets::check(model, &mut violations);
    pipeline::check(model, &mut violations);
    artifacts::check(model, &mut violations);
    channels::check(model, &mut violations);
    violations.into_inner()
}
