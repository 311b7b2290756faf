//! Verifies the tap's formula against the manifest, and brings it there where that is its part.

use clap::Parser;
use lockstep_runner::inputs::{Bundle, Mode, Receipt, ReleaseVersion, Stage};
use lockstep_runner::{Action, Secret};

/// Renders, verifies and forwards the Homebrew formula.
#[derive(Debug, Parser)]
#[command(name = "homebrew", about, long_about = None)]
pub struct Inputs {
    /// The bundle.
    #[command(flatten)]
    pub bundle: Bundle,
    /// The release.
    #[command(flatten)]
    pub release: ReleaseVersion,
    /// `prepare` renders and verifies the formula, `publish` makes it the tap's.
    #[arg(long)]
    pub stage: Stage,
    /// `live` publishes; `rehearsal` does the same up to the call that would.
    #[arg(long)]
    pub mode: Mode,
    /// The receipt.
    #[command(flatten)]
    pub receipt: Receipt,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("receipt", "The receipt that was written")];

    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "LOCKSTEP_TOKEN",
        description: "The token that pushes to the tap, where Lockstep does",
    }];
}
