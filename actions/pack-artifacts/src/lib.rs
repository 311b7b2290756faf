//! Packs the artifacts of one target, or those that need every target.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod archive;
mod built;
mod cargo;
mod npm;
mod release_files;

use std::path::{Path, PathBuf};

use clap::Parser;
use lockstep_bundle::{Digest, Expected, WorkingFolder, expected, folders_left_out, target};
use lockstep_files::json;
use lockstep_runner::inputs::{ProjectPlan, WorkFolder};
use lockstep_runner::{Action, Failure, Program, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{Placement, Plan, PlannedFile};

use lockstep_schemas::strings::{TargetId, Version};
use npm::Package;
use tempfile::TempDir;

/// Packs what was built as archives and packages.
#[derive(Debug, Parser)]
#[command(name = "pack-artifacts", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version of the release, without the tag's prefix; not needed for a dry run.
    #[arg(long, required_unless_present = "dry_run")]
    pub version: Option<Version>,
    /// The target whose artifacts are packed; none for those that need every target.
    #[arg(long, conflicts_with_all = ["with_manifest", "dry_run"])]
    pub target: Option<TargetId>,
    /// Pack the archives that carry the manifest, which is there.
    #[arg(long, conflicts_with = "dry_run")]
    pub with_manifest: bool,
    /// Pack what needs no build, to see that it can be packed, and keep nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// What is packed is a snapshot, whose version is set in the checkout and not committed.
    #[arg(long, conflicts_with = "dry_run")]
    pub snapshot: bool,
    /// Where everything stands.
    #[command(flatten)]
    pub folder: WorkFolder,
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-build";

    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan = json::read_plan(&self.plan.plan)?;
        let folder = WorkingFolder(&self.folder.directory);
        let Some(version) = &self.version else {
            return dry_run(&plan, folder, report);
        };
        match &self.target {
            Some(id) => {
                target(&plan, id)?;
                self.of_target(&plan, version, id, folder, report)
            }
            None => self.of_release(&plan, version, folder, report),
        }
    }
}

/// What is packed, from what, and to where.
#[derive(Clone, Copy)]
struct Packing<'a> {
    plan: &'a Plan,
    version: &'a Version,
    /// What targets uploaded for it; in a target's own build it lies in the checkout.
    release_files: Option<&'a Path>,
    into: &'a Path,
    is_snapshot: bool,
}

impl Packing<'_> {
    /// Where a member's built file is looked for.
    fn root(&self, member: &Placement) -> PathBuf {
        match (self.release_files, &member.target) {
            (Some(folder), Some(target)) => folder.join(target.as_str()),
            _ => PathBuf::from("."),
        }
    }

    /// Packs an artifact twice at the same time, to see that the same comes of it: users can only check a
    /// release against its sources if whoever packs them gets the same bytes.
    fn pack(&self, expected: &Expected<'_>, report: &mut Report) {
        if let Some(built) = expected.file.path() {
            if let Some(name) = report.found(built::copy(self, expected, built)) {
                report.line(format_args!("took {name} as the build made it"));
            }
            return;
        }
        for member in expected.file.members() {
            let root = self.root(member);
            for folder in folders_left_out(&root, member, self.version.as_str()) {
                report.line(format_args!(
                    "note: `{}` takes no folders, so `{folder}` is left out: `**` would take what is in it",
                    member.from
                ));
            }
        }
        let Some(again) = report.found(temporary()) else { return };
        // What carries the manifest takes it from beside itself.
        if expected.file.manifest().is_some() {
            let [from, to] = [self.into, again.path()].map(|folder| folder.join(names::MANIFEST));
            let copied = std::fs::copy(from, to).map_err(|error| {
                Diagnostic::new(
                    Rule::FileUnwritable,
                    format!("the manifest cannot be copied: {error}"),
                )
            });
            if report.found(copied).is_none() {
                return;
            }
        }
        let second = Packing { into: again.path(), ..*self };
        let mut of_second = Report::new();
        let (first, second) = std::thread::scope(|scope| {
            let second = scope.spawn(|| second.pack_once(expected, &mut of_second));
            (self.pack_once(expected, report), second.join().unwrap_or(false))
        });
        // What neither packs has the same problems twice: they are told once.
        if !first {
            return;
        }
        let path = self.into.join(&expected.name);
        if !second {
            let message = "was packed the first time, but not the second";
            report.problem(Diagnostic::new(Rule::NotReproducible, message).in_file(path.shown()));
            report.problems(of_second.into_problems());
            return;
        }
        if report.found(same(&path, &again.path().join(&expected.name))).is_some() {
            report.line(format_args!("packed {}", path.shown()));
        }
    }

    fn pack_once(&self, expected: &Expected<'_>, report: &mut Report) -> bool {
        let before = report.count();
        let name = &expected.name;
        let packed = match expected.file {
            PlannedFile::Archive(plan, file) => archive::pack(self, (plan, file), name, report),
            PlannedFile::NpmPlatformPackage(_, file) => {
                npm::pack(self, Package::OfTarget(file), name, report)
            }
            PlannedFile::NpmPackage(plan) => npm::pack(self, Package::OfAll(plan), name, report),
            PlannedFile::Crate(plan) => {
                cargo::package(self.plan, plan, name, self.into, self.is_snapshot)
            }
            // As the build made it there is nothing to pack.
            PlannedFile::Wheel(..) | PlannedFile::Sdist(_) | PlannedFile::Binary(..) => Ok(()),
        };
        report.found(packed);
        report.count() == before
    }
}

