//! `perf-gate`: two commits built and measured side by side, on this machine, and what that says of a release.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::available_parallelism;

use indexmap::IndexMap;
use lockstep_clients::{bash, git};
use lockstep_files::{json, write};
use lockstep_performance::{
    Judgement, Scenario, Times, Verdict, digest, judge, markdown, read, svg, table,
};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::evidence::{Base, Evidence, Host, Samples, notes};
use lockstep_schemas::model::{GateCheck, Measure, PerformanceLimits, SchemaVersion};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{GatePlan, Plan};
use lockstep_schemas::strings::{CommitSha, Id, Script, Tag};

use super::load_release;
use super::output::{Output, Stop};

/// What is measured, and where the results go.
#[derive(Debug, clap::Args)]
pub struct Measuring {
    /// The tag of the release to compare with: the last one, as a rule.
    #[arg(long)]
    base_tag: Tag,
    /// How often each side is measured. The model says how often at least.
    #[arg(long)]
    runs: Option<u16>,
    /// The gate, where the model has several of performance.
    #[arg(long)]
    gate: Option<Id>,
    /// The folder for the report: as JSON, as Markdown and as a picture.
    #[arg(long, default_value = "lockstep/performance", value_name = "FOLDER")]
    report: PathBuf,
    /// Attach the evidence to the commit where the gate is open: as a git note, pushed to this remote.
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, default_missing_value = "origin")]
    attach: Option<String>,
}

/// What is measured, and how.
struct Comparison<'a> {
    gate: &'a Id,
    measure: &'a Measure,
    limits: &'a PerformanceLimits,
    runs: u16,
    base: Base,
    candidate: CommitSha,
}

/// Measures the commit that is checked out beside an earlier release.
pub fn run(project: &Path, asked: &Measuring, output: &mut Output) -> Result<(), Stop> {
    let plan = load_release(project)?.plan;
    let comparison = Comparison::new(project, &plan, asked)?;
    // What is outside of the project git does not know.
    let report = asked.report.to_string_lossy();
    let is_inside = asked.report.is_relative() && !report.contains("..");
    let but: Vec<&str> = is_inside.then_some(&*report).into_iter().collect();
    let changed = git::uncommitted(project, &but)?;
    if !changed.is_empty() {
        let (count, commit) = (changed.len(), &comparison.candidate);
        let what = if count == 1 { "change is" } else { "changes are" };
        output.complain(format_args!(
            "warning: {count} uncommitted {what} not measured; {commit} is"
        ));
    }
    let evidence = comparison.measure(project, output)?;
    let judgement = judge(&evidence, comparison.limits);
    let report = project.join(&asked.report);
    keep(&report, &evidence, &judgement, comparison.limits)?;
    output.line(format_args!("{}", table(&judgement).to_string().trim_end()));
    output.line(format_args!("the report: {}", report.shown()));
    let is_good = tell(&comparison, &judgement, output);
    if !is_good {
        return Err(Stop::Found);
    }
    if let Some(remote) = &asked.attach {
        let text = json::text(&evidence);
        let notes = notes(comparison.gate);
        git::push_note(project, remote, &notes, &comparison.candidate, &text)?;
        let commit = &comparison.candidate;
        output.line(format_args!("attached to {commit} and pushed to {remote}, as {notes}"));
    }
    Ok(())
}

impl<'a> Comparison<'a> {
    fn new(project: &Path, plan: &'a Plan, asked: &Measuring) -> Result<Self, Stop> {
        let (gate, measure, limits) = gate(plan, asked.gate.as_ref())?;
        let least = limits.runs.get();
        let runs = asked.runs.unwrap_or(least);
        if runs < least {
            let message = format!("--runs {runs}: the gate `{gate}` asks for {least} at least");
            return Err(Diagnostic::new(Rule::WrongInput, message).into());
        }
        let here = git::commit_here(project, "HEAD")?;
        let candidate = here.ok_or_else(|| {
            let message = "has no commit that could be measured";
            Diagnostic::new(Rule::CheckoutMismatch, message).in_file(project.shown())
        })?;
        let tag = asked.base_tag.clone();
        let commit = git::commit_here(project, &format!("refs/tags/{tag}"))?.ok_or_else(|| {
            let message = format!("this repository has no tag {tag}");
            let problem = Diagnostic::new(Rule::TagUnknown, message);
            problem.with_remedy("name a tag of `git tag --list`, or fetch them: git fetch --tags")
        })?;
        if commit == candidate {
            let message = format!("{tag} is the very commit that is checked out");
            let problem = Diagnostic::new(Rule::WrongInput, message);
            return Err(problem.with_remedy("name the tag of an earlier release").into());
        }
        Ok(Self { gate, measure, limits, runs, base: Base { tag, commit }, candidate })
    }

