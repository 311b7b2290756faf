//! Workflows: a model and its plan → the job graph of every workflow of the set. Pure.
//!
//! Jobs are made of typed steps; what a job needs of GitHub follows from them. What GitHub's limits do not allow
//! of the graph is found here too.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod assemble;
mod build;
mod delivery;
mod gates;
mod limits;
mod occasions;
mod own_steps;
mod parts;
mod programs;
mod publish;
mod release;
mod snapshots;
mod steps;
mod verify;

use lockstep_schemas::model::Model;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::workflow::Workflow;

use crate::violation::Violation;

/// Every workflow of the set, in the order in which a release meets them; or what GitHub's limits do not allow.
pub fn workflows(model: &Model, plan: &Plan) -> Result<Vec<Workflow>, Vec<Violation>> {
    let builds = build::workflows(model, plan);
    let verify = verify::workflow(model, plan, &builds);
    let mut workflows = vec![release::workflow(model, plan, &builds, &verify)];
    workflows.extend(builds);
    workflows.push(publish::workflow(model, plan, &verify));
    workflows.push(verify);
    let violations = limits::check(plan, &workflows);
    if violations.is_empty() { Ok(workflows) } else { Err(violations) }
}

/// The steps, or the jobs, of some parts, in their order.
fn merged<T, const PARTS: usize>(parts: [Vec<T>; PARTS]) -> Vec<T> {
    parts.into_iter().flatten().collect()
}
