//! `blockers file`: what a run found, filed with the credentials of whoever runs this.

use std::io::{Cursor, Read as _};
use std::path::Path;

use lockstep_blockers::Place;
use lockstep_clients::bash;
use lockstep_files::json;
use lockstep_github::GitHub;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::blocker::{FILE, Finding, Findings, FoundIn};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::GateCheck;
use lockstep_schemas::plan::{GatePlan, Plan};
use lockstep_schemas::strings::Script;

use crate::login;

/// The largest document of findings that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// The workflows whose runs leave something behind.
const RELEASING: [&str; 2] = ["release.yml", "release-publish.yml"];

/// What is filed.
#[derive(Debug, clap::Args)]
pub struct Filing {
    /// The id of the run that found it, or the file `findings.json` that it left behind.
    #[arg(long, value_name = "RUN|REPORT")]
    from: String,
}

/// Where a project keeps what stopped a release.
enum Tracker<'a> {
    /// As issues of GitHub's.
    Issues(Place<'a>),
    /// Elsewhere: a script files one thing.
    Own(&'a Script),
}

impl<'a> Tracker<'a> {
    fn of(plan: &'a Plan) -> Result<Self, Diagnostic> {
        let of = |gate: &'a GatePlan| match &gate.check {
            GateCheck::NoOpenBlockers { epic, label } => {
                Some(Self::Issues(Place { epic: epic.as_str(), label: label.as_str() }))
            }
            GateCheck::Tracker { file, .. } => Some(Self::Own(file)),
            GateCheck::Workflow { .. }
            | GateCheck::CommitStatus { .. }
            | GateCheck::Pushed { .. }
            | GateCheck::Performance { .. }
            | GateCheck::Compatibility { .. }
            | GateCheck::Script { .. } => None,
        };
        plan.gates.iter().find_map(of).ok_or_else(|| {
            let message = "the model has no gate that looks for blockers, so nothing says where to file them";
            Diagnostic::new(Rule::WrongInput, message).with_remedy(
                "give it one: `check: { kind: no-open-blockers, epic: \"Release blockers: {tag}\", label: release-blocker }`",
            )
        })
    }
}

/// Files what a run found.
pub(crate) fn file(
    project: &Path,
    plan: &Plan,
    asked: &Filing,
    report: &mut Report,
) -> Result<(), Failure> {
    let tracker = Tracker::of(plan)?;
    let findings = match asked.from.parse() {
        Ok(run) => of_run(plan, &login::github(plan)?, run)?,
        Err(_) => json::read(Path::new(&asked.from), "what a run found")?,
    };
    match tracker {
        // What a rehearsal passed, a live run may not: it closes nothing.
        Tracker::Issues(place) => {
            let findings = Findings { passed: Vec::new(), ..findings };
            lockstep_blockers::file(&login::github(plan)?, place, &findings, report)
        }
        Tracker::Own(script) => {
            for finding in &findings.stopped {
                report.found(file_by(script, project, &findings, finding));
            }
            report.line(format_args!(
                "filed {} of {}",
                findings.stopped.len() - report.count(),
                findings.tag
            ));
            Ok(())
        }
    }
}

/// Files one thing by the project's own script.
fn file_by(
    script: &Script,
    project: &Path,
    findings: &Findings,
    finding: &Finding,
) -> Result<(), Diagnostic> {
    let mut bash = bash::script(script)?;
    bash.current_dir(project)
        .env_remove("GITHUB_TOKEN")
        .env_remove("GH_TOKEN")
        .env("LOCKSTEP_TAG", findings.tag.as_str())
        .env("LOCKSTEP_TITLE", &finding.title)
        .env("LOCKSTEP_BODY", lockstep_blockers::text(findings, finding))
        .env("LOCKSTEP_BLOCKER", json::line(&findings.blocker(&finding.what)));
    let status = bash.status().map_err(|error| bash::not_started(&error))?;
    if status.success() {
        return Ok(());
    }
    let message = format!("`file` ended with {status}, and did not file: {}", finding.title);
    Err(Diagnostic::new(Rule::ClientFailed, message)
        .with_remedy("what it printed stands above; the model's gate says what is run"))
}

/// What a run found, as its newest attempt uploaded it. Anybody's run can upload anything: it must be one that releases.
fn of_run(plan: &Plan, github: &GitHub<'_>, id: u64) -> Result<Findings, Diagnostic> {
    let run = github.run(id)?;
    let is_ours = run.is_of(plan.project.repository.as_str())
        && RELEASING.iter().any(|file| run.file() == format!(".github/workflows/{file}"))
        && matches!(run.event.as_str(), "push" | "workflow_dispatch");
    if !is_ours {
        let message = format!("run {id} is of {}, by {}", run.file(), run.event);
        return Err(Diagnostic::new(Rule::WrongInput, message)
            .with_remedy(format!("name a run of {}", RELEASING.join(" or "))));
    }
    let uploads = github.uploads_of(id)?;
    let of_attempt = |name: &str| name.strip_prefix("receipt-report-")?.parse::<u32>().ok();
    let newest = uploads.iter().filter(|upload| !upload.expired);
    let newest = newest.max_by_key(|upload| of_attempt(&upload.name));
    let newest = newest.filter(|upload| of_attempt(&upload.name) == Some(run.run_attempt));
    let found = match newest {
        Some(upload) => unpacked(&github.download(upload)?, &upload.name)?,
        None => None,
    };
    let found = found.ok_or_else(|| {
        let message =
            format!("the newest attempt of run {id} left nothing behind that could be filed");
        Diagnostic::new(Rule::UploadMissing, message)
            .with_remedy("only a run that stopped does, and GitHub keeps that for some days")
    })?;
    let of = FoundIn { id, attempt: run.run_attempt, page: run.html_url };
    Ok(Findings { run: Some(of), ..found })
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
