//! The manifest against the plan.

use std::collections::BTreeSet;

use lockstep_bundle::expected;
use lockstep_schemas::manifest::{BinaryRecord, TargetRecord, names};
use lockstep_schemas::model::ArtifactKind;
use lockstep_schemas::plan::TargetPlan;
use lockstep_schemas::strings::CommitSha;
use lockstep_schemas::verification::Finding;
use lockstep_toolkit::{Failure, Problem};

use crate::Release;
use crate::findings::Findings;

fn wrong(what: impl Into<String>) -> Finding {
    Finding::new(names::MANIFEST, what)
}

/// That a manifest is of the release that is meant.
pub(crate) fn check_release(
    release: Release<'_>,
    commit: Option<&CommitSha>,
    findings: &mut Findings,
) {
    let Release { plan, version, manifest } = release;
    let mut same = |what: &str, expected: &str, found: &str| {
        let finding = || {
            wrong(format!("is of another {what}"))
                .with_remedy("give the bundle of this release, or the release of this bundle")
        };
        findings.compare(finding, &expected, &found);
    };
    same("project", plan.project.name.as_str(), &manifest.project);
    same("repository", plan.project.repository.as_str(), manifest.source.repository.as_str());
    same("version", version.as_str(), manifest.version.as_str());
    same("tag", &plan.tag_at(version.as_str()), manifest.tag.as_str());
    if let Some(commit) = commit {
        same("commit", commit.as_str(), manifest.source.commit.as_str());
    }
}

/// That it lists what the plan asks for, and nothing else.
pub(crate) fn check(release: Release<'_>, findings: &mut Findings) -> Result<(), Failure> {
    sources(release, findings);
    targets(release, findings);
    artifacts(release, findings)
}

fn sources(release: Release<'_>, findings: &mut Findings) {
    let Release { plan, manifest, .. } = release;
    for source in &plan.sources {
        match manifest.sources.get(&source.name) {
            None => findings.add(wrong(format!("names no commit of source `{}`", source.name))),
            Some(found) => {
                let finding =
                    || wrong(format!("source `{}` is of another repository", source.name));
                findings.compare(finding, &source.repository, &found.repository);
            }
        }
    }
    for name in manifest.sources.keys() {
        if !plan.sources.iter().any(|source| source.name == *name) {
            findings.add(wrong(format!("the plan has no source `{name}`")));
        }
    }
}

fn targets(release: Release<'_>, findings: &mut Findings) {
    let Release { plan, manifest, .. } = release;
    for target in &plan.targets {
        match manifest.targets.get(&target.id) {
            None => findings.add(wrong(format!("has nothing of target `{}`", target.id))),
            Some(record) => of_target(release, target, record, findings),
        }
    }
    for target in manifest.targets.keys() {
        if plan.target(target).is_none() {
            findings.add(wrong(format!("the plan has no target `{target}`")));
        }
    }
}

/// That a target's record has the plan's facts, and names the binaries that are in its package.
fn of_target(
    release: Release<'_>,
    target: &TargetPlan,
    record: &TargetRecord,
    findings: &mut Findings,
) {
    let mut same = |what: &str, expected: &str, found: &str| {
        let finding = || wrong(format!("target `{}` has another {what}", target.id));
        findings.compare(finding, &expected, &found);
    };
    same("triple", target.triple.as_str(), record.triple.as_str());
    same("runner", target.runner.as_str(), record.runner.as_str());
    let image = |image: Option<&_>| image.map_or_else(|| "none".to_owned(), ToString::to_string);
    same("image", &image(target.container.as_ref()), &image(record.container.as_ref()));
    let mut packed = release.plan.packed_by(Some(&target.id));
    let package = packed.find(|(artifact, _)| artifact.kind == ArtifactKind::NpmPlatformPackage);
    let name = package.and_then(|(_, file)| file.package.as_deref()).unwrap_or("none");
    same("package", name, record.package.as_deref().unwrap_or("none"));
    for (mode, binary) in [("release", &record.release), ("debug", &record.debug)] {
        let is_packed = |binary: &BinaryRecord| {
            let of_package = release.manifest.artifacts.iter().filter(|artifact| {
                artifact.target.as_ref() == Some(&target.id)
                    && package.is_some_and(|(package, _)| package.id == artifact.artifact)
            });
            of_package.flat_map(|artifact| &artifact.members).any(|member| {
                member.path == binary.path
                    && member.sha256 == binary.sha256
                    && member.size == binary.size
                    && member.executable == binary.executable
            })
        };
        if let Some(binary) = binary.as_ref().filter(|binary| !is_packed(binary)) {
            findings.add(wrong(format!(
                "the {mode} binary of target `{}`, `{}`, is not in its package as it says",
                target.id, binary.path
            )));
        }
    }
}

/// That the manifest lists the files that the plan asks for, and no other.
fn artifacts(release: Release<'_>, findings: &mut Findings) -> Result<(), Failure> {
    let Release { plan, version, manifest } = release;
    let mut names: Vec<String> = Vec::new();
    for record in &manifest.artifacts {
        if names.iter().any(|name| name == record.name.as_str()) {
            findings.add(wrong(format!("`{}` is listed twice", record.name)));
        } else {
            names.push(record.name.to_string());
        }
    }
    let mut known = BTreeSet::new();
    let files = plan.files().filter(|(_, file)| file.manifest.is_none());
    for expected in expected(files, version)? {
        let name = match expected.among(&names) {
            Ok(name) => name,
            Err(Problem { message, .. }) => {
                findings.add(wrong(message));
                continue;
            }
        };
        let record = manifest.artifacts.iter().find(|record| record.name == name);
        let as_planned = record.is_some_and(|record| {
            record.artifact == expected.artifact.id
                && record.kind == expected.artifact.kind
                && record.target == expected.file.target
        });
        if !as_planned {
            let id = &expected.artifact.id;
            findings.add(wrong(format!("`{name}` is not listed as the plan has it, as of `{id}`")));
        }
        known.insert(name);
    }
    for record in &manifest.artifacts {
        let is_npm = record.kind.is_npm();
        if record.integrity.is_some() != is_npm {
            let has = if is_npm { "without" } else { "with" };
            findings.add(wrong(format!("`{}` is listed {has} npm's integrity", record.name)));
        }
        if !known.contains(&record.name) {
            findings.add(wrong(format!("the plan has no `{}`", record.name)));
        }
    }
    Ok(())
}
