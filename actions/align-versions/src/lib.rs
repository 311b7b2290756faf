//! Checks every version field that the plan maps.

use clap::Parser;
use lockstep_toolkit::Action;
use lockstep_toolkit::inputs::ProjectPlan;

/// Checks that every version field says the same.
#[derive(Debug, Parser)]
#[command(name = "align-versions", about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version that they must say; without it they must agree.
    #[arg(long)]
    pub version: Option<String>,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("version", "The version that all of them say")];
}
