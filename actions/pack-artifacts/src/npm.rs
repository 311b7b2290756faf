//! npm packages, packed by npm from a copy in which the version is set.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use lockstep_archives::{Entry, Format, Kind};
use lockstep_bundle::runs_when_installed;
use lockstep_clients::npm::{self, Packed};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{
    NpmPackagePlan, Placement, Plan, PlannedFile, PlatformPackageFile, TargetPlan,
};
use lockstep_schemas::strings::Id;
use serde_json::{Map, Value, json};

use crate::{Packing, archive, temporary};

/// A package that npm packs.
#[derive(Clone, Copy)]
pub(crate) enum Package<'a> {
    /// That of a target.
    OfTarget(&'a PlatformPackageFile),
    /// One for every platform.
    OfAll(&'a NpmPackagePlan),
}

impl<'a> Package<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::OfTarget(file) => &file.package,
            Self::OfAll(plan) => plan.package.as_str(),
        }
    }

    fn members(self) -> &'a [Placement] {
        match self {
            Self::OfTarget(file) => &file.members,
            Self::OfAll(plan) => &plan.members,
        }
    }

    /// The folder that it starts from.
    fn folder(self) -> Option<&'a Path> {
        match self {
            Self::OfTarget(file) => file.template.as_deref().map(Path::new),
            Self::OfAll(plan) => Some(Path::new(plan.directory.as_str())),
        }
    }
}

/// Packs a package with its native files.
pub(crate) fn pack(
    packing: &Packing<'_>,
    package: Package<'_>,
    name: &str,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let before = report.count();
    let entries = archive::entries(packing, package.members(), report);
    if report.count() > before {
        return Ok(());
    }
    let stage = temporary()?;
    let mut json = start(packing.plan, package, stage.path())?;
    json.insert("version".to_owned(), json!(packing.version));
    match package {
        Package::OfTarget(file) => {
            if let Some(target) = packing.plan.target(&file.target) {
                platform(&mut json, target, &entries);
            }
        }
        Package::OfAll(plan) => {
            if let Some(id) = &plan.platform_packages {
                depend(&mut json, packing, id);
            }
        }
    }
    let project = &packing.plan.project;
    json.entry("repository").or_insert_with(|| project.repository.for_npm());
    json.entry("license").or_insert_with(|| json!(project.license));
    if let Some(description) = &project.description {
        json.entry("description").or_insert_with(|| json!(description));
    }
    for entry in &entries {
        put(entry, stage.path())?;
    }
    write(&json, stage.path())?;
    npm_pack(stage.path(), packing.into, Some(name), &entries)
}

/// Packs a package as it stands in the repository, to see that it can be.
pub(crate) fn try_out(plan: &Plan, package: Package<'_>, into: &Path) -> Result<(), Diagnostic> {
    let stage = temporary()?;
    write(&start(plan, package, stage.path())?, stage.path())?;
    npm_pack(stage.path(), into, None, &[])
}

/// Looks at the folder that a platform package starts from.
pub(crate) fn check_template(plan: &Plan, file: &PlatformPackageFile) -> Result<(), Diagnostic> {
    let package = Package::OfTarget(file);
    package.folder().map_or(Ok(()), |folder| read(plan, folder, package).map(drop))
}

/// The `package.json` that a package starts from, with the files beside it copied to the stage.
fn start(
    plan: &Plan,
    package: Package<'_>,
    stage: &Path,
) -> Result<Map<String, Value>, Diagnostic> {
    let Some(folder) = package.folder() else {
        return Ok([("name".to_owned(), json!(package.name()))].into_iter().collect());
    };
    let package = read(plan, folder, package)?;
    copy_folder(folder, stage).map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("cannot be copied: {error}"))
            .in_file(folder.shown())
    })?;
    Ok(package)
}

fn read(
    plan: &Plan,
    folder: &Path,
    planned: Package<'_>,
) -> Result<Map<String, Value>, Diagnostic> {
    let path = folder.join("package.json");
    let problem = |rule, message: String| Diagnostic::new(rule, message).in_file(path.shown());
    let text = fs::read(&path)
        .map_err(|error| problem(Rule::FileUnreadable, format!("cannot be read: {error}")))?;
    let package: Map<String, Value> = serde_json::from_slice(&text)
        .map_err(|error| problem(Rule::DocumentInvalid, format!("is not valid: {error}")))?;
    let name = package.get("name").and_then(Value::as_str).unwrap_or_default();
    let wanted = planned.name();
    if name != wanted {
        return Err(problem(
            Rule::PackageMismatch,
            format!("names the package `{name}`, and the model says `{wanted}`"),
        )
        .with_remedy("name the same package in both"));
    }
    if package.get("private").and_then(Value::as_bool) == Some(true) {
        return Err(problem(
            Rule::PackageMismatch,
            "is private, and npm does not publish private packages".to_owned(),
        )
        .with_remedy("take `private` out"));
    }
    if let Some((what, remedy)) = plan.project.repository.differs_from_npm(&package) {
        return Err(problem(Rule::PackageMismatch, what).with_remedy(remedy));
    }
    // What an npm package of the project's own runs is its own affair.
    let Package::OfTarget(_) = planned else { return Ok(package) };
    // Installed dependencies beside it are not packed, and so do not count.
    let native = ["binding.gyp"].into_iter().filter(|name| folder.join(name).exists());
    let runs = runs_when_installed(&package, native);
    if let Some(what) = runs.first() {
        return Err(problem(
            Rule::InstallScript,
            format!("has a {what}, which runs on every user's machine"),
        )
        .with_remedy(
            "platform packages need nothing that runs when they are installed: take it out",
        ));
    }
    Ok(package)
}

