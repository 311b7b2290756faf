//! Inputs that several actions share.

use std::path::PathBuf;

use clap::Args;

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
    pub version: String,
}

/// Where everything that jobs pass on stands.
#[derive(Debug, Clone, Args)]
pub struct WorkFolder {
    /// The folder that everything is below.
    #[arg(long, default_value = "lockstep")]
    pub directory: PathBuf,
}

/// Where a receipt goes.
#[derive(Debug, Clone, Args)]
pub struct Receipt {
    /// The folder that the receipt goes to.
    #[arg(long, default_value = "lockstep/receipt")]
    pub receipt: PathBuf,
}
