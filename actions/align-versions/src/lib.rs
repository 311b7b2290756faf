//! Checks every version field that the plan maps.

use std::path::PathBuf;

use clap::Parser;
use lockstep_toolkit::Action;

/// Checks that every version field says the same.
#[derive(Debug, Parser)]
#[command(name = "align-versions", about, long_about = None)]
pub struct Inputs {
    /// The plan, as `lockstep generate` wrote it.
    #[arg(long, default_value = ".github/lockstep.plan.json")]
    pub plan: PathBuf,
    /// The version that they must say; without it they must agree.
    #[arg(long)]
    pub version: Option<String>,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("version", "The version that all of them say")];
}