    /// Builds both sides, then measures them in turns.
    fn measure(&self, project: &Path, output: &Output) -> Result<Evidence, Stop> {
        let temporary = tempfile::tempdir().map_err(|error| {
            let message = format!("a temporary folder cannot be made: {error}");
            Diagnostic::new(Rule::FileUnwritable, message)
        })?;
        // Paths of the same length, since a path's length is a part of what is measured.
        let place = |name: &str| temporary.path().join(name);
        let base = git::Worktree::new(project, &place("then"), &self.base.commit)?;
        let candidate = git::Worktree::new(project, &place("here"), &self.candidate)?;
        let tag = self.base.tag.to_string();
        let commit: String = self.candidate.as_str().chars().take(12).collect();
        let sides = [
            Side { name: &tag, folder: &base.folder, candidate: &candidate.folder },
            Side { name: &commit, folder: &candidate.folder, candidate: &candidate.folder },
        ];
        if let Some(build) = &self.measure.build {
            for side in &sides {
                output.complain(format_args!("building {}", side.name));
                side.script(build, "build", None)?;
            }
        }
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..usize::from(self.runs) {
            // Who goes first changes, so that neither side always finds the machine warm.
            for turn in [round % 2, (round + 1) % 2] {
                let side = &sides[turn];
                let of = format!("run {} of {}", round + 1, self.runs);
                output.complain(format_args!("measuring {}, {of}", side.name));
                times[turn].push(side.measured(self.measure, temporary.path())?);
            }
        }
        let [base, candidate] = times;
        Ok(self.evidence(&base, &candidate))
    }

    fn evidence(&self, base: &[Times], candidate: &[Times]) -> Evidence {
        let mut scenarios: IndexMap<String, Samples> = IndexMap::new();
        for (name, time) in base.iter().flatten() {
            scenarios.entry(name.clone()).or_default().base.push(*time);
        }
        for (name, time) in candidate.iter().flatten() {
            scenarios.entry(name.clone()).or_default().candidate.push(*time);
        }
        scenarios.sort_keys();
        Evidence {
            schema: SchemaVersion::CURRENT,
            gate: self.gate.clone(),
            commit: self.candidate.clone(),
            base: self.base.clone(),
            measure: digest(self.measure),
            host: Host {
                os: std::env::consts::OS.to_owned(),
                arch: std::env::consts::ARCH.to_owned(),
                threads: available_parallelism().map_or(1, usize::from),
            },
            scenarios,
        }
    }
}

/// One of the two commits, checked out.
struct Side<'a> {
    name: &'a str,
    folder: &'a Path,
    /// The checkout of the commit that is measured: the release may not have its scripts yet.
    candidate: &'a Path,
}

impl Side<'_> {
    /// Runs a script. What it prints goes where complaints go, or to a file.
    fn script(&self, script: &Script, does: &str, to: Option<File>) -> Result<(), Diagnostic> {
        let mut bash = bash::script(script)?;
        bash.current_dir(self.folder).stdin(Stdio::null());
        // Where this machine has one for all checkouts, the second side would be built over the first.
        bash.env("CARGO_TARGET_DIR", self.folder.join("target"));
        bash.env("LOCKSTEP_CANDIDATE", self.candidate);
        bash.stdout(to.map_or_else(|| Stdio::from(std::io::stderr()), Stdio::from));
        let status = bash.status().map_err(|error| bash::not_started(&error))?;
        if status.success() {
            return Ok(());
        }
        let message = format!("`{does}` of {} ended with {status}", self.name);
        Err(Diagnostic::new(Rule::ClientFailed, message)
            .with_remedy("what it printed stands above; the model's gate says what is run"))
    }

    /// The times of one run. Whatever an earlier run left is gone before it.
    fn measured(&self, measure: &Measure, temporary: &Path) -> Result<Times, Diagnostic> {
        let failed = |path: &Path, error: std::io::Error| {
            let message = format!("the results of a run cannot be kept: {error}");
            Diagnostic::new(Rule::FileUnwritable, message).in_file(path.shown())
        };
        let Some(results) = &measure.results else {
            let printed = temporary.join("results.json");
            let file = File::create(&printed).map_err(|error| failed(&printed, error))?;
            self.script(&measure.run, "run", Some(file))?;
            return read(&printed, measure.format);
        };
        let results = self.folder.join(results.as_str());
        let gone =
            if results.is_dir() { fs::remove_dir_all(&results) } else { fs::remove_file(&results) };
        gone.or_else(|error| {
            let was_there = error.kind() != std::io::ErrorKind::NotFound;
            if was_there { Err(failed(&results, error)) } else { Ok(()) }
        })?;
        self.script(&measure.run, "run", None)?;
        read(&results, measure.format)
    }
}

