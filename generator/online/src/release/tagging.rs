//! From a commit to its tag.

use std::path::PathBuf;
use std::process::Command;

use lockstep_clients::git;
use lockstep_gates::{Release, ask, compatible, ends_well};
use lockstep_github::Why;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{GateCheck, Stage};
use lockstep_schemas::plan::GatePlan;
use lockstep_schemas::receipt::GateState;
use lockstep_schemas::strings::{CommitSha, Id};

use super::decide::decide;
use super::last::Last;
use super::{Releasing, Walk, done, next};

/// Tags the commit that is checked out, where nothing stands in the way.
pub(super) fn walk(walk: &Walk<'_>, report: &mut Report) -> Result<(), Failure> {
    let tag = &walk.asked.tag;
    let commit = git::commit_here(walk.project, "HEAD")?.ok_or_else(|| {
        Failure::new(Rule::CheckoutMismatch, "nothing is committed that could be released")
    })?;
    report.line(format_args!("{tag} is not tagged yet; {commit} is checked out"));
    let ways = [committed(walk), checked(walk), pushed(walk, &commit)];
    for what in ways {
        if let Some(what) = report.found(what) {
            done(report, what);
        }
    }
    let release = Release { plan: walk.plan, tag, commit: &commit };
    let waived = report.found(waived(walk)).unwrap_or_default();
    gates(walk, &release, &waived, report);
    let last = Last::of(walk)?;
    if report.has_problems() {
        report.line(format_args!(
            "{tag} is not tagged. When what is wrong is mended, run the same command again"
        ));
        return Ok(());
    }
    if let Some(last) = &last {
        let rise = last.rise(&walk.version).id();
        report.line(format_args!("since {}, the version rises by: {rise}", last.tag));
        tell_rehearsal(walk, last, &commit, report)?;
    }
    if walk.asked.dry_run {
        let command = format!("lockstep release {tag}");
        next(report, format_args!("tag {commit}; nothing was changed"), &command);
        return Ok(());
    }
    if let Err(undecided) = decisions(walk, last.as_ref(), &commit) {
        report.problem(undecided);
        return Ok(());
    }
    let message = message(walk, &waived);
    git::tag(walk.project, tag, &commit, &message)?;
    git::push_tag(walk.project, &walk.remote, tag)?;
    done(report, format_args!("{tag} is {commit}, and pushed to {}", walk.remote));
    let command = format!("lockstep release {tag}");
    next(report, "the tag started the build; this says how far it is", &command);
    Ok(())
}

fn committed(walk: &Walk<'_>) -> Result<String, Diagnostic> {
    let changed = git::uncommitted(walk.project, &["lockstep/performance"])?;
    if changed.is_empty() {
        return Ok("everything is committed".to_owned());
    }
    let shown: Vec<&str> = changed.iter().take(5).map(|line| line.trim()).collect();
    let more = if changed.len() > shown.len() { ", …" } else { "" };
    let message = format!("not everything is committed: {}{more}", shown.join(", "));
    Err(Diagnostic::new(Rule::CheckoutMismatch, message)
        .with_remedy("commit it, or take it away: what is tagged is the commit"))
}

