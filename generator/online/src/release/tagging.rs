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
use lockstep_schemas::receipt::{GateRecord, GateState};
use lockstep_schemas::strings::{CommitSha, Id};

use super::decide::decide;
use super::last::Last;
use super::registries;
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
    registries::ask(walk, report);
    let release = Release { plan: walk.plan, tag, commit: &commit };
    let Waived { by, gates: waived } = report.found(waived(walk)).unwrap_or_default();
    let waived = gates(walk, &release, &waived, report);
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
    let message = message(walk, &waived, &by);
    git::tag(walk.project, tag, &commit, &message)?;
    git::push_tag(walk.project, &walk.remote, tag)?;
    if git::tagged_there(&walk.plan.project.repository, tag)?.as_ref() != Some(&commit) {
        let message = format!(
            "{} took {tag}, and {} does not have it",
            walk.remote, walk.plan.project.repository
        );
        return Err(Failure::new(Rule::TagUnknown, message).with_remedy(format!(
            "look where it pushes to: git remote get-url --push {}",
            walk.remote
        )));
    }
    done(report, format_args!("{tag} is {commit}, and pushed to {}", walk.remote));
    let again = waived.iter().filter(|id| walk.is_before(id, Stage::Build)).map(Id::as_str);
    let again: Vec<&str> = again.collect();
    if again.is_empty() {
        let command = format!("lockstep release {tag}");
        next(report, "the tag started the build; this says how far it is", &command);
    } else {
        let what = "the run that the tag started lets nothing go, and stops; start the build with what you let go";
        next(report, what, &walk.build_without(&again.join(" ")));
    }
    Ok(())
}

/// What is let go, and by whom.
#[derive(Default)]
struct Waived {
    by: String,
    gates: Vec<Id>,
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
    let branch = walk.asked.branch.as_ref().unwrap_or(&walk.access.default_branch);
    let is_there = match walk.github.is_on(commit, branch) {
        Err(error) if error.why == Why::NotFound => false,
        answer => answer?,
    };
    if is_there {
        return Ok(format!("the commit is on {branch}"));
    }
    let message = format!("{commit} is not on {branch} of {}", walk.plan.project.repository);
    Err(Diagnostic::new(Rule::CheckoutMismatch, message).with_remedy(format!(
        "push it: git push {} HEAD:{branch}; or name the branch that it is on: --branch",
        walk.remote
    )))
}

/// The gates before the tag that are let go, by somebody who may.
fn waived(walk: &Walk<'_>) -> Result<Waived, Diagnostic> {
    if walk.asked.waive.is_empty() {
        return Ok(Waived::default());
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
        gate.filter(|gate| may && walk.is_before(gate, Stage::Tag)).ok_or_else(|| {
            let message = format!("the model does not let {me} waive `{word}` before the tag");
            Diagnostic::new(Rule::WaiverRefused, message)
                .with_remedy("it says who may let what go under `waivers:`")
        })
    };
    let gates: Result<Vec<Id>, _> = walk.asked.waive.iter().map(of).collect();
    Ok(Waived { by: me.clone(), gates: gates? })
}

/// Asks the gates before the tag: GitHub, and scripts on this machine. Returns those that are closed and let go.
fn gates(walk: &Walk<'_>, release: &Release<'_>, waived: &[Id], report: &mut Report) -> Vec<Id> {
    let states = ask(release, walk.github, Stage::Tag, waived, report);
    let scripts = states.iter().filter(|record| record.state == GateState::Job);
    let gates = walk.plan.gates.iter();
    let scripts: Vec<&GatePlan> =
        gates.filter(|gate| scripts.clone().any(|record| record.gate == gate.id)).collect();
    for gate in scripts {
        let mut keep = |text: &str| report.line(text);
        let why = match &gate.check {
            GateCheck::Script { run } | GateCheck::Tracker { open: run, .. } => {
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
        match why {
            Ok(why) => report.line(format_args!("gate {id} is open: {why}")),
            Err(mut problem) => {
                problem.message = format!("gate `{id}` is closed: {}", problem.message);
                report.problem(problem);
            }
        }
    }
    let is_waived = |record: &&GateRecord| record.state == GateState::Waived;
    states.iter().filter(is_waived).map(|record| record.gate.clone()).collect()
}

fn tell_rehearsal(
    walk: &Walk<'_>,
    last: &Last,
    commit: &CommitSha,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let changed = last.rehearsed(walk, commit)?;
    if changed.is_empty() {
        report.line(format_args!(
            "workflows and model are as in {}: rehearse where credentials or scripts of the build changed",
            last.tag
        ));
    }
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
fn message(walk: &Walk<'_>, waived: &[Id], by: &str) -> String {
    let Releasing { tag, reason, .. } = walk.asked;
    let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let waived = waived.iter().map(|gate| format!("\nLet go: gate {gate}, by {by}{reason}\n"));
    format!("{} {tag}\n{}", walk.plan.project.name, waived.collect::<String>())
}
