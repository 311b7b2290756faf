//! What stopped a release, and what did not stop it this time.

use std::fs;
use std::path::Path;

use lockstep_files::json;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::blocker::{self, Finding, Findings, FoundIn, Stopped};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{SchemaVersion, Stage};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::receipt::{self, GateState, Receipt};
use lockstep_schemas::strings::Tag;

use crate::pending::{DELIVERS, PUBLISHES, Pending, channel_of};
use crate::{Inputs, Job, Jobs, Outcome, variable};

/// The jobs of gates that are scripts begin so.
const GATE: &str = "gate-";
/// The jobs that ask the gates: where one is closed, that says why the job failed.
const ASK: [&str; 2] = ["context", "resolve"];

/// What a run's jobs and receipts say.
pub(crate) fn by(
    asked: &Inputs,
    stage: Stage,
    jobs: &Jobs,
    run: Option<FoundIn>,
    took_too_long: bool,
    pending: Pending,
) -> Result<Findings, Diagnostic> {
    let receipt = receipt(asked, stage)?;
    let (gates, waived) =
        receipt.map(|receipt| (receipt.gates, receipt.waivers)).unwrap_or_default();
    let findings = Findings {
        schema: SchemaVersion::CURRENT,
        tag: tag(asked, jobs)?,
        stage,
        run,
        stopped: Vec::new(),
        passed: Vec::new(),
        waived,
    };
    let mut found = Found { findings, took_too_long, pending };
    for gate in &gates {
        let what = Stopped::Gate(gate.gate.clone());
        match gate.state {
            GateState::Open | GateState::Waived => found.passed(what),
            GateState::Closed => {
                let title = format!("gate `{}` is closed", gate.gate);
                found.stopped(what, title, gate.why.clone());
            }
            // Its own job says.
            GateState::Job => {}
        }
    }
    let is_shut = gates.iter().any(|gate| gate.state == GateState::Closed);
    found.partial(jobs);
    let stopped = &found.findings.stopped;
    let is_partial = stopped.iter().any(|finding| finding.what == Stopped::Partial);
    for (name, job) in jobs {
        let is_told = is_shut && ASK.contains(&name.as_str())
            || is_partial && name.starts_with(PUBLISHES)
            || (!is_partial || name == DELIVERS) && found.pending.is(name, job);
        if !is_told {
            found.job(name, job)?;
        }
    }
    Ok(found.findings)
}

/// Says what is to be filed, and keeps it for whoever files it.
pub(crate) fn keep(findings: &Findings, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    if findings.stopped.is_empty() {
        return Ok(());
    }
    for finding in &findings.stopped {
        let line = format!("To be filed: {}. {}", finding.title, finding.why);
        report.line(&line);
        report.summarize(format_args!("{line}\n\n"));
    }
    fs::create_dir_all(folder).map_err(|error| {
        let message = format!("the receipt's folder cannot be made: {error}");
        Failure::new(Rule::FileUnwritable, message)
    })?;
    let file = folder.join(blocker::FILE);
    json::write(&file, findings)?;
    let from = findings.run.as_ref().map_or_else(|| file.shown(), |run| run.id.to_string());
    let line = format!("To file it: lockstep blockers file --from {from}");
    report.line(&line);
    report.summarize(format_args!("To file it: `lockstep blockers file --from {from}`\n"));
    Ok(())
}

/// What is found, as it is found.
struct Found {
    findings: Findings,
    /// Whether a job took longer than it may: then what needs it is told that it was cancelled.
    took_too_long: bool,
    /// What only waits.
    pending: Pending,
}

impl Found {
    fn passed(&mut self, what: Stopped) {
        self.findings.passed.push(what);
    }

    fn stopped(&mut self, what: Stopped, title: String, why: String) {
        self.findings.stopped.push(Finding { what, title, why });
    }

    /// A job, which can be a gate's.
    fn job(&mut self, name: &str, job: &Job) -> Result<(), Diagnostic> {
        let unknown = |error: &dyn std::fmt::Display| {
            Diagnostic::new(
                Rule::WrongInput,
                format!("`needs` has the id of a job that cannot be one: {error}"),
            )
        };
        let (what, title) = if let Some(gate) = name.strip_prefix(GATE) {
            let id = gate.parse().map_err(|error| unknown(&error))?;
            (Stopped::Gate(id), format!("gate `{gate}` is closed"))
        } else {
            let id = name.parse().map_err(|error| unknown(&error))?;
            (Stopped::Job(id), format!("job `{name}` failed"))
        };
        match job.result {
            Outcome::Success => self.passed(what),
            Outcome::Failure => {
                let undelivered = self.pending.undelivered().filter(|_| name == DELIVERS);
                let why = undelivered.map_or_else(
                    || "The log of the run says why.".to_owned(),
                    |what| format!("Users do not get what was published. {what}. The run keeps what each client said, and can be run again."),
                );
                self.stopped(what, title, why);
            }
            Outcome::Cancelled if self.took_too_long => {
                let why = "A job of the run took longer than it may; the run's page says which.";
                let title = title.replace(" failed", " did not end");
                self.stopped(what, title, why.to_owned());
            }
            // Somebody stopped it, or nothing of it ran.
            Outcome::Cancelled | Outcome::Skipped => {}
        }
        Ok(())
    }

