//! `blockers file`: what a run found, filed with the credentials of whoever runs this.

use std::io::{Cursor, Read as _};
use std::path::Path;

use lockstep_blockers::Place;
use lockstep_files::json;
use lockstep_github::GitHub;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::blocker::{FILE, Findings};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::GateCheck;
use lockstep_schemas::plan::Plan;

use crate::login;

/// The largest document of findings that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// What is filed.
#[derive(Debug, clap::Args)]
pub struct Filing {
    /// The id of the run that found it, or the file `findings.json` that it left behind.
    #[arg(long, value_name = "RUN|REPORT")]
    from: String,
}

/// Files what a run found.
pub(crate) fn file(plan: &Plan, asked: &Filing, report: &mut Report) -> Result<(), Failure> {
    let places = plan.gates.iter().filter_map(|gate| match &gate.check {
        GateCheck::NoOpenBlockers { epic, label } => Some((epic, label)),
        GateCheck::Workflow { .. }
        | GateCheck::CommitStatus { .. }
        | GateCheck::Pushed { .. }
        | GateCheck::Performance { .. }
        | GateCheck::Compatibility { .. }
        | GateCheck::Script { .. } => None,
    });
    let (epic, label) = places.into_iter().next().ok_or_else(|| {
        let message = "the model has no gate that looks for blockers, so nothing says where to file them";
        Diagnostic::new(Rule::WrongInput, message).with_remedy(
            "give it one: `check: { kind: no-open-blockers, epic: \"Release blockers: {tag}\", label: release-blocker }`",
        )
    })?;
    let github = login::github(plan)?;
    let findings = match asked.from.parse() {
        Ok(run) => of_run(&github, run)?,
        Err(_) => json::read(Path::new(&asked.from), "what a run found")?,
    };
    let place = Place { epic: epic.as_str(), label: label.as_str() };
    // What a rehearsal passed, a live run may not: it closes nothing.
    let findings = Findings { passed: Vec::new(), ..findings };
    lockstep_blockers::file(&github, place, &findings, report)
}

/// What a run found, as its newest attempt uploaded it.
fn of_run(github: &GitHub<'_>, run: u64) -> Result<Findings, Diagnostic> {
    let mut uploads = github.uploads_of(run)?;
    uploads.retain(|upload| upload.name.starts_with("receipt-report-") && !upload.expired);
    uploads.sort_by_key(|upload| std::cmp::Reverse(upload.id));
    for upload in &uploads {
        let zip = github.download(upload)?;
        if let Some(findings) = unpacked(&zip, &upload.name)? {
            return Ok(findings);
        }
    }
    let message = format!("run {run} left nothing behind that could be filed");
    Err(Diagnostic::new(Rule::UploadMissing, message)
        .with_remedy("only a rehearsal that failed does, and GitHub keeps that for some days"))
}

/// The findings in a receipt's upload, where there are some.
fn unpacked(zip: &[u8], name: &str) -> Result<Option<Findings>, Diagnostic> {
    let wrong = |error: &dyn std::fmt::Display| {
        Diagnostic::new(Rule::DocumentInvalid, format!("cannot be read: {error}")).in_file(name)
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).map_err(|error| wrong(&error))?;
    let file = match archive.by_name(FILE) {
        Ok(file) => file,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(wrong(&error)),
    };
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).map_err(|error| wrong(&error))?;
    json::of_json(&text).map(Some).map_err(|error| wrong(&error))
}
