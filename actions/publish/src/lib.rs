//! Publishes the artifacts of one channel: looks at what is there, publishes what is not, confirms.

use std::path::PathBuf;

use clap::Parser;
use lockstep_toolkit::Action;

/// Publishes one channel's artifacts.
#[derive(Debug, Parser)]
#[command(name = "publish", about, long_about = None)]
pub struct Inputs {
    /// The plan, as the bundle carries it.
    #[arg(long, default_value = "lockstep/bundle/plan.json")]
    pub plan: PathBuf,
    /// The version of the release, without the tag's prefix.
    #[arg(long)]
    pub version: String,
    /// The channel.
    #[arg(long)]
    pub channel: String,
    /// `live` publishes; `rehearsal` does the same up to the call that would; `preflight` tries the
    /// credentials and asks the channel what would be in the way.
    #[arg(long)]
    pub conduct: String,
    /// The value of the configuration variable that must be `true` before anything goes live; not
    /// given where the channel has none.
    #[arg(long)]
    pub switch: Option<String>,
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
