//! Verifies the tap's formula against the manifest, and brings it there where that is its part.

use std::path::PathBuf;

use clap::Parser;
use lockstep_toolkit::Action;

/// Renders, verifies and forwards the Homebrew formula.
#[derive(Debug, Parser)]
#[command(name = "homebrew", about, long_about = None)]
pub struct Inputs {
    /// The plan, as the bundle carries it.
    #[arg(long, default_value = "lockstep/bundle/plan.json")]
    pub plan: PathBuf,
    /// The version of the release, without the tag's prefix.
    #[arg(long)]
    pub version: String,
    /// `prepare` renders and verifies the formula, `publish` makes it the tap's.
    #[arg(long)]
    pub stage: String,
    /// `live` publishes; `rehearsal` does the same up to the call that would.
    #[arg(long)]
    pub conduct: String,
    /// The bundle's folder.
    #[arg(long, default_value = "lockstep/bundle")]
    pub bundle: PathBuf,
    /// The folder that the receipt goes to.
    #[arg(long, default_value = "lockstep/receipt")]
    pub receipt: PathBuf,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("receipt", "The receipt that was written")];
}
