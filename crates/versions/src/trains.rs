//! Which release train is meant.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{Plan, PlannedFile, TrainPlan, VersionPlan};
use lockstep_schemas::strings::{Id, Version};

use crate::field::Package;

/// The train of an id, by its place in the plan; without an id the one that the model releases.
///
/// # Errors
///
/// Where there is none of that id.
pub fn train_named(plan: &VersionPlan, id: Option<&str>) -> Result<usize, Diagnostic> {
    let Some(id) = id else { return Ok(0) };
    let known = plan.others.iter().filter_map(|train| train.id.as_ref());
    let known: Vec<&str> = known.map(Id::as_str).collect();
    let found = known.iter().position(|known| *known == id);
    found.map(|index| index + 1).ok_or_else(|| {
        let remedy = if known.is_empty() {
            "lockstep.yaml has the one that it releases, which needs no name".to_owned()
        } else {
            format!("lockstep.yaml has {}", known.join(", "))
        };
        Diagnostic::new(Rule::UnknownTrain, format!("there is no train `{id}`")).with_remedy(remedy)
    })
}

/// The train and the version that a tag releases.
///
/// # Errors
///
/// Where it is no train's.
pub fn tagged(plan: &VersionPlan, tag: &str) -> Result<(usize, Version), Diagnostic> {
    let of = |(index, train): (usize, &TrainPlan)| {
        Some((train.tag.prefix().len(), index, train.tag.version_of(tag)?))
    };
    let trains = plan.trains().enumerate().filter_map(of);
    // Of two that could be meant the one that says more.
    let found = trains.max_by_key(|(length, _, _)| *length);
    found.map(|(_, index, version)| (index, version)).ok_or_else(|| {
        let patterns: Vec<&str> = plan.trains().map(|train| train.tag.as_str()).collect();
        Diagnostic::new(
            Rule::TagPattern,
            format!("the tag {tag} does not match `{}`", patterns.join("` or `")),
        )
        .with_remedy(format!(
            "a release's tag is one of these with a semantic version: {}",
            plan.trains()
                .map(|train| format!("{}1.2.3", train.tag.prefix()))
                .collect::<Vec<_>>()
                .join(", ")
        ))
    })
}

/// The packages that a plan ships, whether or not a file of the repository defines them.
pub fn shipped(plan: &Plan) -> impl Iterator<Item = Package> {
    plan.files().filter_map(|file| match file {
        PlannedFile::NpmPlatformPackage(_, file) => Some(Package::npm(&file.package)),
        PlannedFile::NpmPackage(plan) => Some(Package::npm(plan.package.as_str())),
        PlannedFile::Wheel(plan, _) => Some(Package::python(plan.package.as_str())),
        PlannedFile::Sdist(plan) => Some(Package::python(plan.package.as_str())),
        PlannedFile::Crate(plan) => Some(Package::cargo(plan.package.as_str())),
        PlannedFile::Archive(..) | PlannedFile::Binary(..) => None,
    })
}
