//! Drafts the GitHub release with every asset verified, or makes the draft public.

use clap::Parser;
use lockstep_runner::inputs::{Bundle, Mode, Receipt, ReleaseVersion, Stage};
use lockstep_runner::{Action, Secret};

/// Drafts and publishes the GitHub release.
#[derive(Debug, Parser)]
#[command(name = "github-release", about, long_about = None)]
pub struct Inputs {
    /// The bundle.
    #[command(flatten)]
    pub bundle: Bundle,
    /// The release.
    #[command(flatten)]
    pub release: ReleaseVersion,
    /// `prepare` makes the draft, `publish` makes it public.
    #[arg(long)]
    pub stage: Stage,
    /// `live` publishes; `rehearsal` does the same up to the call that would.
    #[arg(long)]
    pub mode: Mode,
    /// The commit that the tag must name.
    #[arg(long)]
    pub commit: String,
    /// Whether it is a prerelease: `true`, `false`, or `auto` for what the version says.
    #[arg(long, default_value = "auto")]
    pub prerelease: String,
    /// The receipt.
    #[command(flatten)]
    pub receipt: Receipt,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("receipt", "The receipt that was written")];
    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "GITHUB_TOKEN",
        description: "The token that writes the release",
    }];
}
