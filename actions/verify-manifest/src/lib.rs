//! Checks that a bundle is what its manifest says, and all that the plan asks for.

mod artifact;
mod binary;
mod bundle;
mod findings;
mod manifest;
mod npm;
mod places;
mod sums;
mod told;
mod wheel;

use std::path::PathBuf;

use clap::Parser;
use lockstep_files::json;
use lockstep_runner::inputs::ProjectPlan;
use lockstep_runner::{Action, Failure, Program, Report};
use lockstep_schemas::manifest::{Manifest, names};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{CommitSha, Version};

use crate::findings::Findings;

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
    /// Print what was found as JSON.
    #[arg(long)]
    pub json: bool,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan: Plan = json::read_plan(&self.plan.plan)?;
        let path = self.bundle.join(names::MANIFEST);
        let manifest: Manifest = json::read(&path, "the manifest").map_err(|problem| {
            if path.exists() {
                return problem;
            }
            problem.with_remedy("`hash-artifacts --merge` writes it; `--bundle` names its folder")
        })?;
        let release = Release { plan: &plan, version: &self.version, manifest: &manifest };
        let mut findings = Findings::default();
        manifest::check_release(release, self.commit.as_ref(), &mut findings);
        // Of another release nothing else would be right either.
        let mut is_looked_at = false;
        if findings.is_empty() {
            is_looked_at = manifest::check(release, &mut findings)?;
            // Of files that no plan knows there may be any number.
            if is_looked_at {
                bundle::check(release, &self.bundle, &self.plan.plan, &mut findings)?;
            }
        }
        told::tell(self, &manifest, findings, is_looked_at, report);
        Ok(())
    }
}

/// What a bundle is verified to be.
#[derive(Clone, Copy)]
struct Release<'a> {
    plan: &'a Plan,
    version: &'a Version,
    manifest: &'a Manifest,
}
