//! Hashes what one target built, or merges what all of them did.

use clap::Parser;
use lockstep_toolkit::Action;
use lockstep_toolkit::inputs::{ProjectPlan, Release, WorkFolder};

/// Digests of what was built, as a manifest.
#[derive(Debug, Parser)]
#[command(name = "hash-artifacts", about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The release.
    #[command(flatten)]
    pub release: Release,
    /// The target whose files are hashed; none to merge.
    #[arg(long)]
    pub target: Option<String>,
    /// Merge the manifests of all targets into the release's.
    #[arg(long)]
    pub merge: bool,
    /// The commit that was built.
    #[arg(long)]
    pub commit: String,
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
