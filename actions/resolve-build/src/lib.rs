//! Resolves what a release is made of, and fails where a gate is not open.

use clap::Parser;
use lockstep_toolkit::inputs::ProjectPlan;
use lockstep_toolkit::{Action, Secret};

/// Resolves tag, commit, sources and build run, and checks the gates.
#[derive(Debug, Parser)]
#[command(name = "resolve-build", about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// What is resolved: `build`, `publish`, or the `provenance` of a downloaded bundle.
    #[arg(long)]
    pub stage: String,
    /// The inputs of the dispatch, as a JSON object.
    #[arg(long, default_value = "{}")]
    pub inputs: String,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("tag", "The release's tag"),
        ("version", "The release's version"),
        ("commit", "The release's commit"),
        ("sources", "The commit of each source, as a JSON object"),
        ("channels", "The channels that the release ships to, separated by spaces"),
        ("waived", "The gates that are let go, as a JSON list"),
        ("run-id", "The id of the build run"),
        ("github-release", "`true` where the release ships to the GitHub release, else `false`"),
        ("npm", "`true` where the release ships to npm, else `false`"),
        ("pypi", "`true` where the release ships to PyPI, else `false`"),
        ("crates-io", "`true` where the release ships to crates.io, else `false`"),
        ("homebrew", "`true` where the release ships to Homebrew, else `false`"),
        ("cargo-binstall", "`true` where the release ships to cargo-binstall, else `false`"),
    ];
    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "GITHUB_TOKEN",
        description: "The token that reads runs, statuses, issues and attestations",
    }];
}
