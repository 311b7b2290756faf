//! Unpacks or installs the artifacts of one target and runs the checks that the plan has for them.

use std::path::PathBuf;

use clap::Parser;
use lockstep_toolkit::Action;
use lockstep_toolkit::inputs::{ProjectPlan, Release};

/// Runs what was packed.
#[derive(Debug, Parser)]
#[command(name = "smoke-test", about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The release.
    #[command(flatten)]
    pub release: Release,
    /// The target whose artifacts are run.
    #[arg(long)]
    pub target: String,
    /// The folder of what was packed.
    #[arg(long, default_value = "lockstep")]
    pub directory: PathBuf,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
}
