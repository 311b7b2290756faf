//! Plan: a model → everything that follows from it. Pure, and the one place where facts are decided.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod artifacts;
mod channels;
mod itself;
pub mod pins;
mod targets;
mod versions;

pub use artifacts::{placed, whole_artifact};
pub(crate) use channels::manifest_name;
pub use channels::{official_targets, ships_anything, tier_entry};
pub use itself::{is_lockstep_itself, own_repository};
pub use targets::{DeliveredOn, delivered_on, resolve as target, runner};
pub use versions::{file as version_file, locators, train_tag};

use lockstep_schemas::model::{Model, SchemaVersion};
use lockstep_schemas::plan::{GatePlan, Plan, SourcePlan};

/// The plan of a model that keeps the rules.
#[must_use]
pub fn plan(model: &Model) -> Plan {
    let targets: Vec<_> = model
        .targets
        .iter()
        .filter_map(|(id, target)| targets::resolve(model, id, target))
        .collect();
    let channels = channels::resolve(model);
    Plan {
        schema: SchemaVersion::CURRENT,
        project: model.project.clone(),
        tag: model.tag.clone(),
        versions: versions::resolve(model),
        sources: sources(model),
        toolchain: model.toolchain.clone(),
        modes: model.modes.clone(),
        targets,
        artifacts: artifacts::resolve(model),
        channels,
        documented: model.channels.documented.clone(),
        gates: gates(model),
        waivers: model.waivers.clone(),
        publishing: model.publishing.clone(),
        attestations: model.attestations,
        pins: pins::of(model),
    }
}

fn sources(model: &Model) -> Vec<SourcePlan> {
    let sources = model.sources.iter().filter_map(|source| {
        // An id is a path too; a test says so.
        let path = source.path.clone().or_else(|| source.name.as_str().parse().ok())?;
        Some(SourcePlan {
            name: source.name.clone(),
            repository: source.repository.clone(),
            git_ref: source.git_ref.clone(),
            path,
            submodules: source.submodules,
        })
    });
    sources.collect()
}

fn gates(model: &Model) -> Vec<GatePlan> {
    let gates = model.gates.iter().map(|(id, gate)| GatePlan {
        id: id.clone(),
        description: gate.description.clone(),
        before: gate.before.all().to_vec(),
        check: gate.check.clone(),
    });
    gates.collect()
}
