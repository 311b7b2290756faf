//! Waits until a channel serves a version, installs it with the channel's own client and runs it.

use std::path::PathBuf;

use clap::Parser;
use lockstep_runner::inputs::{ProjectPlan, ReleaseVersion, channel};
use lockstep_runner::{Action, Secret};
use lockstep_schemas::model::ChannelKind;

/// Waits until a version can be installed, and runs it.
#[derive(Debug, Parser)]
#[command(name = "await-delivery", about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The release.
    #[command(flatten)]
    pub release: ReleaseVersion,
    /// The channel.
    #[arg(long, value_parser = channel)]
    pub channel: ChannelKind,
    /// The target that this runner is, or `any`.
    #[arg(long)]
    pub target: String,
    /// What the channel promises for the target: what fails on an `official` one is only told on a
    /// `preview`.
    #[arg(long, default_value = "official")]
    pub tier: String,
    /// The channels that the version was shipped to, separated by spaces; none for all. A channel
    /// that is not among them has nothing to wait for.
    #[arg(long, default_value = "")]
    pub channels: String,
    /// How long to wait, in minutes.
    #[arg(long, default_value = "30")]
    pub timeout_minutes: u16,
    /// How long to wait between two looks, in seconds.
    #[arg(long, default_value = "20")]
    pub interval_seconds: u16,
    /// The folder that diagnostics go to.
    #[arg(long, default_value = "lockstep/delivery")]
    pub diagnostics: PathBuf,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "GITHUB_TOKEN",
        description: "The token that reads the GitHub release",
    }];
}