/// What makes npm install a package on its platform alone.
fn platform(package: &mut Map<String, Value>, target: &TargetPlan, entries: &[Entry]) {
    for (key, value) in lockstep_schemas::npm::platform(target) {
        if value.is_null() {
            package.shift_remove(key);
        } else {
            package.insert(key.to_owned(), value);
        }
    }
    let places: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    package.entry("files").or_insert_with(|| json!(places));
}

/// Lists the platform packages, each at this very version.
fn depend(package: &mut Map<String, Value>, packing: &Packing<'_>, id: &Id) {
    let names = packing.plan.packages_of(id).filter_map(PlannedFile::package);
    let listed = package.entry("optionalDependencies").or_insert_with(|| json!({}));
    if let Value::Object(listed) = listed {
        listed.extend(names.map(|name| (name.to_owned(), json!(packing.version))));
    }
}

fn put(entry: &Entry, stage: &Path) -> Result<(), Diagnostic> {
    let to = stage.join(&entry.name);
    let copy = || -> io::Result<()> {
        fs::create_dir_all(to.parent().unwrap_or(stage))?;
        fs::copy(&entry.path, &to).map(drop)
    };
    copy().map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("cannot be copied: {error}"))
            .in_file(entry.path.shown())
    })
}

fn write(package: &Map<String, Value>, stage: &Path) -> Result<(), Diagnostic> {
    lockstep_files::json::write(&stage.join("package.json"), package)
}

/// Copies a folder's files. Installed dependencies, git's own folder and the working folder, which
/// hides itself from git, are none of a package.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, name) = (entry.file_type()?, entry.file_name());
        let is_foreign = name == "node_modules" || name == ".git" || hides_itself(&entry.path());
        if kind.is_dir() && !is_foreign {
            copy_folder(&entry.path(), &to.join(name))?;
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

fn hides_itself(folder: &Path) -> bool {
    fs::read(folder.join(".gitignore")).is_ok_and(|ignore| ignore == b"*\n")
}

/// Has npm pack a stage, and looks at what it says it packed.
fn npm_pack(
    stage: &Path,
    into: &Path,
    name: Option<&str>,
    entries: &[Entry],
) -> Result<(), Diagnostic> {
    let packed = temporary()?;
    let Packed { name: made, files } = npm::pack(stage, packed.path())?;
    if let Some(name) = name.filter(|name| *name != made) {
        return Err(Diagnostic::new(
            Rule::PackageMismatch,
            format!("npm packed `{made}`, not `{name}`"),
        ));
    }
    match entries.iter().find(|entry| !files.contains(&entry.name)) {
        Some(left) => Err(Diagnostic::new(
            Rule::PackageMismatch,
            format!("npm left `{}` out of `{made}`", left.name),
        )
        .with_remedy(
            "`files` in its package.json must take it in, and .npmignore not leave it out",
        )),
        None => pack_alike(&packed.path().join(&made), &into.join(&made)),
    }
}

/// Packs what npm packed the way archives are: one npm compresses otherwise than another, and on Windows it knows no execute bits.
fn pack_alike(tarball: &Path, into: &Path) -> Result<(), Diagnostic> {
    let unpacked = temporary()?;
    let unreadable = |error: lockstep_archives::Error| {
        Diagnostic::new(error.rule(), format!("what npm packed cannot be unpacked: {error}"))
            .in_file(into.shown())
    };
    // Of what `bin` names npm knows the bit on Windows, too.
    let mut bits = BTreeSet::new();
    lockstep_archives::visit(Format::TarGz, tarball, &mut |member, _| {
        if matches!(member.kind, Kind::File { executable: true, .. }) {
            bits.insert(member.name.clone());
        }
        Ok(())
    })
    .map_err(unreadable)?;
    let names = lockstep_archives::unpack(Format::TarGz, tarball, unpacked.path());
    let entry = |name: String| {
        let path = unpacked.path().join(&name);
        let mut entry = archive::entry(name, path)?;
        entry.executable |= bits.contains(&entry.name);
        Ok(entry)
    };
    let names = names.map_err(unreadable)?.into_iter();
    let entries = names.map(entry).collect::<Result<Vec<_>, Diagnostic>>()?;
    lockstep_archives::pack(Format::TarGz, &entries, into).map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("cannot be written: {error}"))
            .in_file(into.shown())
    })
}
