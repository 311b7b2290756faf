//! The bundle's files: none missing, none more, each of the bytes that the manifest says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::paths::Shown as _;

use super::{Release, artifact, sums};
use crate::findings::Findings;
use crate::{ARCHIVES, Contents, Digest, Expected, expected, in_parallel, list_all};

pub(super) fn check(
    release: Release<'_>,
    folder: &Path,
    findings: &mut Findings,
) -> Result<(), Diagnostic> {
    let there = list_all(folder)?;
    let wanted = wanted(release, &there)?;
    let files = files(folder, &there, &wanted, findings);
    let mut artifacts = Vec::new();
    for expected in expected(release.plan.files(), release.version)? {
        // A missing file was told as missing.
        let own = expected.named_in(&release.manifest.artifacts);
        let own: Vec<String> = own.into_iter().filter(|name| files.contains(name)).collect();
        let among = expected.among(if own.is_empty() { &files } else { &own });
        artifacts.extend(among.ok().map(|name| (expected, name)));
    }
    let is_artifact = |name: &String| artifacts.iter().any(|(_, known)| known.as_str() == name);
    let others: Vec<&String> = files.iter().filter(|name| !is_artifact(name)).collect();
    let hashed = in_parallel(&others, usize::MAX, |name| Digest::of_file(&folder.join(name)));
    let mut digests: BTreeMap<&str, Digest> = BTreeMap::new();
    for (name, digest) in others.into_iter().zip(hashed) {
        match digest {
            Ok(digest) => drop(digests.insert(name, digest)),
            Err(unread) => findings.add(unread.in_file(name)),
        }
    }
    let manifest = digests.get(names::MANIFEST).map(|digest| digest.sha256.clone());
    // What is in an artifact is not kept longer than it is looked at.
    let checked = in_parallel(&artifacts, ARCHIVES, |(expected, name)| {
        let mut findings = Findings::default();
        let contents = Contents::of(expected.file, &folder.join(name.as_str()));
        let digest = contents.map(|contents| {
            artifact::check(release, expected, name, &contents, manifest.as_ref(), &mut findings);
            contents.digest
        });
        (digest, findings)
    });
    for ((_, name), (digest, found)) in artifacts.iter().zip(checked) {
        findings.append(found);
        match digest {
            Ok(digest) => drop(digests.insert(name.as_str(), digest)),
            Err(unread) => findings.add(unread.in_file(name)),
        }
    }
    sums::check(release, folder, &files, &digests, findings);
    plan_is_ours(digests.get(names::PLAN), release.plan_file, findings);
    Ok(())
}

/// The names of all files that a bundle must have, and of no other.
fn wanted(release: Release<'_>, there: &[String]) -> Result<BTreeSet<String>, Diagnostic> {
    let Release { plan, version, manifest, .. } = release;
    let mut wanted: BTreeSet<String> =
        [names::MANIFEST, names::PLAN, names::SUMS].map(str::to_owned).into();
    wanted.extend(plan.versions.released.changelog.as_ref().map(|_| names::NOTES.to_owned()));
    wanted.extend(manifest.artifacts.iter().map(|artifact| artifact.name.to_string()));
    let with_manifest = plan.files().filter(|file| file.manifest().is_some());
    wanted.extend(expected(with_manifest, version)?.into_iter().map(|expected| expected.name));
    let sidecars = plan.files().filter(|file| file.has_sidecar());
    // Where the file itself is missing, that is told, and not its sidecar.
    let there = |expected: Expected<'_>| Some(format!("{}.sha256", expected.among(there).ok()?));
    wanted.extend(expected(sidecars, version)?.into_iter().filter_map(there));
    Ok(wanted)
}

/// Those of the files that are wanted and are files.
fn files(
    folder: &Path,
    there: &[String],
    wanted: &BTreeSet<String>,
    findings: &mut Findings,
) -> Vec<String> {
    let mut files = Vec::new();
    for name in there {
        let path = folder.join(name);
        if !wanted.contains(name) {
            let what = "is neither in the plan nor in the manifest";
            let finding = Diagnostic::new(Rule::StrayFile, what).in_file(name);
            findings.add(finding.with_remedy("take it out"));
        } else if path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
            files.push(name.clone());
        } else {
            let what = "is a link or a folder, and must be a file";
            findings.add(Diagnostic::new(Rule::NotAFile, what).in_file(name));
        }
    }
    for name in wanted.iter().filter(|name| !there.contains(name)) {
        findings.add(Diagnostic::new(Rule::FileMissing, "is missing").in_file(name));
    }
    files
}

/// That the plan in the bundle is the one that it is verified against.
fn plan_is_ours(carried: Option<&Digest>, plan_file: &Path, findings: &mut Findings) {
    // A missing file is told as missing.
    let Some(carried) = carried else { return };
    match Digest::of_file(plan_file) {
        Ok(ours) if ours.sha256 == carried.sha256 => {}
        Ok(_) => {
            let finding = format!("is another plan than {}", plan_file.shown());
            let finding = Diagnostic::new(Rule::PlanMismatch, finding).in_file(names::PLAN);
            findings.add(finding.with_remedy(
                "a bundle is verified against the plan of the commit that it was built from",
            ));
        }
        Err(unread) => {
            let message = format!("the plan beside it {}", unread.message);
            findings.add(Diagnostic::new(unread.rule, message).in_file(names::PLAN));
        }
    }
}
