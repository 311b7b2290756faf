//! Checks that a bundle is what its manifest says, and all that the plan asks for.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod installed;
mod shown;

use std::fmt;
use std::path::{Path, PathBuf};

use clap::Parser;
use lockstep_bundle::{Digest, Release, manifest, verify};
use lockstep_files::json;
use lockstep_runner::inputs::ProjectPlan;
use lockstep_runner::{Action, Failure, Program, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{Manifest, names};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::{CommitSha, Sha256, TargetId, Version};

/// Checks a manifest against the plan and the bytes, or what is installed against a manifest.
#[derive(Debug, Parser)]
#[command(name = "verify-manifest", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version of the release, without the tag's prefix.
    #[arg(long)]
    pub version: Version,
    /// The commit that must have been built; any, if it is not given.
    #[arg(long)]
    pub commit: Option<CommitSha>,
    /// The bundle's folder.
    #[arg(long, default_value = "lockstep/bundle")]
    pub bundle: PathBuf,
    /// The SHA-256 that `SHA256SUMS` must have, as it came another way than the bundle; any, if it is not given.
    #[arg(long)]
    pub sums: Option<Sha256>,
    /// The bundle comes from another job, so `sums` and `commit` must be given: an output that is empty opens nothing.
    #[arg(long, requires_all = ["sums", "commit"])]
    pub handed_on: bool,
    /// The bundle must be a snapshot's, which nothing publishes. Without it one of a snapshot is refused.
    #[arg(long, conflicts_with = "handed_on")]
    pub snapshot: bool,
    /// A `node_modules`: the packages of the manifest that are installed there are compared with it, and no bundle is looked at.
    #[arg(long, requires = "manifest", conflicts_with_all = ["handed_on", "snapshot", "sums"])]
    pub installed: Option<PathBuf>,
    /// The manifest, as `await-delivery` found and proved it.
    #[arg(long, requires = "installed")]
    pub manifest: Option<PathBuf>,
    /// The target whose package must be installed; any that is, where it is not given.
    #[arg(long, requires = "installed")]
    pub target: Option<TargetId>,
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-build";

    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("sums", "The SHA-256 of the bundle's `SHA256SUMS`"),
        ("checksums", "The text of the bundle's `SHA256SUMS`"),
    ];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        if let (Some(modules), Some(manifest)) = (&self.installed, &self.manifest) {
            return self.compare_installed(modules, manifest, report);
        }
        // A download can end well and be of something else; then all else that would be said is of no use.
        if let Some(problem) = self.of_another_bundle()? {
            report.problem(problem);
            return Ok(());
        }
        let plan = json::read_plan(&self.plan.plan)?;
        let manifest = manifest(&self.bundle)?;
        let release = Release {
            plan: &plan,
            plan_file: &self.plan.plan,
            version: &self.version,
            commit: self.commit.as_ref(),
            is_snapshot: self.snapshot,
            manifest: &manifest,
        };
        let problems = verify(release, &self.bundle).err().unwrap_or_default();
        shown::show(&manifest, &problems, report);
        let is_good = problems.is_empty();
        report.problems(problems);
        if is_good {
            let path = self.bundle.join(names::SUMS);
            report.output("sums", Digest::of_file(&path)?.sha256);
            report.output("checksums", text(&path)?.trim_end());
        }
        Ok(())
    }
}

/// The largest `SHA256SUMS`, in bytes: a release has a thousand assets at most, and a job puts out 1 MB.
const LARGEST: u64 = 1 << 20;

fn text(path: &Path) -> Result<String, Diagnostic> {
    let of = |error: &dyn fmt::Display| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}"))
            .in_file(path.shown())
    };
    let bytes = lockstep_files::bounded(path, LARGEST).map_err(|error| of(&error))?;
    lockstep_files::text(bytes).map_err(|error| of(&error))
}

impl Inputs {
    fn compare_installed(
        &self,
        modules: &Path,
        path: &Path,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let manifest: Manifest = json::read(path, "the manifest")?;
        if manifest.version != self.version {
            let message =
                format!("the manifest is of {}, and not of {}", manifest.version, self.version);
            return Err(Diagnostic::new(Rule::ManifestOfAnother, message)
                .in_file(path.shown())
                .into());
        }
        if let Some(target) = &self.target
            && !manifest.targets.contains_key(target)
        {
            let known: Vec<&str> = manifest.targets.keys().map(TargetId::as_str).collect();
            let message = format!("the manifest has no target `{target}`");
            return Err(Failure::new(Rule::WrongInput, message)
                .with_remedy(format!("it has {}", known.join(", "))));
        }
        installed::compare(&manifest, modules, self.target.as_ref(), report);
        Ok(())
    }

    /// What is wrong where the digests are not those that came another way.
    fn of_another_bundle(&self) -> Result<Option<Diagnostic>, Diagnostic> {
        let Some(wanted) = &self.sums else { return Ok(None) };
        let path = self.bundle.join(names::SUMS);
        let found = Digest::of_file(&path)?.sha256;
        if found == *wanted {
            return Ok(None);
        }
        let problem = Diagnostic::new(
            Rule::DigestMismatch,
            "is not that of the bundle which this release is made of",
        );
        Ok(Some(problem.in_file(path.shown()).differs(wanted, &found).with_remedy(
            "the download is incomplete, or of another run or attempt: run the failed jobs again",
        )))
    }
}