/// That a file is the same as the one that was packed beside it.
fn same(path: &Path, again: &Path) -> Result<(), Diagnostic> {
    if Digest::of_file(path)? == Digest::of_file(again)? {
        return Ok(());
    }
    Err(Diagnostic::new(Rule::NotReproducible, "is packed differently each time")
        .in_file(path.shown())
        .with_remedy("the tool that packs it adds a time, a file order or a path that changes each time: make it constant"))
}

impl Inputs {
    fn of_target(
        &self,
        plan: &Plan,
        version: &Version,
        target: &TargetId,
        folder: WorkingFolder<'_>,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let out = folder.out();
        folder.make_empty(&out)?;
        let packing =
            Packing { plan, version, release_files: None, into: &out, is_snapshot: self.snapshot };
        for expected in expected(plan.packed_by(Some(target)), version)? {
            packing.pack(&expected, report);
        }
        let packed = release_files::pack(plan, version, target, &out, report);
        report.found(packed);
        // What is left of it would be hashed as if it were whole.
        if report.has_problems() {
            folder.make_empty(&out)?;
        }
        Ok(())
    }

    fn of_release(
        &self,
        plan: &Plan,
        version: &Version,
        folder: WorkingFolder<'_>,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let bundle = folder.bundle();
        if self.with_manifest {
            folder.make(&bundle)?;
        } else {
            folder.make_empty(&bundle)?;
        }
        let release_files = temporary()?;
        for target in &plan.targets {
            release_files::unpack(plan, &target.id, folder, release_files.path(), report);
        }
        // What did not arrive as it was built is not packed: each file would be told as missing.
        if report.has_problems() {
            return Ok(());
        }
        let packing = Packing {
            plan,
            version,
            release_files: Some(release_files.path()),
            into: &bundle,
            is_snapshot: self.snapshot,
        };
        let files =
            plan.packed_by(None).filter(|file| file.manifest().is_some() == self.with_manifest);
        let expected = expected(files, version)?;
        for expected in &expected {
            packing.pack(expected, report);
        }
        if report.has_problems() {
            // What is left of it would be hashed as if it were whole. One that is not there need not go.
            for expected in &expected {
                let _ = std::fs::remove_file(bundle.join(&expected.name));
            }
        }
        Ok(())
    }
}

/// Packs what stands in the repository as it is: crates, and npm packages without native files.
fn dry_run(plan: &Plan, folder: WorkingFolder<'_>, report: &mut Report) -> Result<(), Failure> {
    folder.make(folder.0)?;
    let into = temporary()?;
    for file in plan.files() {
        let packed = match file {
            PlannedFile::Crate(one) => cargo::package(plan, one, &one.name, into.path(), false),
            PlannedFile::NpmPackage(package) => {
                npm::try_out(plan, Package::OfAll(package), into.path())
            }
            PlannedFile::NpmPlatformPackage(_, file) => npm::check_template(plan, file),
            // What is in them does not stand in the repository before a build.
            PlannedFile::Archive(..)
            | PlannedFile::Wheel(..)
            | PlannedFile::Sdist(_)
            | PlannedFile::Binary(..) => continue,
        };
        if report.found(packed).is_some() {
            report.line(format_args!("{} `{}` can be packed", file.kind(), file.name()));
        }
    }
    Ok(())
}

fn temporary() -> Result<TempDir, Diagnostic> {
    tempfile::tempdir().map_err(|error| {
        Diagnostic::new(Rule::FileUnwritable, format!("no temporary folder can be made: {error}"))
    })
}
