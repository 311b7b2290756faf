//! What all targets built, merged into the release's manifest.

use std::path::Path;

use indexmap::IndexMap;
use lockstep_bundle::{CHANGED_ON_THE_WAY, Digest, UPLOAD_PREFIX, WorkingFolder, expected, list};
use lockstep_schemas::manifest::{
    ArtifactRecord, BuildRun, Manifest, ManifestFormat, PartialManifest, Revision, names,
};
use lockstep_schemas::plan::TargetPlan;
use lockstep_schemas::strings::{CommitSha, ContainerImage, Id, Repository, Tag, TargetId};
use lockstep_toolkit::{Failure, Problem, Report, documents};

use crate::{Release, record, unexpected};

pub(crate) fn merge(
    release: Release<'_>,
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
        if let Some(partial) = partial(release, target, folder, report) {
            partials.insert(target.id.clone(), partial);
        }
    }
    let mut artifacts = of_targets(&partials, report);
    artifacts.extend(of_release(release, &bundle, report)?);
    let order: Vec<&Id> = plan.artifacts.iter().map(|artifact| &artifact.id).collect();
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
        source: source(&plan.project.repository, release.commit),
        sources: wanted_sources(release),
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
    documents::write(&path, &manifest)?;
    report.line(format_args!(
        "{}: {} targets, {} files",
        path.display(),
        manifest.targets.len(),
        manifest.artifacts.len()
    ));
    report.output("manifest", path.display());
    Ok(())
}

fn tag(release: Release<'_>) -> Result<Tag, Problem> {
    let tag = release.plan.tag_at(release.version.as_str());
    tag.parse().map_err(|error| Problem::new(format!("the release's tag: {error}")))
}

fn source(repository: &Repository, commit: &CommitSha) -> Revision {
    Revision { repository: repository.clone(), commit: commit.clone() }
}

/// The sources as this release resolved them.
fn wanted_sources(release: Release<'_>) -> IndexMap<Id, Revision> {
    let sources = release.plan.sources.iter().filter_map(|planned| {
        let commit = release.sources.get(&planned.name)?;
        Some((planned.name.clone(), source(&planned.repository, commit)))
    });
    sources.collect()
}