/// The gate that is asked for, or the only one.
fn gate<'a>(
    plan: &'a Plan,
    asked: Option<&Id>,
) -> Result<(&'a Id, &'a Measure, &'a PerformanceLimits), Diagnostic> {
    let of = |gate: &'a GatePlan| match &gate.check {
        GateCheck::Performance { measure, limits } => Some((&gate.id, measure, limits)),
        GateCheck::Workflow { .. }
        | GateCheck::CommitStatus { .. }
        | GateCheck::Pushed { .. }
        | GateCheck::NoOpenBlockers { .. }
        | GateCheck::Tracker { .. }
        | GateCheck::Compatibility { .. }
        | GateCheck::Script { .. } => None,
    };
    let all: Vec<_> = plan.gates.iter().filter_map(of).collect();
    let mut wanted = all.iter().filter(|(id, ..)| asked.is_none_or(|asked| asked == *id));
    match (wanted.next(), wanted.next()) {
        (Some(one), None) => Ok(*one),
        (found, _) => {
            let known: Vec<&str> = all.iter().map(|(id, ..)| id.as_str()).collect();
            let (message, remedy) = match (known.is_empty(), found) {
                (true, _) => (
                    "the model has no gate of performance".to_owned(),
                    "give it one: `check: { kind: performance, measure: { run: … } }`".to_owned(),
                ),
                (false, None) => (
                    "the model has no such gate of performance".to_owned(),
                    format!("name one with --gate: {}", known.join(", ")),
                ),
                (false, Some(_)) => (
                    "the model has several gates of performance".to_owned(),
                    format!("name one with --gate: {}", known.join(", ")),
                ),
            };
            Err(Diagnostic::new(Rule::WrongInput, message).with_remedy(remedy))
        }
    }
}

/// Writes the report.
fn keep(
    folder: &Path,
    evidence: &Evidence,
    judgement: &Judgement,
    limits: &PerformanceLimits,
) -> Result<(), Diagnostic> {
    fs::create_dir_all(folder).map_err(|error| {
        let message = format!("the report's folder cannot be made: {error}");
        Diagnostic::new(Rule::FileUnwritable, message).in_file(folder.shown())
    })?;
    json::write(&folder.join("evidence.json"), evidence)?;
    write(&folder.join("summary.md"), &markdown(evidence, judgement))?;
    write(&folder.join("times.svg"), &svg(evidence, judgement, limits))?;
    Ok(())
}

/// What is wrong with a scenario that cannot be compared.
fn missing(scenario: &Scenario) -> String {
    let name = &scenario.name;
    match scenario.candidate {
        Some(_) => format!("`{name}` was not measured in every run"),
        None => format!("`{name}` is not measured any more"),
    }
}

/// Says what stops the release, if anything does.
fn tell(comparison: &Comparison<'_>, judgement: &Judgement, output: &mut Output) -> bool {
    let tag = &comparison.base.tag;
    if !judgement.compared_any() {
        let message = judgement.in_words();
        let problem = Diagnostic::new(Rule::ScenarioMissing, message);
        output.problem(problem.with_remedy("both sides must measure the same scenarios"));
        return false;
    }
    for scenario in judgement.blocking() {
        let name = &scenario.name;
        let problem = match (scenario.verdict, scenario.slower_by()) {
            (Verdict::Slower, Some(percent)) => {
                let most = comparison.limits.slower_by_percent;
                let message = format!("`{name}` is {percent:.1} % slower than in {tag}");
                Diagnostic::new(Rule::Slower, message)
                    .differs(&format!("at most {most} %"), &format!("{percent:.1} %"))
                    .with_remedy("mend it, or let the gate go with a reason where the model lets you")
            }
            _ => Diagnostic::new(Rule::ScenarioMissing, missing(scenario))
                .with_remedy("what was measured of the last release is measured of the next, under the same name"),
        };
        output.problem(problem);
    }
    let is_good = judgement.is_good();
    let state = if is_good { "open" } else { "closed" };
    output.line(format_args!("gate {} is {state}: {}", comparison.gate, judgement.in_words()));
    is_good
}
