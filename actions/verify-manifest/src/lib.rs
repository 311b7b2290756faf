//! Checks that a bundle is what its manifest says, and all that the plan asks for.

mod bundle;
mod manifest;
mod members;

use std::path::PathBuf;

use clap::Parser;
use lockstep_schemas::manifest::{Manifest, names};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{CommitSha, Version};
use lockstep_toolkit::inputs::ProjectPlan;
use lockstep_toolkit::{Action, Failure, Program, Report, documents};

/// Checks a manifest against the plan and the bytes.
#[derive(Debug, Parser)]
#[command(name = "verify-manifest", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version of the release, without the tag's prefix.
    #[arg(long)]
    pub version: Version,
    /// The commit that must have been built; any, if it is not given.
    #[arg(long)]
    pub commit: Option<CommitSha>,
    /// The bundle's folder.
    #[arg(long, default_value = "lockstep/bundle")]
    pub bundle: PathBuf,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan: Plan = documents::read_plan(&self.plan.plan)?;
        let path = self.bundle.join(names::MANIFEST);
        let manifest: Manifest = documents::read(&path, "the manifest").map_err(|problem| {
            problem.with_remedy("`hash-artifacts --merge` writes it; `--bundle` names its folder")
        })?;
        // Of another release nothing else would be right either.
        if !manifest::is_of(self, &plan, &manifest, &path, report) {
            return Ok(());
        }
        manifest::check(self, &plan, &manifest, &path, report)?;
        bundle::check(self, &plan, &manifest, report)?;
        if !report.has_problems() {
            let bytes: u64 = manifest.artifacts.iter().map(|artifact| artifact.size).sum();
            report.line(format_args!(
                "{} {}: {} artifacts, {bytes} bytes, every one as the manifest says",
                manifest.project,
                manifest.version,
                manifest.artifacts.len()
            ));
            report.summarize(bundle::table(&manifest));
        }
        Ok(())
    }
}
