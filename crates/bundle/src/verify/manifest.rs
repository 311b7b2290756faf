//! The manifest against the plan.

use std::collections::BTreeSet;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{BinaryRecord, Reproduced, TargetRecord, names};
use lockstep_schemas::model::BuildMode;
use lockstep_schemas::plan::{TargetPlan, at_version};
use lockstep_schemas::strings::Id;

use super::Release;
use super::places::places;
use crate::findings::Findings;
use crate::{expected, matches};

fn wrong(what: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Rule::ManifestMismatch, what).in_file(names::MANIFEST)
}

/// Of a release that is not meant.
fn another(what: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Rule::ManifestOfAnother, what).in_file(names::MANIFEST)
}

/// That a manifest is of the release that is meant.
pub(super) fn check_release(release: Release<'_>, findings: &mut Findings) {
    let Release { plan, version, commit, is_snapshot, manifest, .. } = release;
    if manifest.snapshot != is_snapshot {
        findings.add(if manifest.snapshot {
            another("is for a snapshot, which was built of a commit without a tag and is never published")
                .with_remedy("tag the version, and pass the bundle of that tag's run")
        } else {
            another("is for a release, and a snapshot is expected")
                .with_remedy("leave `--snapshot` out, or pass the bundle of a snapshot")
        });
    }
    let mut same = |what: &str, expected: &str, found: &str| {
        let finding = || {
            another(format!("is for another {what}"))
                .with_remedy("pass a bundle and a release that belong together")
        };
        findings.compare(finding, &expected, &found);
    };
    same("project", plan.project.name.as_str(), &manifest.project);
    same("repository", plan.project.repository.as_str(), manifest.source.repository.as_str());
    same("version", version.as_str(), manifest.version.as_str());
    let tag = plan.tag_at(version.as_str());
    same("tag", &tag, manifest.tag.as_str());
    let git_ref =
        if manifest.snapshot { manifest.source.commit.as_str() } else { manifest.tag.as_str() };
    same("ref", git_ref, manifest.source.git_ref.as_str());
    if let Some(commit) = commit {
        same("commit", commit.as_str(), manifest.source.commit.as_str());
    }
}

/// That it lists what the plan asks for, and nothing else. Whether it lists as many artifacts.
pub(super) fn check(release: Release<'_>, findings: &mut Findings) -> Result<bool, Diagnostic> {
    let Release { plan, manifest, .. } = release;
    let planned = plan.files().filter(|file| file.manifest().is_none()).count();
    if manifest.artifacts.len() > planned {
        let finding = another("lists more artifacts than the plan has");
        findings.add(finding.differs(&planned, &manifest.artifacts.len()));
    }
    sources(release, findings);
    targets(release, findings);
    artifacts(release, findings)?;
    Ok(manifest.artifacts.len() <= planned)
}

