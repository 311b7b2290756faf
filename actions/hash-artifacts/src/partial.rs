//! One target's manifest, against the plan, what the release resolved, and the files beside it.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use lockstep_bundle::{CHANGED_ON_THE_WAY, WorkingFolder, expected, list};
use lockstep_files::json;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{PartialManifest, ResolvedSource, Revision, names};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::TargetPlan;
use lockstep_schemas::strings::{Id, Repository};

use crate::hashing::digests;
use crate::{Origin, unexpected};

/// A repository as this release resolved it.
pub(crate) fn source(repository: &Repository, resolved: &ResolvedSource) -> Revision {
    let ResolvedSource { git_ref, commit } = resolved.clone();
    Revision { repository: repository.clone(), git_ref, commit }
}

/// The sources as this release resolved them.
pub(crate) fn sources(release: Origin<'_>) -> IndexMap<Id, Revision> {
    let sources = release.plan.sources.iter().filter_map(|planned| {
        let resolved = release.sources.get(&planned.name)?;
        Some((planned.name.clone(), source(&planned.repository, resolved)))
    });
    sources.collect()
}

/// Reads a target's manifest, if all that it says is so.
pub(crate) fn read(
    release: Origin<'_>,
    target: &TargetPlan,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Option<PartialManifest> {
    let upload = report.found(folder.uploaded(&target.id))?;
    let path = upload.join(names::MANIFEST);
    let partial: PartialManifest = report.found(json::read(&path, "the target's manifest"))?;
    if partial.target != target.id {
        let message = format!("expected {}'s manifest, found {}'s", target.id, partial.target);
        report.problem(Diagnostic::new(Rule::UploadMissing, message).in_file(path.shown()));
        return None;
    }
    let before = report.count();
    for (what, found, wanted) in facts(release, target, &partial) {
        if found != wanted {
            let message =
                format!("{} was built from another {what}: {found}, not {wanted}", target.id);
            let remedy = "every target must be built and merged from what the context job resolved: run the build again";
            report.problem(
                Diagnostic::new(Rule::UploadMissing, message)
                    .in_file(path.shown())
                    .with_remedy(remedy),
            );
        }
    }
    contents(release, target, &partial, &upload, report);
    (report.count() == before).then_some(partial)
}

/// What a target was built from: what it is, as found, and as wanted.
fn facts(
    release: Origin<'_>,
    target: &TargetPlan,
    partial: &PartialManifest,
) -> Vec<(String, String, String)> {
    let record = &partial.record;
    let wanted = source(&release.plan.project.repository, release.source);
    let none = || "none".to_owned();
    let image = |image: &Option<_>| image.as_ref().map_or_else(none, ToString::to_string);
    let fact = |what: &str, found: String, wanted: String| (what.to_owned(), found, wanted);
    let mut facts = vec![
        fact("version", partial.version.to_string(), release.version.to_string()),
        fact("commit", shown(Some(&partial.source)), shown(Some(&wanted))),
    ];
    let sources = sources(release);
    let strangers = partial.sources.keys().filter(|name| !sources.contains_key(*name));
    for name in sources.keys().chain(strangers) {
        let (found, wanted) = (partial.sources.get(name), sources.get(name));
        facts.push((format!("`{name}`"), shown(found), shown(wanted)));
    }
    facts.extend([
        fact("triple", record.triple.to_string(), target.triple.to_string()),
        fact("runner", record.runner.to_string(), target.runner.to_string()),
        fact("image", image(&record.container), image(&target.container)),
    ]);
    facts
}

fn shown(revision: Option<&Revision>) -> String {
    revision.map_or_else(
        || "none".to_owned(),
        |r| format!("{}@{} ({})", r.repository, r.commit, r.git_ref),
    )
}

/// That an upload is what its manifest says, and all that the plan asks of it.
fn contents(
    release: Origin<'_>,
    target: &TargetPlan,
    partial: &PartialManifest,
    upload: &Path,
    report: &mut Report,
) {
    let Some(names) = report.found(list(upload)) else { return };
    let listed: Vec<String> =
        partial.artifacts.iter().map(|artifact| artifact.name.to_string()).collect();
    let wanted = expected(release.plan.packed_by(Some(&target.id)), release.version);
    let manifest = upload.join(names::MANIFEST);
    let problem =
        |message: String| Diagnostic::new(Rule::UploadMissing, message).in_file(manifest.shown());
    let mut planned = Vec::new();
    for expected in report.found(wanted).unwrap_or_default() {
        let among = expected.among(&listed);
        let among = among.map_err(|problem| problem.in_file(manifest.shown()));
        planned.extend(report.found(among).map(|name| (name, expected)));
    }
    for artifact in &partial.artifacts {
        let mut planned = planned.iter();
        let as_planned =
            planned.any(|(name, expected)| *name == artifact.name && expected.is_of(artifact));
        if !as_planned {
            let message = format!("lists `{}`, and not as the plan has it", artifact.name);
            report.problem(problem(message));
        }
    }
    let paths: Vec<PathBuf> = listed.iter().map(|name| upload.join(name)).collect();
    for ((artifact, path), digest) in partial.artifacts.iter().zip(&paths).zip(digests(&paths)) {
        let Some(digest) = report.found(digest) else { continue };
        if digest.size != artifact.size && digest.sha256 == artifact.sha256 {
            let message = format!("says {} bytes of `{}`", artifact.size, artifact.name);
            report.problem(problem(format!("{message}, which has {}", digest.size)));
        }
        if digest.sha256 != artifact.sha256 {
            report.problem(
                Diagnostic::new(Rule::ChangedInTransit, format!(
                    "is not the file that was built: its SHA-256 is {}, its build job hashed {}",
                    digest.sha256, artifact.sha256
                ))
                .in_file(path.shown())
                .with_remedy(CHANGED_ON_THE_WAY),
            );
        }
    }
    let is_known = |name: &str| {
        name == names::MANIFEST
            || (name == names::FILES && release.plan.release_members(&target.id).next().is_some())
            || listed.iter().any(|known| known == name)
    };
    unexpected(upload, &names, is_known, report);
}
