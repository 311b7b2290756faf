//! What is in each artifact: required members, and of what was packed the very files that were built.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use lockstep_archives::{Format, Kind, visit};
use lockstep_binaries::{Binary, HEAD};
use lockstep_bundle::{Digest, Expected, matches, place_of};
use lockstep_schemas::manifest::{FileRecord, Manifest, names};
use lockstep_schemas::model::ArtifactKind;
use lockstep_schemas::plan::{Member, Plan, at_version};
use lockstep_schemas::strings::{TargetId, Version};
use lockstep_toolkit::{Problem, Report};

/// Checks one artifact's members.
pub(crate) fn check(
    expected: &Expected<'_>,
    path: &Path,
    plan: &Plan,
    manifest: &Manifest,
    version: &Version,
    report: &mut Report,
) {
    let Some((format, root)) = packing(expected) else { return };
    let Some(found) = report.found(read(format, root, path)) else { return };
    let problem = |message: String| Problem::new(message).of_file(path.display());
    if let Some(target) = &expected.file.target
        && expected.artifact.kind != ArtifactKind::Sdist
    {
        for (name, inside) in &found {
            of_target(plan, target, name, inside, &problem, report);
        }
    }
    let mut known = Vec::new();
    for member in &expected.file.members {
        match &member.from {
            None => {
                let pattern = at_version(&member.to, version.as_str());
                if !found.keys().any(|name| matches(&pattern, name)) {
                    report.problem(problem(format!("has no `{pattern}`")).with_remedy(
                        "the model says that it must: the build that makes it must put it in",
                    ));
                }
            }
            Some(from) => {
                for (place, built) in places(member, from, manifest, version) {
                    let inside = found.get(&place);
                    if let (Some(inside), Some(target), None) =
                        (inside, &member.target, &expected.file.target)
                    {
                        of_target(plan, target, &place, inside, &problem, report);
                    }
                    match (inside, built) {
                        (None, _) => report.problem(problem(format!("has no `{place}`"))),
                        (Some(inside), Some(built)) if !is_built(&inside.digest, built) => {
                            let (is, was) = (&inside.digest.sha256, &built.sha256);
                            report.problem(problem(format!(
                                "`{place}` in it is not `{}` as it was built: its SHA-256 is {is}, the build's {was}",
                                built.path
                            )));
                        }
                        _ => {}
                    }
                    known.push(place);
                }
            }
        }
    }
    if let Some(place) = &expected.file.manifest {
        let place = at_version(place, version.as_str());
        let own = Digest::of_file(&path.with_file_name(names::MANIFEST));
        let own = report.found(own).map(|digest| digest.sha256);
        if found.get(&place).map(|inside| &inside.digest.sha256) != own.as_ref() {
            report.problem(problem(format!("`{place}` in it is not the manifest")));
        }
        known.push(place);
    }
    // An archive has what the model gives it; a package has files of its own beside that. Members of no
    // target with a pattern are the checkout's, and not known here.
    let is_open = expected.file.members.iter().any(|m| m.target.is_none() && m.to.contains('*'));
    if expected.artifact.kind == ArtifactKind::Archive && !is_open {
        for name in found.keys().filter(|name| !known.contains(name)) {
            report.problem(problem(format!("has `{name}`, which the model does not give it")));
        }
    }
}

/// How an artifact is packed, and below which folder everything in it is.
fn packing(expected: &Expected<'_>) -> Option<(Format, &'static str)> {
    Some(match (expected.artifact.kind, expected.artifact.format) {
        (_, Some(format)) => (format.into(), ""),
        (ArtifactKind::NpmPackage | ArtifactKind::NpmPlatformPackage, _) => {
            (Format::TarGz, "package/")
        }
        (ArtifactKind::Wheel, _) => (Format::Zip, ""),
        (ArtifactKind::Sdist | ArtifactKind::Crate, _) => (Format::TarGz, ""),
        (ArtifactKind::Archive | ArtifactKind::Binary, _) => return None,
    })
}

/// A file inside an artifact.
struct Inside {
    digest: Digest,
    binary: Option<Binary>,
}

/// That a binary is of the target that it is shipped for.
fn of_target(
    plan: &Plan,
    target: &TargetId,
    name: &str,
    inside: &Inside,
    problem: &impl Fn(String) -> Problem,
    report: &mut Report,
) {
    let (Some(binary), Some(target)) = (&inside.binary, plan.target(target)) else { return };
    if !binary.is_for(target.os, target.cpu) {
        let message =
            format!("`{name}` in it is for {}, and is shipped for {}", binary.label(), target.id);
        report.problem(problem(message).with_remedy("the build of that target must build it"));
    }
}

fn read(format: Format, root: &str, path: &Path) -> Result<BTreeMap<String, Inside>, Problem> {
    let mut found = BTreeMap::new();
    let read = visit(format, path, &mut |member, bytes| {
        if let Kind::File { executable, .. } = member.kind {
            let name = member.name.strip_prefix(root).unwrap_or(&member.name);
            let mut head = Vec::new();
            bytes.take(HEAD as u64).read_to_end(&mut head)?;
            let binary = Binary::of(&head);
            let digest = Digest::of_reader(&mut head.as_slice().chain(bytes), executable)?;
            found.insert(name.to_owned(), Inside { digest, binary });
        }
        Ok(())
    });
    read.map_err(|error| Problem::new(format!("is refused: {error}")).of_file(path.display()))?;
    Ok(found)
}

/// The places that a member stands for, each with the built file that the manifest has of it.
fn places<'m>(
    member: &Member,
    from: &str,
    manifest: &'m Manifest,
    version: &Version,
) -> Vec<(String, Option<&'m FileRecord>)> {
    let from = at_version(from, version.as_str());
    let to = at_version(&member.to, version.as_str());
    let target = member.target.as_ref().and_then(|target| manifest.targets.get(target));
    let built = target.into_iter().flat_map(|target| &target.files);
    let placed =
        |file: &'m FileRecord| Some((place_of(&from, &to, file.path.as_str())?, Some(file)));
    let found: Vec<_> = built.filter_map(placed).collect();
    if found.is_empty() && !to.contains('*') { vec![(to, None)] } else { found }
}

fn is_built(digest: &Digest, built: &FileRecord) -> bool {
    digest.sha256 == built.sha256 && digest.executable == built.executable
}
