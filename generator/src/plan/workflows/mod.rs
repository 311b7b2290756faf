//! The job graph of every workflow of the set.

mod build;
mod jobs;
mod limits;
mod publish;
mod release;
mod verify;

pub(super) use limits::check as limits;

use lockstep_schemas::model::Model;
use lockstep_schemas::plan::{Plan, Workflow};

/// Every workflow of the set, in the order in which a release meets them.
pub(super) fn all(model: &Model, plan: &Plan) -> Vec<Workflow> {
    let builds = build::workflows(model, plan);
    let mut workflows = vec![release::workflow(model, plan, &builds)];
    workflows.extend(builds);
    workflows.push(publish::workflow(model, plan));
    workflows.push(verify::workflow(model, plan));
    workflows
}
