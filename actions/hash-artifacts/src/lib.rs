//! Hashes what one target built, merges what all of them did, and sums the bundle up.

mod merge;
mod sums;
mod target;

use std::path::Path;

use clap::{ArgGroup, Parser};
use indexmap::IndexMap;
use lockstep_bundle::{Digest, Expected, WorkingFolder, integrity};
use lockstep_schemas::manifest::ArtifactRecord;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{CommitSha, FileName, Id, TargetId, Version};
use lockstep_toolkit::inputs::{ProjectPlan, WorkFolder};
use lockstep_toolkit::{Action, Failure, Problem, Program, Report, documents};

/// Digests of what was built, as a manifest.
#[derive(Debug, Parser)]
#[command(name = "hash-artifacts", version, disable_version_flag = true, about, long_about = None)]
#[command(group = ArgGroup::new("what").required(true).args(["target", "merge", "sums"]))]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version of the release, without the tag's prefix.
    #[arg(long)]
    pub version: Version,
    /// Hash what this target built.
    #[arg(long)]
    pub target: Option<TargetId>,
    /// Merge the manifests of all targets into the release's.
    #[arg(long)]
    pub merge: bool,
    /// Sum up the bundle: `SHA256SUMS`, and the `.sha256` files that the plan asks for.
    #[arg(long)]
    pub sums: bool,
    /// The commit that was built. Not needed for `sums`.
    #[arg(long, required_unless_present = "sums")]
    pub commit: Option<CommitSha>,
    /// The commit of each source, as a JSON object.
    #[arg(long, default_value = "{}")]
    pub sources: String,
    /// Where everything stands.
    #[command(flatten)]
    pub folder: WorkFolder,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("manifest", "The manifest that was written")];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan = documents::read_plan(&self.plan.plan)?;
        let folder = WorkingFolder(&self.folder.directory);
        let Some(commit) = &self.commit else {
            return sums::write(&plan, &self.version, folder, report);
        };
        let sources: IndexMap<Id, CommitSha> =
            serde_json::from_str(&self.sources).map_err(|error| {
                Problem::new(format!("`sources` is no JSON object of commits: {error}"))
            })?;
        let release = Release { plan: &plan, version: &self.version, commit, sources: &sources };
        match &self.target {
            _ if self.sums => sums::write(&plan, &self.version, folder, report),
            Some(target) => target::hash(release, target, folder, report),
            None => merge::merge(release, &self.plan.plan, folder, report),
        }
    }
}

/// What is released.
#[derive(Clone, Copy)]
struct Release<'a> {
    plan: &'a Plan,
    version: &'a Version,
    commit: &'a CommitSha,
    sources: &'a IndexMap<Id, CommitSha>,
}

/// Hashes a file that the plan expects, found in a folder by its name.
fn record(
    expected: &Expected<'_>,
    name: FileName,
    folder: &Path,
) -> Result<ArtifactRecord, Problem> {
    let path = folder.join(name.as_str());
    let digest = Digest::of_file(&path)?;
    let kind = expected.artifact.kind;
    Ok(ArtifactRecord {
        artifact: expected.artifact.id.clone(),
        kind,
        target: expected.file.target.clone(),
        size: digest.size,
        sha256: digest.sha256,
        integrity: if kind.is_npm() { Some(integrity(&path)?) } else { None },
        name,
    })
}

/// Tells every name of a folder that none of its files is expected under.
fn unexpected(folder: &Path, names: &[String], known: impl Fn(&str) -> bool, report: &mut Report) {
    for name in names.iter().filter(|name| !known(name)) {
        report.problem(
            Problem::new("is not a file of this release")
                .of_file(folder.join(name).display())
                .with_remedy("remove it, or name it in the model"),
        );
    }
}
