//! What all targets built, merged into the release's manifest.

use std::path::Path;

use indexmap::IndexMap;
use lockstep_bundle::{UPLOAD_PREFIX, WorkingFolder, expected, list};
use lockstep_files::json;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{
    ArtifactRecord, BuildRun, Manifest, ManifestFormat, PartialManifest, names,
};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::ArtifactPlan;
use lockstep_schemas::strings::{Id, Tag, TargetId};

use crate::hashing::{note_advisory, records};
use crate::{Origin, partial, toolchain, unexpected};

pub(crate) fn merge(
    release: Origin<'_>,
    plan_file: &Path,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let plan = release.plan;
    let bundle = folder.bundle();
    folder.make(&bundle)?;
    strangers(release, folder, report)?;
    let mut partials = IndexMap::new();
    for target in &plan.targets {
        if let Some(partial) = partial::read(release, target, folder, report) {
            partials.insert(target.id.clone(), partial);
        }
    }
    toolchain::same(&partials, report);
    let mut artifacts = of_targets(&partials, report);
    artifacts.extend(of_release(release, folder, report)?);
    let order: Vec<&Id> = plan.artifacts.iter().map(ArtifactPlan::id).collect();
    artifacts.sort_by_key(|record| order.iter().position(|id| **id == record.artifact));
    let run = report.found(build_run());
    if report.has_problems() {
        return Ok(());
    }
    let manifest = Manifest {
        schema: ManifestFormat,
        project: plan.project.name.to_string(),
        version: release.version.clone(),
        tag: tag(release)?,
        snapshot: release.is_snapshot,
        source: partial::source(&plan.project.repository, release.source),
        sources: partial::sources(release),
        run: run.flatten(),
        targets: partials.into_iter().map(|(id, partial)| (id, partial.record)).collect(),
        artifacts,
    };
    copy(plan_file, &bundle.join(names::PLAN))?;
    for artifact in &manifest.artifacts {
        if let Some(target) = &artifact.target {
            let name = artifact.name.as_str();
            copy(&folder.upload(target).join(name), &bundle.join(name))?;
        }
    }
    let path = bundle.join(names::MANIFEST);
    json::write(&path, &manifest)?;
    report.line(format_args!(
        "{}: {} targets, {} files",
        path.shown(),
        manifest.targets.len(),
        manifest.artifacts.len()
    ));
    report.output("manifest", path.shown());
    Ok(())
}

fn tag(release: Origin<'_>) -> Result<Tag, Diagnostic> {
    let tag = release.plan.tag_at(release.version.as_str());
    tag.parse()
        .map_err(|error| Diagnostic::new(Rule::WrongInput, format!("the release's tag: {error}")))
}

/// Uploads of targets that the plan does not know.
fn strangers(
    release: Origin<'_>,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let uploads = folder.uploads();
    // No upload at all is told target by target.
    if !uploads.exists() {
        return Ok(());
    }
    let names = list(&uploads)?;
    let is_known = |name: &str| {
        let id = name.strip_prefix(UPLOAD_PREFIX).and_then(|id| id.parse::<TargetId>().ok());
        id.is_some_and(|id| release.plan.target(&id).is_some())
    };
    unexpected(&uploads, &names, is_known, report);
    Ok(())
}

/// The targets' artifacts, each name once.
fn of_targets(
    partials: &IndexMap<TargetId, PartialManifest>,
    report: &mut Report,
) -> Vec<ArtifactRecord> {
    let mut artifacts: Vec<ArtifactRecord> = Vec::new();
    for (target, partial) in partials {
        for artifact in &partial.artifacts {
            if let Some(other) = artifacts.iter().find(|other| other.name == artifact.name) {
                let targets = other.target.iter().chain([target]);
                let targets: Vec<&str> = targets.map(TargetId::as_str).collect();
                let message = format!("{} both built `{}`", targets.join(" and "), artifact.name);
                report.problem(Diagnostic::new(Rule::FileNameTaken, message));
            } else {
                artifacts.push(artifact.clone());
            }
        }
    }
    artifacts
}

fn copy(from: &Path, to: &Path) -> Result<(), Diagnostic> {
    std::fs::copy(from, to).map(drop).map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("cannot be copied to the bundle: {error}"))
            .in_file(from.shown())
    })
}

/// Hashes what was packed with every target at hand. What carries the manifest is packed after it.
fn of_release(
    release: Origin<'_>,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Result<Vec<ArtifactRecord>, Diagnostic> {
    let bundle = folder.bundle();
    let names = list(&bundle)?;
    let files = release.plan.packed_by(None).filter(|file| file.manifest().is_none());
    let mut packed = Vec::new();
    for expected in expected(files, release.version)? {
        let name = expected.among(&names).map_err(|problem| {
            problem.in_file(bundle.shown()).with_remedy("`pack-artifacts` packs it before this")
        });
        packed.extend(report.found(name).map(|name| (expected, name)));
    }
    let mut records = records(release.plan, release.version, &packed, &bundle, report);
    note_advisory(release.plan, &packed, folder, &mut records)?;
    Ok(records)
}

/// The run that this is.
fn build_run() -> Result<Option<BuildRun>, Diagnostic> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(id) = variable("GITHUB_RUN_ID") else { return Ok(None) };
    let number = |name: &str, text: &str| {
        text.parse::<u64>().map_err(|_| {
            Diagnostic::new(Rule::WrongInput, format!("{name} is not a number: {text}"))
        })
    };
    let attempt = variable("GITHUB_RUN_ATTEMPT").unwrap_or_else(|| "1".to_owned());
    let attempt = number("GITHUB_RUN_ATTEMPT", &attempt)?;
    Ok(Some(BuildRun {
        workflow: variable("GITHUB_WORKFLOW_REF").unwrap_or_default(),
        id: number("GITHUB_RUN_ID", &id)?,
        attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
    }))
}
