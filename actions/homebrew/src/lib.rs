//! Verifies the tap's formula against the manifest, and brings it there where that is its part.

use clap::Parser;
use lockstep_bundle::Opened;
use lockstep_channels::homebrew::{Homebrew, Standing};
use lockstep_channels::{Ledger, Permit, receipt, token};
use lockstep_runner::inputs::{Bundle, Mode, Receipt, ReleaseVersion, Stage};
use lockstep_runner::protocol::server;
use lockstep_runner::{Action, Failure, Program, Report, Secret};
use lockstep_schemas::diagnostic::Diagnostic;

/// Renders, verifies and forwards the Homebrew formula.
#[derive(Debug, Parser)]
#[command(name = "homebrew", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The bundle.
    #[command(flatten)]
    pub bundle: Bundle,
    /// The release.
    #[command(flatten)]
    pub release: ReleaseVersion,
    /// `prepare` renders and verifies the formula, `publish` makes it the tap's.
    #[arg(long)]
    pub stage: Stage,
    /// `live` publishes; `rehearsal` does the same up to the call that would.
    #[arg(long)]
    pub mode: Mode,
    /// The receipt.
    #[command(flatten)]
    pub receipt: Receipt,
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-publish";

    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("receipt", "The receipt that was written")];

    const SECRETS: &'static [Secret] = &[Secret {
        input: "token",
        variable: "LOCKSTEP_TOKEN",
        description: "The token that pushes to the tap, where Lockstep does",
    }];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let opened = Opened::read(&self.bundle.plan, &self.bundle.bundle)?;
        let bundle = match opened.verify(&self.release.version, None) {
            Ok(bundle) => bundle,
            Err(problems) => {
                report.problems(problems);
                return Ok(());
            }
        };
        let is_rehearsal = self.mode == Mode::Rehearsal;
        let mut ledger =
            Ledger::new(&self.receipt.receipt, receipt(&opened.manifest, is_rehearsal), &[])?;
        let (server, token) = (server(), token());
        let tap = Homebrew::new(bundle, &server, token.as_deref())?;
        let done = match tap.look(&mut ledger, report)? {
            Some(standing) if tap.is_verified() => {
                tap.verify(standing, is_rehearsal, report);
                Ok(())
            }
            Some(standing) => self.bring(&tap, standing, &mut ledger, report),
            None => Ok(()),
        };
        let failed = done.as_ref().err().map(|problem| problem.rule);
        ledger.end(failed, report)?;
        done.map_err(Failure::from)
    }
}

impl Inputs {
    fn bring(
        &self,
        tap: &Homebrew<'_>,
        standing: Standing,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        match (Permit::of(self.mode), self.stage) {
            (None, _) => tap.rehearse(&standing, ledger, report),
            (Some(permit), Stage::Prepare) => tap.prepare(&standing, &permit, ledger, report),
            (Some(permit), Stage::Publish) => tap.publish(standing, &permit, ledger, report),
        }
    }
}
