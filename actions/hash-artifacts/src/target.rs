//! What one target built: its partial manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use lockstep_bundle::{
    BuiltFile, Digest, WorkingFolder, built_files, expected, list, matching, target,
};
use lockstep_files::json;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{
    ArtifactRecord, BinaryRecord, FileRecord, ManifestFormat, PartialManifest, Reproduced,
    Revision, TargetRecord, names,
};
use lockstep_schemas::model::BuildMode;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{Placement, PlannedFile, TargetPlan, at_version};
use lockstep_schemas::strings::{Id, TargetId};

use crate::hashing::{digests, note_advisory, records};
use crate::reproduced::First;
use crate::revision::revision;
use crate::{Origin, toolchain, unexpected};

const PACKED_BEFORE: &str = "`pack-artifacts` packs it before this";

pub(crate) fn hash(
    release: Origin<'_>,
    id: &TargetId,
    again: Option<&Path>,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let Origin { plan, version, .. } = release;
    let target = target(plan, id)?;
    let source = revision(&plan.project.repository, release.source, Path::new("."));
    let source = report.found(source);
    let sources = sources(release, report);
    let out = folder.out();
    let names = list(&out)
        .map_err(|problem| problem.with_remedy("`pack-artifacts` makes it before this"))?;
    let mut packed = Vec::new();
    for expected in expected(plan.packed_by(Some(id)), version)? {
        let name = expected
            .among(&names)
            .map_err(|problem| problem.in_file(out.shown()).with_remedy(PACKED_BEFORE));
        packed.extend(report.found(name).map(|name| (expected, name)));
    }
    let is_known = |name: &str| {
        [names::FILES, names::MANIFEST].contains(&name)
            || packed.iter().any(|(_, packed)| packed.as_str() == name)
    };
    unexpected(&out, &names, is_known, report);
    let mut artifacts = records(plan, version, &packed, &out, report);
    report.found(note_advisory(plan, &packed, folder, &mut artifacts));
    let release_files = match plan.release_members(id).next() {
        Some(_) => report.found(
            Digest::of_file(&out.join(names::FILES))
                .map_err(|problem| problem.with_remedy(PACKED_BEFORE)),
        ),
        None => None,
    };
    let mut record = record(release, target, report);
    if let Some(again) = again {
        let first = First { out: &out, packed: &packed, files: &record.files };
        first.compare(again, release, id, report)?;
        record.reproduced = Some(Reproduced::SameBytes);
    }
    let Some(source) = source.filter(|_| !report.has_problems()) else {
        return Ok(());
    };
    let manifest = PartialManifest {
        schema: ManifestFormat,
        version: version.clone(),
        target: id.clone(),
        source,
        sources,
        record,
        artifacts,
        release_files: release_files.map(|digest| digest.sha256),
    };
    let path = out.join(names::MANIFEST);
    json::write(&path, &manifest)?;
    report.group(format_args!("What {id} ships"), lines(&manifest.artifacts));
    report.output("manifest", path.shown());
    Ok(())
}

fn lines(artifacts: &[ArtifactRecord]) -> String {
    let line = |record: &ArtifactRecord| format!("{}  {}", record.sha256, record.name);
    artifacts.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The sources, each at the commit that its checkout is of.
fn sources(release: Origin<'_>, report: &mut Report) -> IndexMap<Id, Revision> {
    let mut sources = IndexMap::new();
    for planned in &release.plan.sources {
        let Some(resolved) = release.sources.get(&planned.name) else {
            report.problem(Diagnostic::new(
                Rule::WrongInput,
                format!("no commit is given for source `{}`", planned.name),
            ));
            continue;
        };
        let found = revision(&planned.repository, resolved, Path::new(planned.path.as_str()));
        if let Some(revision) = report.found(found) {
            sources.insert(planned.name.clone(), revision);
        }
    }
    sources
}

/// The facts of a target, and every built file that something is packed from.
fn record(release: Origin<'_>, target: &TargetPlan, report: &mut Report) -> TargetRecord {
    let Built { files, in_package } = built(release, target, report);
    let paths: Vec<PathBuf> = files.keys().map(PathBuf::from).collect();
    let mut record = TargetRecord {
        triple: target.triple.clone(),
        runner: target.runner.clone(),
        container: target.container.clone(),
        runner_image: toolchain::runner_image(),
        toolchain: toolchain::found(release.plan, target, report),
        reproduced: Some(Reproduced::NotTried),
        package: release.plan.platform_packages(&target.id).next().map(|file| file.package.clone()),
        release: None,
        debug: None,
        files: Vec::new(),
    };
    for ((path, mode), digest) in files.into_iter().zip(digests(&paths)) {
        let Some(Digest { sha256, size, executable }) = report.found(digest) else { continue };
        let path =
            path.parse().map_err(|error| Diagnostic::new(Rule::WrongForm, format!("{error}")));
        if let Some(path) = report.found(path) {
            record.files.push(FileRecord { path, mode, sha256, size, executable });
        }
    }
    for (path, place) in in_package {
        let Some(file) = record.files.iter().find(|file| file.path.as_str() == path) else {
            continue;
        };
        let binary = BinaryRecord {
            path: place,
            sha256: file.sha256.clone(),
            size: file.size,
            executable: file.executable,
        };
        if let Some(mode) = file.mode.or(release.plan.only_mode()) {
            record.binary_mut(mode).get_or_insert(binary);
        }
    }
    record
}

/// The built files of a target.
#[derive(Default)]
struct Built {
    /// By their paths, each with its build mode.
    files: BTreeMap<String, Option<BuildMode>>,
    /// Those of the npm platform packages, in the model's order: path, and place in the package.
    in_package: Vec<(String, String)>,
}

impl Built {
    /// The files that a member means.
    fn add(
        &mut self,
        member: &Placement,
        release: Origin<'_>,
        report: &mut Report,
    ) -> Vec<BuiltFile> {
        let found = built_files(Path::new("."), member, release.version.as_str());
        let found = report.found(found).unwrap_or_default();
        for file in &found {
            self.files.entry(file.path.clone()).or_insert(member.mode);
        }
        found
    }
}

/// Every built file that something is packed from.
fn built(release: Origin<'_>, target: &TargetPlan, report: &mut Report) -> Built {
    let plan = release.plan;
    let mut built = Built::default();
    for file in plan.packed_by(Some(&target.id)) {
        match file {
            PlannedFile::Binary(_, file) => {
                let path = at_version(&file.path, release.version.as_str());
                let found = report.found(matching(Path::new("."), &path)).unwrap_or_default();
                built.files.extend(found.into_iter().map(|path| (path, None)));
            }
            PlannedFile::NpmPlatformPackage(_, package) => {
                for member in &package.members {
                    let files = built.add(member, release, report);
                    let places = files.into_iter().map(|file| (file.path, file.to));
                    built.in_package.extend(places);
                }
            }
            PlannedFile::Archive(..)
            | PlannedFile::NpmPackage(_)
            | PlannedFile::Wheel(..)
            | PlannedFile::Sdist(_)
            | PlannedFile::Crate(_) => {
                for member in file.members() {
                    built.add(member, release, report);
                }
            }
        }
    }
    for member in plan.release_members(&target.id) {
        built.add(member, release, report);
    }
    built
}
