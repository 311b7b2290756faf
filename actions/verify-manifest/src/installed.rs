//! Packages as a client installed them: what a consumer runs is what the manifest says, to the byte.

use std::fs;
use std::path::{Component, Path, PathBuf};

use lockstep_bundle::{Digest, is_executable, places};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{ArtifactRecord, Manifest, MemberRecord};
use lockstep_schemas::model::ArtifactKind;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::TargetId;

/// Compares every package of the manifest that is below a `node_modules`. Those of other platforms need not be there; that of a
/// target must be, where one is named.
pub(crate) fn compare(
    manifest: &Manifest,
    modules: &Path,
    target: Option<&TargetId>,
    report: &mut Report,
) {
    let mut found = 0;
    for record in &manifest.artifacts {
        let Some(package) = package(manifest, record) else { continue };
        let places = places(modules, package);
        if places.is_empty() && target.is_some() && record.target.as_ref() == target {
            let message = format!("`{package}` is not installed, and users of this target need it");
            report.problem(
                Diagnostic::new(Rule::FileMissing, message)
                    .in_file(modules.shown())
                    .with_remedy("install without `--omit=optional`; the lockfile must list the packages of every platform"),
            );
        }
        let (mut others, before) = (Vec::new(), found);
        for place in places {
            let file = place.join("package.json");
            match version(&file) {
                Some(version) if version == manifest.version.as_str() => {
                    found += 1;
                    one(manifest, package, record, &place, report);
                }
                version => others.push((file, version)),
            }
        }
        of_another(manifest, record, target, &others, found > before, report);
    }
    if found == 0 && !report.has_problems() {
        let message =
            format!("no package of {} {} is installed", manifest.project, manifest.version);
        report.problem(
            Diagnostic::new(Rule::FileMissing, message)
                .in_file(modules.shown())
                .with_remedy("install them, or name another `node_modules` with --installed"),
        );
    }
}

/// The package that a record is of, where npm installs it. Older manifests name those of a platform alone.
fn package<'m>(manifest: &'m Manifest, record: &'m ArtifactRecord) -> Option<&'m str> {
    match record.kind {
        ArtifactKind::NpmPackage => record.package.as_deref(),
        ArtifactKind::NpmPlatformPackage => {
            let of_target = || manifest.targets.get(record.target.as_ref()?)?.package.as_deref();
            record.package.as_deref().or_else(of_target)
        }
        ArtifactKind::Archive
        | ArtifactKind::Wheel
        | ArtifactKind::Sdist
        | ArtifactKind::Crate
        | ArtifactKind::Binary => None,
    }
}

/// Copies of another version: another dependency can have brought them, and where there is no copy of this one they are what runs.
fn of_another(
    manifest: &Manifest,
    record: &ArtifactRecord,
    target: Option<&TargetId>,
    others: &[(PathBuf, Option<String>)],
    is_there: bool,
    report: &mut Report,
) {
    for (file, version) in others {
        let version = version.as_deref().unwrap_or("a version that it does not say");
        let message = format!("is of {version}, and the manifest of {}", manifest.version);
        let is_wanted =
            target.is_none() || record.target.is_none() || record.target.as_ref() == target;
        if is_there || !is_wanted {
            report.line(format_args!("note: {} {message}", file.shown()));
        } else {
            report.problem(
                Diagnostic::new(Rule::ManifestOfAnother, message)
                    .in_file(file.shown())
                    .with_remedy("install this very version, and no range"),
            );
        }
    }
}

/// One installed package: each of its files is the manifest's, and there is no other.
fn one(
    manifest: &Manifest,
    package: &str,
    record: &ArtifactRecord,
    place: &Path,
    report: &mut Report,
) {
    let before = report.count();
    for member in &record.members {
        if let Err(problem) = same(place, member) {
            report.problem(problem);
        }
    }
    let is_listed = |name: &String| record.members.iter().any(|member| member.path == *name);
    match files(place) {
        Ok(names) => {
            for name in names.iter().filter(|name| !is_listed(name)) {
                report.problem(
                    Diagnostic::new(Rule::StrayFile, "is no file of the release")
                        .in_file(place.join(name).shown())
                        .with_remedy("something put it there after the package was installed: install it again, without scripts"),
                );
            }
        }
        Err(problem) => report.problem(problem),
    }
    if report.count() == before {
        report.line(format_args!(
            "{package} {}: {} files, every one as the manifest says, and no other",
            manifest.version,
            record.members.len()
        ));
    }
}

/// The files of an installed package, by their places in it, without those of packages that it needs.
fn files(place: &Path) -> Result<Vec<String>, Diagnostic> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}"))
            .in_file(place.shown())
    };
    let (mut files, mut open) = (Vec::new(), vec![place.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&error))? {
            let entry = entry.map_err(|error| unreadable(&error))?;
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && entry.file_name() != "node_modules" {
                open.push(path);
            } else if !is_folder && let Ok(name) = path.strip_prefix(place) {
                files.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn version(file: &Path) -> Option<String> {
    let text = lockstep_files::bounded(file, 1 << 20).ok()?;
    let package: serde_json::Value = serde_json::from_slice(&text).ok()?;
    Some(package["version"].as_str()?.to_owned())
}

/// That a file is the one that the manifest lists.
fn same(place: &Path, member: &MemberRecord) -> Result<(), Diagnostic> {
    let path = Path::new(&member.path);
    if path.components().any(|part| !matches!(part, Component::Normal(_))) {
        let message =
            format!("the manifest lists `{}`, which is no place in a package", member.path);
        return Err(Diagnostic::new(Rule::ManifestMismatch, message));
    }
    let file = place.join(path);
    let digest = Digest::of_file(&file)?;
    if digest.sha256 != member.sha256 {
        return Err(Diagnostic::new(Rule::DigestMismatch, "is not the file of the release")
            .in_file(file.shown())
            .differs(&member.sha256, &digest.sha256)
            .with_remedy("something changed it after it was installed: install it again, without scripts of others"));
    }
    let is_program = fs::metadata(&file).is_ok_and(|data| is_executable(&file, &data));
    // Elsewhere no file says so of itself.
    if cfg!(unix) && member.executable && !is_program {
        return Err(Diagnostic::new(Rule::BinaryNotExecutable, "cannot be executed")
            .in_file(file.shown())
            .with_remedy("install it by npm 7 or later, or pnpm: they keep what a package says"));
    }
    Ok(())
}
