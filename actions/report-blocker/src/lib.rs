//! Puts the receipts of a run together, and files an issue for each gate that failed.

use std::path::PathBuf;

use clap::Parser;
use lockstep_runner::inputs::{Mode, Receipt};
use lockstep_runner::{Action, Secret};

/// Puts together what happened, and files what stopped a release.
#[derive(Debug, Parser)]
#[command(name = "report-blocker", about, long_about = None)]
pub struct Inputs {
    /// The results of all jobs, as `toJSON(needs)` gives them.
    #[arg(long)]
    pub needs: String,
    /// The inputs of the dispatch, as a JSON object.
    #[arg(long, default_value = "{}")]
    pub inputs: String,
    /// `live` files issues; `rehearsal` says which it would file.
    #[arg(long)]
    pub mode: Mode,
    /// The folder of the receipts.
    #[arg(long, default_value = "lockstep/receipts")]
    pub receipts: PathBuf,
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
        description: "The token that files issues",
    }];
}
