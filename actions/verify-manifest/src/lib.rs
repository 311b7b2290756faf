//! Checks that a bundle is what its manifest says, and all that the plan asks for.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod shown;

use std::path::PathBuf;

use clap::Parser;
use lockstep_bundle::{Release, manifest, verify};
use lockstep_files::json;
use lockstep_runner::inputs::ProjectPlan;
use lockstep_runner::{Action, Failure, Program, Report};
use lockstep_schemas::strings::{CommitSha, Version};

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
        let plan = json::read_plan(&self.plan.plan)?;
        let manifest = manifest(&self.bundle)?;
        let release = Release {
            plan: &plan,
            plan_file: &self.plan.plan,
            version: &self.version,
            commit: self.commit.as_ref(),
            manifest: &manifest,
        };
        let problems = verify(release, &self.bundle).err().unwrap_or_default();
        shown::show(&manifest, &problems, report);
        for problem in problems {
            report.problem(problem);
        }
        Ok(())
    }
}