    /// Whether the release is public in part: what was selected and did not get there, is missing.
    fn partial(&mut self, jobs: &Jobs) {
        let is_left_out = |name: &str| {
            let channel = channel_of(name);
            let resolved = jobs.get("resolve").and_then(|job| job.output(channel));
            resolved == Some("false")
        };
        let (mut live, mut broken, mut waiting, mut left_out) = (vec![], vec![], vec![], vec![]);
        let mut pending = Vec::new();
        for (name, job) in jobs {
            let Some(name) = name.strip_prefix(PUBLISHES) else { continue };
            match job.result {
                Outcome::Success => live.push(name),
                Outcome::Failure if self.pending.is(&format!("{PUBLISHES}{name}"), job) => {
                    pending.push(name);
                }
                Outcome::Failure | Outcome::Cancelled => broken.push(name),
                Outcome::Skipped if is_left_out(name) => left_out.push(name),
                Outcome::Skipped => waiting.push(name),
            }
        }
        // While all that is missing waits, there is nothing to mend, and no end either.
        if !pending.is_empty() && broken.is_empty() {
            return;
        }
        let is_whole = broken.is_empty() && waiting.is_empty();
        if is_whole || live.is_empty() && broken.is_empty() {
            // What is left out of this run may be what another one did not finish.
            if is_whole && !live.is_empty() && left_out.is_empty() {
                self.passed(Stopped::Partial);
            }
            return;
        }
        let named = |names: &[&str]| {
            if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
        };
        let next = if live.is_empty() && pending.is_empty() {
            "Where nothing of it is public yet, close this issue, and a new version may be tagged. Else run the failed jobs again: the release is finished by the same build."
        } else {
            "Do not tag again: run the failed jobs again, and the release is finished by the same build."
        };
        let why = format!(
            "Public: {}. Perhaps in part: {}. Not begun: {}. {next}",
            named(&live),
            named(&[broken, pending].concat()),
            named(&waiting)
        );
        self.stopped(Stopped::Partial, "publishing stopped half-way".to_owned(), why);
    }
}

/// The tag of the release: as it was resolved, or as the run and its inputs have it.
fn tag(asked: &Inputs, jobs: &Jobs) -> Result<Tag, Diagnostic> {
    let resolved = ASK.iter().filter_map(|job| jobs.get(*job)?.output("tag"));
    let of_ref = variable("GITHUB_REF");
    let of_ref = of_ref.as_deref().and_then(|git_ref| git_ref.strip_prefix("refs/tags/"));
    let inputs: serde_json::Value = serde_json::from_str(&asked.inputs).unwrap_or_default();
    let given = inputs.get("release_tag").and_then(serde_json::Value::as_str);
    let mut known = resolved.chain(of_ref).chain(given);
    known.find_map(|tag| tag.parse().ok()).ok_or_else(|| {
        Diagnostic::new(Rule::WrongInput, "no tag is known of this run, so nothing can be filed")
            .with_remedy("the jobs before this one say what stopped it")
    })
}

/// The newest receipt of this run's jobs that says of the gates of a stage.
fn receipt(asked: &Inputs, stage: Stage) -> Result<Option<Receipt>, Diagnostic> {
    let folders = fs::read_dir(&asked.receipts).into_iter().flatten().flatten();
    let below = folders.map(|entry| entry.path().join(receipt::FILE));
    let mut newest: Option<Receipt> = None;
    for file in below.chain([asked.receipts.join(receipt::FILE)]).filter(|file| file.is_file()) {
        let receipt: Receipt = json::read(&file, "a receipt")?;
        let attempt = |receipt: &Receipt| receipt.run.map(|run| run.attempt);
        let is_newer = newest.as_ref().is_none_or(|newest| attempt(newest) < attempt(&receipt));
        if receipt.stage == stage && !receipt.gates.is_empty() && is_newer {
            newest = Some(receipt);
        }
    }
    Ok(newest)
}
