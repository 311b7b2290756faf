//! Hashes what one target built, merges what all of them did, and sums the bundle up.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod files;
mod hashing;
mod merge;
mod newest;
mod partial;
mod reproduced;
mod revision;
mod sums;
mod target;
mod toolchain;

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Parser};
use indexmap::IndexMap;
use lockstep_bundle::WorkingFolder;
use lockstep_files::json;
use lockstep_runner::inputs::{ProjectPlan, WorkFolder};
use lockstep_runner::{Action, Failure, Program, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::ResolvedSource;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{CommitSha, Id, TargetId, Version};

/// Digests of what was built, as a manifest.
#[derive(Debug, Parser)]
#[command(name = "hash-artifacts", version, disable_version_flag = true, about, long_about = None)]
#[command(group = ArgGroup::new("what").required(true).args(["target", "newest", "merge", "sums", "files"]))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Inputs {
    /// The plan. Not needed for `files`.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version of the release, without the tag's prefix. Not needed for `newest` and `files`.
    #[arg(long, required_unless_present_any = ["newest", "files"])]
    pub version: Option<Version>,
    /// Hash what this target built.
    #[arg(long)]
    pub target: Option<TargetId>,
    /// Take what each target uploaded last, of what several attempts of a run uploaded.
    #[arg(long)]
    pub newest: bool,
    /// Merge the manifests of all targets into the release's.
    #[arg(long)]
    pub merge: bool,
    /// Sum up the bundle: `SHA256SUMS`, and the `.sha256` files that the plan asks for.
    #[arg(long)]
    pub sums: bool,
    /// Hash these files alone, and print what `sha256sum -c` reads: paths below this folder, one a line, in
    /// which `*` stands for any text of one part.
    #[arg(long, num_args = 1.., conflicts_with_all = ["version", "commit"])]
    pub files: Vec<String>,
    /// The commit that was built, for `target` and `merge`.
    #[arg(long, required_unless_present_any = ["newest", "sums", "files"])]
    pub commit: Option<CommitSha>,
    /// The folder of a second build of the target, which must have the same bytes.
    #[arg(long, requires = "target")]
    pub again: Option<PathBuf>,
    /// Ref and commit of each source, as a JSON object.
    #[arg(long, default_value = "{}")]
    pub sources: String,
    /// What was built is a snapshot: a commit without a tag, which nothing publishes.
    #[arg(long)]
    pub snapshot: bool,
    /// Where everything stands.
    #[command(flatten)]
    pub folder: WorkFolder,
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-build";

    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("manifest", "The manifest that was written")];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        if !self.files.is_empty() {
            files::hash(&self.files, report);
            return Ok(());
        }
        let plan = json::read_plan(&self.plan.plan)?;
        let folder = WorkingFolder(&self.folder.directory);
        let Some(version) = self.version.as_ref().filter(|_| !self.newest) else {
            return newest::take(&plan, folder, report);
        };
        let Some(commit) = self.commit.as_ref().filter(|_| !self.sums) else {
            return sums::write(&plan, version, folder, report);
        };
        let sources = json::of_json(self.sources.as_bytes()).map_err(|error| {
            Diagnostic::new(
                Rule::WrongInput,
                format!("`sources` is not a JSON object of refs and commits: {error}"),
            )
        })?;
        let tag = plan.tag_at(version.as_str());
        let git_ref = if self.snapshot { commit.as_str() } else { &tag };
        let git_ref = git_ref
            .parse()
            .map_err(|error| Diagnostic::new(Rule::WrongInput, format!("the tag: {error}")))?;
        let source = ResolvedSource { git_ref, commit: commit.clone() };
        let release = Origin {
            plan: &plan,
            version,
            source: &source,
            sources: &sources,
            is_snapshot: self.snapshot,
        };
        match &self.target {
            Some(target) => target::hash(release, target, self.again.as_deref(), folder, report),
            None => merge::merge(release, &self.plan.plan, folder, report),
        }
    }
}

/// What is released, from what.
#[derive(Clone, Copy)]
struct Origin<'a> {
    plan: &'a Plan,
    version: &'a Version,
    source: &'a ResolvedSource,
    sources: &'a IndexMap<Id, ResolvedSource>,
    is_snapshot: bool,
}

/// Tells every name of a folder that none of its files is expected under.
fn unexpected(folder: &Path, names: &[String], known: impl Fn(&str) -> bool, report: &mut Report) {
    for name in names.iter().filter(|name| !known(name)) {
        report.problem(
            Diagnostic::new(Rule::StrayFile, "is not a file of this release")
                .in_file(folder.join(name).shown())
                .with_remedy("remove it, or name it in the model"),
        );
    }
}
