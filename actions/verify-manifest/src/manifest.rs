//! The manifest against the plan.

use std::path::Path;

use lockstep_bundle::expected;
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::plan::Plan;
use lockstep_toolkit::{Failure, Problem, Report};

use crate::Inputs;

/// Whether a manifest is of the release that is meant.
pub(crate) fn is_of(
    inputs: &Inputs,
    plan: &Plan,
    manifest: &Manifest,
    path: &Path,
    report: &mut Report,
) -> bool {
    let before = report.count();
    let mut same = |what: &str, found: &str, wanted: &str| {
        if found != wanted {
            let message = format!("the manifest is of another {what}: {found}, not {wanted}");
            report.problem(
                Problem::new(message)
                    .of_file(path.display())
                    .with_remedy("give the bundle of this release, or the release of this bundle"),
            );
        }
    };
    let tag = plan.tag_at(inputs.version.as_str());
    same("project", &manifest.project, plan.project.name.as_str());
    same("repository", manifest.source.repository.as_str(), plan.project.repository.as_str());
    same("version", manifest.version.as_str(), inputs.version.as_str());
    same("tag", manifest.tag.as_str(), &tag);
    if let Some(commit) = &inputs.commit {
        same("commit", manifest.source.commit.as_str(), commit.as_str());
    }
    report.count() == before
}

pub(crate) fn check(
    inputs: &Inputs,
    plan: &Plan,
    manifest: &Manifest,
    path: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut wrong = |message: String| {
        report.problem(Problem::new(message).of_file(path.display()));
    };
    for source in &plan.sources {
        match manifest.sources.get(&source.name) {
            None => wrong(format!("the manifest names no commit of `{}`", source.name)),
            Some(found) if found.repository != source.repository => {
                let (found, wanted) = (&found.repository, &source.repository);
                wrong(format!("`{}` is from {found}, not from {wanted}", source.name));
            }
            Some(_) => {}
        }
    }
    for name in manifest.sources.keys() {
        if !plan.sources.iter().any(|source| source.name == *name) {
            wrong(format!("the plan has no source `{name}`"));
        }
    }
    for target in &plan.targets {
        if !manifest.targets.contains_key(&target.id) {
            wrong(format!("the manifest has nothing of target `{}`", target.id));
        }
    }
    for target in manifest.targets.keys() {
        if plan.target(target).is_none() {
            wrong(format!("the plan has no target `{target}`"));
        }
    }
    artifacts(inputs, plan, manifest, &mut wrong)
}

/// That the manifest lists the files that the plan asks for, and no other.
fn artifacts(
    inputs: &Inputs,
    plan: &Plan,
    manifest: &Manifest,
    wrong: &mut impl FnMut(String),
) -> Result<(), Failure> {
    let mut names: Vec<String> = Vec::new();
    for record in &manifest.artifacts {
        if names.iter().any(|name| name == record.name.as_str()) {
            wrong(format!("`{}` is listed twice", record.name));
        } else {
            names.push(record.name.to_string());
        }
    }
    let mut known = Vec::new();
    let files = plan.files().filter(|(_, file)| file.manifest.is_none());
    for expected in expected(files, &inputs.version)? {
        match expected.among(&names) {
            Err(problem) => wrong(problem.message),
            Ok(name) => {
                let record = manifest.artifacts.iter().find(|record| record.name == name);
                let as_planned = record.is_some_and(|record| {
                    record.artifact == expected.artifact.id
                        && record.kind == expected.artifact.kind
                        && record.target == expected.file.target
                });
                if !as_planned {
                    let id = &expected.artifact.id;
                    wrong(format!("`{name}` is not listed as the plan has it, as of `{id}`"));
                }
                known.push(name);
            }
        }
    }
    for record in &manifest.artifacts {
        let is_npm = record.kind.is_npm();
        if record.integrity.is_some() != is_npm {
            wrong(format!(
                "`{}` is listed {} npm's integrity",
                record.name,
                if is_npm { "without" } else { "with" }
            ));
        }
        if !known.contains(&record.name) {
            wrong(format!("the plan has no `{}`", record.name));
        }
    }
    Ok(())
}
