//! Packs the artifacts of one target, or those that need every target.

use clap::Parser;
use lockstep_toolkit::Action;
use lockstep_toolkit::inputs::{ProjectPlan, WorkFolder};

/// Packs what was built as archives and packages.
#[derive(Debug, Parser)]
#[command(name = "pack-artifacts", about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version of the release; not needed for a dry run.
    #[arg(long, required_unless_present = "dry_run")]
    pub version: Option<String>,
    /// The target whose artifacts are packed; none for those that need every target.
    #[arg(long)]
    pub target: Option<String>,
    /// Pack what needs no build, to see that it can be packed, and keep nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Where everything stands.
    #[command(flatten)]
    pub folder: WorkFolder,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
}
