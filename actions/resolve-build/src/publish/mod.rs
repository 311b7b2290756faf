//! What a run publishes, and whether it may: the build run found and proved, the environments, the gates, what is let go.

mod build_run;
pub(crate) mod checks;
mod dispatch;
mod earlier;
mod environments;
mod recovery;
mod waivers;

use std::fs;

use lockstep_clients::git;
use lockstep_files::json;
use lockstep_github::{GitHub, Upload, WorkflowRun};
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{SchemaVersion, Stage};
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::receipt::{self, CheckRecord, Receipt, RunRecord};
use lockstep_schemas::strings::{CommitSha, Tag, Version};

use crate::gates::{self, Release};
use crate::{Inputs, build, tag, variable};
pub(crate) use build_run::WORKFLOW;
use dispatch::{Dispatch, Run};
use waivers::Waivers;

/// The release that is published.
struct Published {
    tag: Tag,
    version: Version,
    commit: CommitSha,
}

/// Resolves what is published, and puts out what the jobs behind this one need. Everything that is in the way is told in
/// one run.
pub(crate) fn resolve(asked: &Inputs, plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let given = asked.dispatched()?;
    let dispatch = Dispatch::of(plan, &given);
    let waivers = waivers::granted(plan, &dispatch).unwrap_or_else(|problems| {
        report.problems(problems);
        Waivers::default()
    });
    let Some(run) = report.found(dispatch.run()) else { return Ok(()) };
    let Some(github) = report.found(crate::github(plan)) else { return Ok(()) };
    let Some(named) = report.found(named(&dispatch, &github)) else { return Ok(()) };
    let published = report.found(Published::of(plan, &dispatch, &run, named.as_ref()));
    let Some(published) = published else { return Ok(()) };
    let Published { tag, version, commit } = &published;
    report.line(format_args!("{tag}: version {version}, commit {commit}"));
    tell_run(&run, named.is_some(), report);
    let release = Release { plan, tag, commit };
    let built = published.built(plan, named, &github, report);
    let admitted = admitted(plan, &dispatch, &run, &github, report);
    let gates = gates::ask(&release, &github, Stage::Publish, &waivers.gates(), report);
    let channels = dispatch.channels().into_iter();
    let channels: Vec<&ChannelPlan> =
        channels.filter(|channel| !waivers.has(channel.kind())).collect();
    if let Run::Recovery(_) = run {
        let differ = recovery::channels_differ(plan, &asked.plan.plan, &published, &channels);
        report.problems(differ.unwrap_or_else(|problem| vec![problem]));
    }
    tell_waivers(&waivers, report);
    let Some(Built { run: built, facts, bundle }) = built else { return Ok(()) };
    let receipt = Receipt {
        schema: SchemaVersion::CURRENT,
        tag: tag.clone(),
        version: version.clone(),
        commit: commit.clone(),
        build: RunRecord { id: built.id, attempt: built.run_attempt },
        run: this_run(),
        rehearsal: dispatch.is_rehearsal(),
        checks: facts,
        gates,
        waivers: waivers.0,
    };
    write(asked, &receipt)?;
    let Some(bundle) = bundle else { return Ok(()) };
    put_out(plan, &receipt, &bundle, &channels, admitted, report);
    Ok(())
}

/// What built a release.
struct Built {
    run: WorkflowRun,
    facts: Vec<CheckRecord>,
    /// Its bundle, where that is there.
    bundle: Option<Upload>,
}

/// The build run that a dispatch names.
fn named(dispatch: &Dispatch<'_>, github: &GitHub<'_>) -> Result<Option<WorkflowRun>, Diagnostic> {
    let Some(id) = dispatch.build_run() else { return Ok(None) };
    Ok(Some(github.run(id?)?))
}

impl Published {
    /// The release of a run: of its own ref where that is the tag, else of the tag or the build run that it names.
    fn of(
        plan: &Plan,
        dispatch: &Dispatch<'_>,
        run: &Run,
        named: Option<&WorkflowRun>,
    ) -> Result<Self, Diagnostic> {
        let (tag, commit) = match run {
            Run::OfTag(tag) => {
                let commit = build::commit()?;
                tag::leads_to(plan, tag, &commit)?;
                (tag.clone(), commit)
            }
            Run::Rehearsal | Run::Recovery(_) => {
                let built = || named.and_then(|run| run.head_branch.as_deref());
                let name = dispatch.text("release_tag").or_else(built).unwrap_or_default();
                let tag = tag::parsed(name)?;
                let commit = git::commit_of_tag(&plan.project.repository, &tag)?;
                (tag, commit)
            }
        };
        let version = tag::version(plan, tag.as_str())?;
        Ok(Self { tag, version, commit })
    }