/// What a pull request is checked for, and that versions and changelog are the tag's.
fn checked(walk: &Walk<'_>) -> Result<String, Diagnostic> {
    let here = std::env::current_exe().ok();
    let beside = here.and_then(|here| Some(here.parent()?.join("lockstep")));
    let program = beside.unwrap_or_else(|| PathBuf::from("lockstep"));
    let tag = walk.asked.tag.as_str();
    let mut lockstep = Command::new(program.with_extension(std::env::consts::EXE_EXTENSION));
    let ended = lockstep.args(["check", "--tag", tag]).arg(walk.project).output();
    let ended = ended.map_err(|error| {
        Diagnostic::new(Rule::ClientMissing, format!("lockstep does not start: {error}"))
    })?;
    if ended.status.success() {
        return Ok(format!("`lockstep check --tag {tag}` finds nothing"));
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    let message = format!("`lockstep check --tag {tag}` found problems:\n{}", said.trim_end());
    Err(Diagnostic::new(Rule::ClientFailed, message))
}

fn pushed(walk: &Walk<'_>, commit: &CommitSha) -> Result<String, Diagnostic> {
    let branch = &walk.access.default_branch;
    let is_there = match walk.github.is_on(commit, branch) {
        Err(error) if error.why == Why::NotFound => false,
        answer => answer?,
    };
    if is_there {
        return Ok(format!("the commit is on {branch}"));
    }
    let message = format!("{commit} is not on {branch} of {}", walk.plan.project.repository);
    Err(Diagnostic::new(Rule::CheckoutMismatch, message)
        .with_remedy(format!("push it: git push {} HEAD:{branch}", walk.remote)))
}

/// The gates before the tag that are let go, by somebody who may.
fn waived(walk: &Walk<'_>) -> Result<Vec<Id>, Diagnostic> {
    if walk.asked.waive.is_empty() {
        return Ok(Vec::new());
    }
    let me = walk.github.me()?;
    let of = |word: &String| {
        let waivers = walk.plan.waivers.iter();
        let mut named = waivers
            .filter(|waiver| waiver.gate.as_ref().is_some_and(|gate| gate.as_str() == word))
            .peekable();
        let gate = named.peek().and_then(|waiver| waiver.gate.clone());
        let mut approvers = named.flat_map(|waiver| &waiver.approvers);
        let may = approvers.any(|one| one.as_str().eq_ignore_ascii_case(&me));
        gate.filter(|_| may).ok_or_else(|| {
            let message = format!("the model does not let {me} waive `{word}`");
            Diagnostic::new(Rule::WaiverRefused, message)
                .with_remedy("it says who may let what go under `waivers:`")
        })
    };
    walk.asked.waive.iter().map(of).collect()
}

/// Asks the gates before the tag: GitHub, and scripts on this machine.
fn gates(walk: &Walk<'_>, release: &Release<'_>, waived: &[Id], report: &mut Report) {
    let states = ask(release, walk.github, Stage::Tag, waived, report);
    let scripts = states.iter().filter(|record| record.state == GateState::Job);
    let gates = walk.plan.gates.iter();
    let scripts: Vec<&GatePlan> =
        gates.filter(|gate| scripts.clone().any(|record| record.gate == gate.id)).collect();
    for gate in scripts {
        let mut said = String::new();
        let mut keep = |text: &str| said.push_str(text);
        let why = match &gate.check {
            GateCheck::Script { run } => {
                ends_well(release, &walk.version, run, walk.project, &mut keep)
            }
            GateCheck::Compatibility { run } => {
                compatible(release, &walk.version, run, walk.project, &mut keep)
            }
            GateCheck::Workflow { .. }
            | GateCheck::CommitStatus { .. }
            | GateCheck::Pushed { .. }
            | GateCheck::NoOpenBlockers { .. }
            | GateCheck::Performance { .. } => continue,
        };
        let id = &gate.id;
        if !said.trim().is_empty() {
            report.line(said.trim_end());
        }
        match why {
            Ok(why) => report.line(format_args!("gate {id} is open: {why}")),
            Err(mut problem) => {
                problem.message = format!("gate `{id}` is closed: {}", problem.message);
                report.problem(problem);
            }
        }
    }
}

fn tell_rehearsal(
    walk: &Walk<'_>,
    last: &Last,
    commit: &CommitSha,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let changed = last.rehearsed(walk, commit)?;
    if let Some(first) = changed.first() {
        let others = changed.len() - 1;
        let others = if others == 0 { String::new() } else { format!(" and {others} more") };
        report.line(format_args!(
            "a rehearsal is asked for before publishing: since {}, {first}{others} changed",
            last.tag
        ));
    }
    Ok(())
}

/// What no gate can say.
fn decisions(walk: &Walk<'_>, last: Option<&Last>, commit: &CommitSha) -> Result<(), Diagnostic> {
    let Releasing { tag, yes, .. } = walk.asked;
    let is_compatibility = |gate: &GatePlan| {
        gate.is_before(Stage::Tag) && matches!(gate.check, GateCheck::Compatibility { .. })
    };
    if let Some(last) = last
        && !walk.plan.gates.iter().any(is_compatibility)
    {
        let rise = last.rise(&walk.version).id();
        decide(
            &format!("Is {tag}, a {rise} version, what changed for users since {}?", last.tag),
            *yes,
        )?;
    }
    decide(
        &format!(
            "Tag {commit} as {tag} and push it to {}? It starts the build, and never moves.",
            walk.remote
        ),
        *yes,
    )
}

/// The message of the tag: the release, and what was let go before it.
fn message(walk: &Walk<'_>, waived: &[Id]) -> String {
    let Releasing { tag, reason, .. } = walk.asked;
    let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let waived = waived.iter().map(|gate| format!("\nLet go: gate {gate}{reason}\n"));
    format!("{} {tag}\n{}", walk.plan.project.name, waived.collect::<String>())
}
