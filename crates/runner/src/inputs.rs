//! Inputs that several actions share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::strings::{Sha256, Version};

/// The plan of the repository that is checked out.
#[derive(Debug, Clone, Args)]
pub struct ProjectPlan {
    /// The plan, as `lockstep generate` wrote it.
    #[arg(long, default_value = ".github/lockstep.plan.json")]
    pub plan: PathBuf,
}

/// A bundle, and the plan in it.
#[derive(Debug, Clone, Args)]
pub struct Bundle {
    /// The plan, as the bundle carries it.
    #[arg(long, default_value = "lockstep/bundle/plan.json")]
    pub plan: PathBuf,
    /// The bundle's folder.
    #[arg(long, default_value = "lockstep/bundle")]
    pub bundle: PathBuf,
}

/// The release that is meant.
#[derive(Debug, Clone, Args)]
pub struct ReleaseVersion {
    /// The version of the release, without the tag's prefix.
    #[arg(long)]
    pub version: Version,
}

/// Where everything that jobs pass on stands.
#[derive(Debug, Clone, Args)]
pub struct WorkFolder {
    /// The folder that everything is below.
    #[arg(long, default_value = "lockstep")]
    pub directory: PathBuf,
}

/// Where the attestation of a bundle stands that was proved.
pub const ATTESTATION: &str = "lockstep/attestation/attestation.jsonl";

/// The attestation of a bundle, as what proved it handed it on.
#[derive(Debug, Clone, Args)]
pub struct Attested {
    /// The attestation of the bundle, where the release carries it.
    #[arg(long, default_value = ATTESTATION)]
    pub attestation: PathBuf,
    /// The SHA-256 of that, as `resolve-build` put it out when it proved the bundle; required where the release carries it.
    #[arg(long)]
    pub attested: Option<Sha256>,
}

/// Where a receipt goes.
#[derive(Debug, Clone, Args)]
pub struct Receipt {
    /// The folder that the receipt goes to.
    #[arg(long, default_value = "lockstep/receipt")]
    pub receipt: PathBuf,
}

/// Whether a run has side effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// It publishes.
    Live,
    /// It does the same up to the call that would publish.
    Rehearsal,
}

/// A stage of what appears in one step when all else has succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// It is made and verified, and not yet public.
    Prepare,
    /// It is made public.
    Publish,
}

/// A channel, by its id.
///
/// # Errors
///
/// Where there is no such channel, with those that there are.
pub fn channel(id: &str) -> Result<ChannelKind, String> {
    let found = ChannelKind::ALL.into_iter().find(|kind| kind.id() == id);
    found.ok_or_else(|| {
        let known = ChannelKind::ALL.map(ChannelKind::id).join(", ");
        format!("there is no such channel; there are {known}")
    })
}
