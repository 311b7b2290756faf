//! What stopped a release, and what did not stop it this time.

use lockstep_files::json;
use lockstep_runner::Report;
use lockstep_schemas::blocker::{Blocker, Stopped};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{ChannelKind, Stage};
use lockstep_schemas::receipt::{self, GateRecord, GateState, Receipt};
use lockstep_schemas::strings::Tag;

use crate::{Inputs, Job, Jobs, Outcome, variable};

/// The jobs of gates that are scripts, and those that publish, begin so.
const GATE: &str = "gate-";
const PUBLISHES: &str = "publish-";
/// The jobs that ask the gates: where one is closed, that says why the job failed.
const ASK: [&str; 2] = ["context", "resolve"];

/// What a run found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) tag: Tag,
    pub(crate) stopped: Vec<Finding>,
    /// What passed, and may have an issue of an earlier run.
    pub(crate) passed: Vec<Blocker>,
}

/// Something that stopped a release.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) blocker: Blocker,
    /// What it is, in a few words.
    pub(crate) title: String,
    /// Why, as far as is known here.
    pub(crate) why: String,
}

/// What a run's jobs and receipts say.
pub(crate) fn by(asked: &Inputs, stage: Stage, jobs: &Jobs) -> Result<Found, Diagnostic> {
    let tag = tag(asked, jobs)?;
    let mut found = Found { tag, stopped: Vec::new(), passed: Vec::new() };
    let gates = gates(asked, stage)?;
    for gate in &gates {
        let what = Stopped::Gate(gate.gate.clone());
        match gate.state {
            GateState::Open | GateState::Waived => found.passed(stage, what),
            GateState::Closed => {
                let title = format!("gate `{}` is closed", gate.gate);
                found.stopped(stage, what, title, gate.why.clone());
            }
            // Its own job says.
            GateState::Job => {}
        }
    }
    let is_shut = gates.iter().any(|gate| gate.state == GateState::Closed);
    found.partial(stage, jobs);
    let is_partial = found.stopped.iter().any(|finding| finding.blocker.what == Stopped::Partial);
    for (name, job) in jobs {
        let is_told =
            is_shut && ASK.contains(&name.as_str()) || is_partial && name.starts_with(PUBLISHES);
        if !is_told {
            found.job(stage, name, job)?;
        }
    }
    Ok(found)
}

impl Found {
    fn blocker(&self, stage: Stage, what: Stopped) -> Blocker {
        Blocker { tag: self.tag.clone(), stage, what }
    }

    fn passed(&mut self, stage: Stage, what: Stopped) {
        self.passed.push(self.blocker(stage, what));
    }

    fn stopped(&mut self, stage: Stage, what: Stopped, title: String, why: String) {
        self.stopped.push(Finding { blocker: self.blocker(stage, what), title, why });
    }

    /// A job, which can be a gate's.
    fn job(&mut self, stage: Stage, name: &str, job: &Job) -> Result<(), Diagnostic> {
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
            Outcome::Success => self.passed(stage, what),
            Outcome::Failure => {
                self.stopped(stage, what, title, "The log of the run says why.".to_owned());
            }
            // Somebody stopped it, or nothing of it ran.
            Outcome::Cancelled | Outcome::Skipped => {}
        }
        Ok(())
    }

    /// Whether the release is public in part: what was selected and did not get there, is missing.
    fn partial(&mut self, stage: Stage, jobs: &Jobs) {
        let is_left_out = |name: &str| {
            let channel = channel_of(name);
            let resolved = jobs.get("resolve").and_then(|job| job.output(channel));
            resolved == Some("false")
        };
        let (mut live, mut broken, mut waiting, mut left_out) = (vec![], vec![], vec![], vec![]);
        for (name, job) in jobs {
            let Some(name) = name.strip_prefix(PUBLISHES) else { continue };
            match job.result {
                Outcome::Success => live.push(name),
                Outcome::Failure | Outcome::Cancelled => broken.push(name),
                Outcome::Skipped if is_left_out(name) => left_out.push(name),
                Outcome::Skipped => waiting.push(name),
            }
        }
        let is_whole = broken.is_empty() && waiting.is_empty();
        if is_whole || live.is_empty() && broken.is_empty() {
            // What is left out of this run may be what another one did not finish.
            if is_whole && !live.is_empty() && left_out.is_empty() {
                self.passed(stage, Stopped::Partial);
            }
            return;
        }
        let named = |names: &[&str]| {
            if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
        };
        let next = if live.is_empty() {
            "Where nothing of it is public yet, close this issue, and a new version may be tagged. Else run the failed jobs again: the release is finished by the same build."
        } else {
            "Do not tag again: run the failed jobs again, and the release is finished by the same build."
        };
        let why = format!(
            "Public: {}. Perhaps in part: {}. Not begun: {}. {next}",
            named(&live),
            named(&broken),
            named(&waiting)
        );
        self.stopped(stage, Stopped::Partial, "publishing stopped half-way".to_owned(), why);
    }

    /// Says what a live run would file.
    pub(crate) fn tell(&self, report: &mut Report) {
        for finding in &self.stopped {
            let line = format!("A live run would file: {}. {}", finding.title, finding.why);
            report.line(&line);
            report.summarize(format_args!("{line}\n\n"));
        }
    }
}

/// The channel that a job publishes to, by what its id has behind `publish-`.
fn channel_of(job: &str) -> &str {
    match job {
        "release" => ChannelKind::GithubRelease.id(),
        "formula" => ChannelKind::Homebrew.id(),
        other => other,
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

/// The gates of a stage, as the newest receipt of this run's jobs has them.
fn gates(asked: &Inputs, stage: Stage) -> Result<Vec<GateRecord>, Diagnostic> {
    let folders = std::fs::read_dir(&asked.receipts).into_iter().flatten().flatten();
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
    Ok(newest.map(|receipt| receipt.gates).unwrap_or_default())
}