/// Uploads of targets that the plan does not know.
fn strangers(
    release: Release<'_>,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Result<(), Problem> {
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

/// A target's manifest, if all that it says is so.
fn partial(
    release: Release<'_>,
    target: &TargetPlan,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Option<PartialManifest> {
    let upload = report.found(folder.uploaded(&target.id))?;
    let path = upload.join(names::MANIFEST);
    let partial: PartialManifest = report.found(documents::read(&path, "the target's manifest"))?;
    if partial.target != target.id {
        let message = format!("{}'s manifest is of {}", target.id, partial.target);
        report.problem(Problem::new(message).of_file(path.display()));
        return None;
    }
    let before = report.count();
    let mut differs = |what: &str, found: &str, wanted: &str| {
        let message = format!("{} was built from another {what}: {found}, not {wanted}", target.id);
        let remedy = "every target is built from what the context job resolved, and merged as that: run the build again";
        report.problem(Problem::new(message).of_file(path.display()).with_remedy(remedy));
    };
    if partial.version != *release.version {
        differs("version", partial.version.as_str(), release.version.as_str());
    }
    let wanted = source(&release.plan.project.repository, release.commit);
    if partial.source != wanted {
        differs("commit", &shown(Some(&partial.source)), &shown(Some(&wanted)));
    }
    let wanted = wanted_sources(release);
    for name in
        wanted.keys().chain(partial.sources.keys().filter(|name| !wanted.contains_key(*name)))
    {
        let (found, wanted) = (partial.sources.get(name), wanted.get(name));
        if found != wanted {
            differs(&format!("`{name}`"), &shown(found), &shown(wanted));
        }
    }
    let record = &partial.record;
    if record.triple != target.triple {
        differs("triple", record.triple.as_str(), target.triple.as_str());
    }
    if record.runner != target.runner {
        differs("runner", record.runner.as_str(), target.runner.as_str());
    }
    if record.container != target.container {
        let image = |image: &Option<ContainerImage>| {
            image.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
        };
        differs("image", &image(&record.container), &image(&target.container));
    }
    contents(release, target, &partial, &upload, report);
    (report.count() == before).then_some(partial)
}

fn shown(revision: Option<&Revision>) -> String {
    revision.map_or_else(|| "none".to_owned(), |r| format!("{}@{}", r.repository, r.commit))
}

/// That an upload is what its manifest says, and all that the plan asks of it.
fn contents(
    release: Release<'_>,
    target: &TargetPlan,
    partial: &PartialManifest,
    upload: &Path,
    report: &mut Report,
) {
    let Some(names) = report.found(list(upload)) else { return };
    let listed: Vec<String> =
        partial.artifacts.iter().map(|artifact| artifact.name.to_string()).collect();
    let wanted = expected(release.plan.packed_by(Some(&target.id)), release.version);
    for expected in report.found(wanted).unwrap_or_default() {
        let among = expected.among(&listed);
        report.found(
            among.map_err(|problem| problem.of_file(upload.join(names::MANIFEST).display())),
        );
    }
    for artifact in &partial.artifacts {
        let path = upload.join(artifact.name.as_str());
        let Some(digest) = report.found(Digest::of_file(&path)) else { continue };
        if digest.sha256 != artifact.sha256 {
            report.problem(
                Problem::new(format!(
                    "is not the file that was built: its SHA-256 is {}, its build job hashed {}",
                    digest.sha256, artifact.sha256
                ))
                .of_file(path.display())
                .with_remedy(CHANGED_ON_THE_WAY),
            );
        }
    }
    let is_known = |name: &str| {
        name == names::MANIFEST
            || (name == names::FILES && release.plan.handed_on(&target.id).next().is_some())
            || listed.iter().any(|known| known == name)
    };
    unexpected(upload, &names, is_known, report);
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
                report.problem(Problem::new(message));
            } else {
                artifacts.push(artifact.clone());
            }
        }
    }
    artifacts
}

fn copy(from: &Path, to: &Path) -> Result<(), Problem> {
    std::fs::copy(from, to).map(drop).map_err(|error| {
        Problem::new(format!("can not be copied to the bundle: {error}")).of_file(from.display())
    })
}

/// Hashes what was packed with every target at hand. What carries the manifest is packed after it.
fn of_release(
    release: Release<'_>,
    bundle: &Path,
    report: &mut Report,
) -> Result<Vec<ArtifactRecord>, Problem> {
    let names = list(bundle)?;
    let files = release.plan.packed_by(None).filter(|(_, file)| file.manifest.is_none());
    let mut artifacts = Vec::new();
    for expected in expected(files, release.version)? {
        let name = expected.among(&names).map_err(|problem| {
            problem.of_file(bundle.display()).with_remedy("`pack-artifacts` packs it before this")
        });
        if let Some(name) = report.found(name) {
            artifacts.extend(report.found(record(&expected, name, bundle)));
        }
    }
    Ok(artifacts)
}

/// The run that this is.
fn build_run() -> Result<Option<BuildRun>, Problem> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(id) = variable("GITHUB_RUN_ID") else { return Ok(None) };
    let number = |name: &str, text: &str| {
        text.parse::<u64>().map_err(|_| Problem::new(format!("{name} is no number: {text}")))
    };
    let attempt = variable("GITHUB_RUN_ATTEMPT").unwrap_or_else(|| "1".to_owned());
    let attempt = number("GITHUB_RUN_ATTEMPT", &attempt)?;
    Ok(Some(BuildRun {
        workflow: variable("GITHUB_WORKFLOW_REF").unwrap_or_default(),
        id: number("GITHUB_RUN_ID", &id)?,
        attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
    }))
}