fn sources(release: Release<'_>, findings: &mut Findings) {
    let Release { plan, manifest, .. } = release;
    for source in &plan.sources {
        match manifest.sources.get(&source.name) {
            None => {
                findings
                    .add(wrong(format!("does not name the commit of source `{}`", source.name)));
            }
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
            None => findings.add(wrong(format!("lists nothing of target `{}`", target.id))),
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
    if target.reproducible {
        let built = |reproduced: Option<Reproduced>| match reproduced {
            Some(Reproduced::SameBytes) => "twice, with the same bytes",
            Some(Reproduced::NotTried) | None => "once",
        };
        same("number of builds", built(Some(Reproduced::SameBytes)), built(record.reproduced));
    }
    let image = |image: Option<&_>| image.map_or_else(|| "none".to_owned(), ToString::to_string);
    same("image", &image(target.container.as_ref()), &image(record.container.as_ref()));
    let wanted = release.plan.toolchain_of(target);
    let names =
        |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let other = names(wanted.other.keys().map(Id::as_str).collect());
    let told = names(record.toolchain.other.keys().map(Id::as_str).collect());
    same("list of other tools", &other, &told);
    let wanted = [wanted.rust.is_some(), wanted.node.is_some(), wanted.python.is_some()];
    for ((tool, version), is_set_up) in record.toolchain.tools().into_iter().zip(wanted) {
        let state = |is_there: bool| if is_there { "one" } else { "none" };
        same(&format!("version of {tool}"), state(is_set_up), state(version.is_some()));
    }
    binaries(release, target, record, findings);
    built(release, target, record, findings);
}

/// That it names the package, and of each mode the first binary that the model puts into one.
fn binaries(
    release: Release<'_>,
    target: &TargetPlan,
    record: &TargetRecord,
    findings: &mut Findings,
) {
    let plan = release.plan;
    let name = plan.platform_packages(&target.id).next().map(|file| file.package.as_str());
    let none = "none";
    let finding = || wrong(format!("target `{}` has another package", target.id));
    let found = record.package.as_deref().unwrap_or(none);
    findings.compare(finding, &name.unwrap_or(none), &found);
    let members = plan.platform_packages(&target.id).flat_map(|file| &file.members);
    let mut wanted: [Option<BinaryRecord>; 2] = [None, None];
    for member in members {
        for (path, built) in places(member, release.manifest, release.version) {
            let Some(built) = built else { continue };
            let Some(mode) = built.mode.or(plan.only_mode()) else { continue };
            wanted[usize::from(mode == BuildMode::Debug)].get_or_insert_with(|| BinaryRecord {
                path,
                sha256: built.sha256.clone(),
                size: built.size,
                executable: built.executable,
            });
        }
    }
    let shown = |binary: &Option<BinaryRecord>| {
        binary.as_ref().map_or_else(
            || none.to_owned(),
            |b| {
                format!(
                    "`{}`, {} bytes, SHA-256 {}, executable {}",
                    b.path, b.size, b.sha256, b.executable
                )
            },
        )
    };
    for (what, wanted, found) in
        [("release", &wanted[0], &record.release), ("debug", &wanted[1], &record.debug)]
    {
        let finding = || wrong(format!("the {what} binary of target `{}`", target.id));
        findings.compare(finding, &shown(wanted), &shown(found));
    }
}

/// That it lists no built file that nothing is packed from.
fn built(
    release: Release<'_>,
    target: &TargetPlan,
    record: &TargetRecord,
    findings: &mut Findings,
) {
    let plan = release.plan;
    let packed: Vec<_> = plan.packed_by(Some(&target.id)).collect();
    let members =
        packed.iter().flat_map(|file| file.members()).chain(plan.release_members(&target.id));
    let from = members.map(|member| member.from.as_str());
    let patterns = from.chain(packed.iter().filter_map(|file| file.path()));
    let patterns: Vec<String> =
        patterns.map(|pattern| at_version(pattern, release.version.as_str())).collect();
    let mut known = BTreeSet::new();
    for file in &record.files {
        let path = file.path.as_str();
        if !patterns.iter().any(|pattern| matches(pattern, path)) {
            findings
                .add(wrong(format!("nothing of target `{}` is packed from `{path}`", target.id)));
        }
        if !known.insert(path) {
            findings.add(wrong(format!("`{path}` of target `{}` is listed twice", target.id)));
        }
    }
}

/// That the manifest lists the files that the plan asks for, and no other.
fn artifacts(release: Release<'_>, findings: &mut Findings) -> Result<(), Diagnostic> {
    let Release { plan, version, manifest, .. } = release;
    let mut names = BTreeSet::new();
    for record in &manifest.artifacts {
        if !names.insert(record.name.to_string()) {
            findings.add(wrong(format!("`{}` is listed twice", record.name)));
        }
    }
    let names: Vec<String> = names.into_iter().collect();
    let mut known = BTreeSet::new();
    let files = plan.files().filter(|file| file.manifest().is_none());
    for expected in expected(files, version)? {
        // Where no record is of it, it is told what else has its name.
        let own = expected.named_in(&manifest.artifacts);
        let name = match expected.among(if own.is_empty() { &names } else { &own }) {
            Ok(name) => name,
            Err(Diagnostic { message, .. }) => {
                findings.add(wrong(message));
                continue;
            }
        };
        let record = manifest.artifacts.iter().find(|record| record.name == name);
        if record.is_some_and(|record| !record.advisory.is_empty())
            && !plan.is_advisory(expected.file)
        {
            let what = "says how a check went that may fail, and the plan lets none of it fail";
            findings.add(wrong(format!("of `{name}` it {what}")));
        }
        if !record.is_some_and(|record| expected.is_of(record)) {
            let id = expected.file.artifact();
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