    /// What built the release, proved as far as GitHub knows.
    fn built(
        &self,
        plan: &Plan,
        named: Option<WorkflowRun>,
        github: &GitHub<'_>,
        report: &mut Report,
    ) -> Option<Built> {
        let run = report.found(self.build_run(plan, named, github))?;
        let release = Release { plan, tag: &self.tag, commit: &self.commit };
        let facts = build_run::facts(&release, &run);
        checks::tell(&facts, report);
        report.found(build_run::proved(&release, &run, &facts));
        let bundle = report.found(build_run::bundle(&release, &run, github));
        Some(Built { run, facts, bundle })
    }

    /// The run that built the release: that which an earlier run began to publish, and no other; that which the dispatch
    /// names; else the newest.
    fn build_run(
        &self,
        plan: &Plan,
        named: Option<WorkflowRun>,
        github: &GitHub<'_>,
    ) -> Result<WorkflowRun, Diagnostic> {
        let Self { tag, version, commit } = self;
        let earlier = earlier::build_run(plan, tag, version, github)?;
        match (named, earlier) {
            (Some(named), Some((earlier, page))) if named.id != earlier => {
                let message = format!(
                    "{page} began to publish {tag} from build run {earlier}, and this run names {}",
                    named.id
                );
                Err(Diagnostic::new(Rule::BuildRunChanged, message).with_remedy(format!(
                    "go on with that one: name the tag, or -f build_run_id={earlier}"
                )))
            }
            (Some(named), _) => Ok(named),
            (None, Some((earlier, _))) => Ok(github.run(earlier)?),
            (None, None) => build_run::newest(&Release { plan, tag, commit }, github),
        }
    }
}

/// What kind of run it is, where that is not the usual one.
fn tell_run(run: &Run, is_named: bool, report: &mut Report) {
    match run {
        Run::OfTag(_) if is_named => report.line(
            "The build run is named, which is for incidents: by the tag alone, the run that built it is found.",
        ),
        Run::OfTag(_) => {}
        Run::Rehearsal => {
            report.line("This is a rehearsal on another ref than the tag: it looks, and cannot publish.");
        }
        Run::Recovery(reason) => report.line(format_args!("A recovery: {reason}")),
    }
}

/// Whether the environments admit the run. A rehearsal on a branch goes on without them.
fn admitted(
    plan: &Plan,
    dispatch: &Dispatch<'_>,
    run: &Run,
    github: &GitHub<'_>,
    report: &mut Report,
) -> bool {
    let git_ref = variable("GITHUB_REF").unwrap_or_default();
    let found = environments::ask(plan, &dispatch.environments(), &git_ref, github);
    let Some(found) = report.found(found) else { return false };
    for note in found.notes {
        report.line(format_args!("note: {note}"));
    }
    let admitted = found.problems.is_empty();
    for problem in found.problems {
        if *run == Run::Rehearsal {
            report.line(format_args!(
                "{}: the channels are looked at without credentials",
                problem.message
            ));
        } else {
            report.problem(problem);
        }
    }
    admitted
}

fn tell_waivers(waivers: &Waivers, report: &mut Report) {
    for waiver in &waivers.0 {
        let what = match &waiver.waived {
            receipt::Waived::Gate { gate } => format!("gate {gate}"),
            receipt::Waived::Channel { channel } => channel.label().to_owned(),
        };
        let line = format!("{what} is waived by {}: {}", waiver.approver, waiver.reason);
        report.line(&line);
        report.summarize(format_args!("{line}\n"));
    }
}

/// The run that this is, where it is one.
fn this_run() -> Option<RunRecord> {
    let id = variable("GITHUB_RUN_ID")?.parse().ok()?;
    let attempt = variable("GITHUB_RUN_ATTEMPT").and_then(|attempt| attempt.parse().ok());
    Some(RunRecord { id, attempt: attempt.unwrap_or(1) })
}

fn write(asked: &Inputs, receipt: &Receipt) -> Result<(), Diagnostic> {
    let folder = &asked.receipt.receipt;
    fs::create_dir_all(folder).map_err(|error| {
        let message = format!("the receipt's folder cannot be made: {error}");
        Diagnostic::new(Rule::FileUnwritable, message).in_file(folder.display())
    })?;
    json::write(&folder.join(receipt::FILE), receipt)
}

fn put_out(
    plan: &Plan,
    receipt: &Receipt,
    bundle: &Upload,
    channels: &[&ChannelPlan],
    admitted: bool,
    report: &mut Report,
) {
    let waived = receipt.gates.iter().filter(|gate| gate.state == receipt::GateState::Waived);
    let waived: Vec<&str> = waived.map(|gate| gate.gate.as_str()).collect();
    let ids: Vec<&str> = channels.iter().map(|channel| channel.kind().id()).collect();
    report.output("tag", &receipt.tag);
    report.output("version", &receipt.version);
    report.output("commit", &receipt.commit);
    report.output("run-id", receipt.build.id);
    report.output("bundle", &bundle.name);
    report.output("channels", ids.join(" "));
    report.output("waived", json::line(&waived));
    report.output("admitted", admitted);
    for channel in &plan.channels {
        let id = channel.kind().id();
        report.output(id, ids.contains(&id));
    }
}
