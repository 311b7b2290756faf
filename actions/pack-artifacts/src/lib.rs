//! Packs the artifacts of one target, or those that need every target.

use std::path::PathBuf;

use clap::Parser;
use lockstep_toolkit::Action;

/// Packs what was built as archives and packages.
#[derive(Debug, Parser)]
#[command(name = "pack-artifacts", about, long_about = None)]
pub struct Inputs {
    /// The plan, as `lockstep generate` wrote it.
    #[arg(long, default_value = ".github/lockstep.plan.json")]
    pub plan: PathBuf,
    /// The version of the release; not needed for a dry run.
    #[arg(long, required_unless_present = "dry_run")]
    pub version: Option<String>,
    /// The target whose artifacts are packed; none for those that need every target.
    #[arg(long)]
    pub target: Option<String>,
    /// Pack what needs no build, to see that it can be packed, and keep nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The folder that everything goes to.
    #[arg(long, default_value = "lockstep")]
    pub directory: PathBuf,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
}
