//! Checks that a bundle is what its manifest says, and all that the plan asks for.

use std::path::PathBuf;

use clap::Parser;
use lockstep_toolkit::Action;
use lockstep_toolkit::inputs::{ProjectPlan, Release};

/// Checks a manifest against the plan and the bytes.
#[derive(Debug, Parser)]
#[command(name = "verify-manifest", about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The release.
    #[command(flatten)]
    pub release: Release,
    /// The commit that must have been built; any, if it is not given.
    #[arg(long)]
    pub commit: Option<String>,
    /// The bundle's folder.
    #[arg(long, default_value = "lockstep/bundle")]
    pub bundle: PathBuf,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
}
