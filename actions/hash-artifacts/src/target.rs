//! What one target built: its partial manifest.

use std::path::Path;

use lockstep_bundle::{Digest, WorkingFolder, built_files, expected, list, revision, target};
use lockstep_schemas::manifest::{
    BinaryRecord, FileRecord, ManifestFormat, PartialManifest, TargetRecord, names,
};
use lockstep_schemas::model::ArtifactKind;
use lockstep_schemas::plan::{Member, TargetPlan};
use lockstep_schemas::strings::TargetId;
use lockstep_toolkit::{Failure, Problem, Report, documents};

use crate::{Release, record, unexpected};

pub(crate) fn hash(
    release: Release<'_>,
    id: &TargetId,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let Release { plan, version, .. } = release;
    let target = target(plan, id)?;
    let source = revision(&plan.project.repository, release.commit, Path::new("."));
    let source = report.found(source);
    let mut sources = indexmap::IndexMap::new();
    for planned in &plan.sources {
        let Some(commit) = release.sources.get(&planned.name) else {
            report
                .problem(Problem::new(format!("no commit is given for source `{}`", planned.name)));
            continue;
        };
        let found = revision(&planned.repository, commit, Path::new(planned.path.as_str()));
        if let Some(revision) = report.found(found) {
            sources.insert(planned.name.clone(), revision);
        }
    }
    let out = folder.out();
    let names = list(&out)
        .map_err(|problem| problem.with_remedy("`pack-artifacts` makes it before this"))?;
    let mut artifacts = Vec::new();
    for expected in expected(plan.packed_by(Some(id)), version)? {
        let name = expected.among(&names).map_err(|problem| {
            problem.of_file(out.display()).with_remedy("`pack-artifacts` packs it before this")
        });
        if let Some(name) = report.found(name) {
            artifacts.extend(report.found(record(&expected, name, &out)));
        }
    }
    let is_known = |name: &str| {
        [names::FILES, names::MANIFEST].contains(&name)
            || artifacts.iter().any(|artifact| artifact.name.as_str() == name)
    };
    unexpected(&out, &names, is_known, report);
    let handed_on = match plan.handed_on(id).next() {
        Some(_) => report.found(
            Digest::of_file(&out.join(names::FILES))
                .map_err(|problem| problem.with_remedy("`pack-artifacts` packs it before this")),
        ),
        None => None,
    };
    let record = target_record(release, target, report);
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
        handed_on: handed_on.map(|digest| digest.sha256),
    };
    let path = out.join(names::MANIFEST);
    documents::write(&path, &manifest)?;
    for artifact in &manifest.artifacts {
        report.line(format_args!("{}  {}", artifact.sha256, artifact.name));
    }
    report.output("manifest", path.display());
    Ok(())
}

/// The facts of a target, and every built file that something is packed from.
fn target_record(release: Release<'_>, target: &TargetPlan, report: &mut Report) -> TargetRecord {
    let mut record = TargetRecord {
        triple: target.triple.clone(),
        runner: target.runner.clone(),
        container: target.container.clone(),
        package: None,
        release: None,
        debug: None,
        files: Vec::new(),
    };
    for (artifact, file) in release.plan.packed_by(Some(&target.id)) {
        let is_package = artifact.kind == ArtifactKind::NpmPlatformPackage;
        if is_package && record.package.is_none() {
            record.package.clone_from(&file.package);
        }
        for member in file.members.iter().filter(|member| member.from.is_some()) {
            files(release, member, is_package, &mut record, report);
        }
    }
    for member in release.plan.handed_on(&target.id) {
        files(release, member, false, &mut record, report);
    }
    record.files.sort_by(|a, b| a.path.cmp(&b.path));
    record.files.dedup_by(|a, b| a.path == b.path);
    record
}

fn files(
    release: Release<'_>,
    member: &Member,
    is_package: bool,
    record: &mut TargetRecord,
    report: &mut Report,
) {
    let found = built_files(Path::new("."), member, release.version.as_str());
    for file in report.found(found).unwrap_or_default() {
        let Some(digest) = report.found(Digest::of_file(Path::new(&file.path))) else { continue };
        let path = file.path.parse().map_err(|error| Problem::new(format!("{error}")));
        let Some(path) = report.found(path) else { continue };
        // Where there is one mode, nothing need say which.
        let only = match release.plan.modes.as_slice() {
            [mode] => Some(*mode),
            _ => None,
        };
        if let Some(mode) = member.mode.or(only).filter(|_| is_package) {
            record.binary_mut(mode).get_or_insert_with(|| BinaryRecord {
                path: file.to.clone(),
                sha256: digest.sha256.clone(),
                size: digest.size,
                executable: digest.executable,
            });
        }
        record.files.push(FileRecord {
            path,
            mode: member.mode,
            sha256: digest.sha256,
            size: digest.size,
            executable: digest.executable,
        });
    }
}
