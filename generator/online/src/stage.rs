//! `stage verify`: what waits at npm is what the release's bundle has, before a maintainer approves it.

use std::path::PathBuf;
use std::time::Duration;

use lockstep_bundle::Opened;
use lockstep_channels::Waiting;
use lockstep_channels::npm::Npm;
use lockstep_registries::{Patience, Web};
use lockstep_runner::{Failure, Report, tell};
use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::manifest::names;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::Tag;

/// What it is compared with.
#[derive(Debug, clap::Args)]
pub struct Verifying {
    /// The release's tag.
    tag: Tag,
    /// The folder with the release's bundle: the log of the run that staged says how to download it.
    #[arg(long, default_value = "lockstep/bundle")]
    bundle: PathBuf,
}

/// Compares it, and prints how it is approved.
pub(crate) fn verify(asked: &Verifying, report: &mut Report) -> Result<(), Failure> {
    let plan_file = asked.bundle.join(names::PLAN);
    let opened = Opened::read(&plan_file, &asked.bundle)?;
    let manifest = &opened.manifest;
    if manifest.tag != asked.tag {
        let message = format!("the bundle in {} is of {}", asked.bundle.shown(), manifest.tag);
        return Err(Failure::new(Rule::WrongInput, message)
            .with_remedy(format!("download that of {} into a folder of its own", asked.tag)));
    }
    let bundle = match opened.verify(&manifest.version, None) {
        Ok(bundle) => bundle,
        Err(problems) => {
            report.problems(problems);
            return Ok(());
        }
    };
    let web = Web::new(Patience::default(), &tell);
    Npm::new(bundle, &web, None, Waiting { visible: Duration::ZERO })?.verify_staged(report)?;
    Ok(())
}
