//! Hashes what one target built, or merges what all of them did.

use std::path::PathBuf;

use clap::Parser;
use lockstep_toolkit::Action;

/// Digests of what was built, as a manifest.
#[derive(Debug, Parser)]
#[command(name = "hash-artifacts", about, long_about = None)]
pub struct Inputs {
    /// The plan, as `lockstep generate` wrote it.
    #[arg(long, default_value = ".github/lockstep.plan.json")]
    pub plan: PathBuf,
    /// The version of the release, without the tag's prefix.
    #[arg(long)]
    pub version: String,
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
    /// The folder that everything is below.
    #[arg(long, default_value = "lockstep")]
    pub directory: PathBuf,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("manifest", "The manifest that was written")];
}
