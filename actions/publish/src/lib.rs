//! Publishes the artifacts of one channel: looks at what is there, publishes what is not, confirms.

use clap::{Parser, ValueEnum};
use lockstep_runner::inputs::{Bundle, Receipt, ReleaseVersion, channel};
use lockstep_runner::{Action, Secret};
use lockstep_schemas::model::ChannelKind;

/// Publishes one channel's artifacts.
#[derive(Debug, Parser)]
#[command(name = "publish", about, long_about = None)]
pub struct Inputs {
    /// The bundle.
    #[command(flatten)]
    pub bundle: Bundle,
    /// The release.
    #[command(flatten)]
    pub release: ReleaseVersion,
    /// The channel.
    #[arg(long, value_parser = channel)]
    pub channel: ChannelKind,
    /// `live` publishes; `rehearsal` does the same up to the call that would; `preflight` tries the
    /// credentials and asks the channel what would be in the way; `look` asks what can be asked without any.
    #[arg(long)]
    pub mode: PublishMode,
    /// Whether the run is a rehearsal: what only stands in the way of going live is then told, and no
    /// failure of a preflight.
    #[arg(long)]
    pub rehearsal: bool,
    /// The value of the configuration variable that must be `true` before anything goes live; not
    /// given where the channel has none.
    #[arg(long)]
    pub switch: Option<String>,
    /// The receipt.
    #[command(flatten)]
    pub receipt: Receipt,
}

/// What is done with a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PublishMode {
    /// Its credentials are tried, and it is asked what would be in the way.
    Preflight,
    /// It is asked what can be asked without credentials.
    Look,
    /// Everything up to the call that would publish.
    Rehearsal,
    /// Its artifacts are published.
    Live,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("receipt", "The receipt that was written")];

    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "LOCKSTEP_TOKEN",
        description: "The token that publishes, where the channel asks for one",
    }];
}
