//! What a run publishes, and whether it may: the build run found and proved, the environments, the gates, what is let go.

mod build_run;
pub(crate) mod checks;
mod dispatch;
pub(crate) mod earlier;
mod recovery;
pub(crate) mod resolved;

use lockstep_clients::git;
use lockstep_files::json;
use lockstep_gates::{self as gates, Release};
use lockstep_github::{CommitStatus, GitHub, Upload, WorkflowRun};
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{SchemaVersion, Stage};
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::receipt::{self, CheckRecord, Receipt, RunRecord};
use lockstep_schemas::strings::{CommitSha, Tag, Version};

use crate::waivers::{self, Waivers};
use crate::{Inputs, build, tag, used_up, variable};
pub(crate) use build_run::{WORKFLOW, workflow};
use dispatch::{Dispatch, Run};
use earlier::Record;

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
    let waivers = waivers::granted(plan, Stage::Publish, &given).unwrap_or_else(|problems| {
        report.problems(problems);
        Waivers::default()
    });
    report.problems(dispatch.left_out(&waivers.channels()));
    let channels = dispatch.channels(&waivers.channels());
    let Some(run) = report.found(dispatch.run(&channels)) else { return Ok(()) };
    let Some(github) = report.found(crate::github(plan)) else { return Ok(()) };
    let Some(named) = report.found(named(&dispatch, &github)) else { return Ok(()) };
    let published = report.found(Published::of(plan, &dispatch, &run, named.as_ref()));
    let Some(published) = published else { return Ok(()) };
    let Published { tag, version, commit } = &published;
    report.line(format_args!("{tag}: version {version}, commit {commit}"));
    tell_run(&run, named.is_some(), report);
    let release = Release { plan, tag, commit };
    let statuses = report.found(github.statuses(commit, |_| false).map_err(Diagnostic::from));
    let Some(statuses) = statuses else { return Ok(()) };
    report.problems(used_up::taken_back(&statuses, tag, version));
    let built = published.built(plan, named, &statuses, &github, report);
    let environments = dispatch.environments(&channels);
    let admitted = admitted(plan, &environments, &run, &github, report);
    let gates = gates::ask(&release, &github, Stage::Publish, &waivers.gates(), report);
    if let Run::Recovery(_) = run {
        let differ = recovery::channels_differ(plan, &asked.plan.plan, &published, &channels);
        report.problems(differ.unwrap_or_else(|problem| vec![problem]));
    }
    let waivers = waivers.that_count(&gates);
    waivers::tell(&waivers, report);
    let (built, facts, bundle) = match built {
        Some(Built { run, facts, bundle }) => (Some(run), facts, bundle),
        None => (None, Vec::new(), None),
    };
    let receipt = Receipt {
        schema: SchemaVersion::CURRENT,
        tag: tag.clone(),
        version: version.clone(),
        commit: commit.clone(),
        build: built.as_ref().map(|run| RunRecord { id: run.id, attempt: run.run_attempt }),
        bundle: bundle.as_ref().map(|upload| upload.name.clone()),
        stage: Stage::Publish,
        run: crate::this_run(),
        rehearsal: dispatch.is_rehearsal(),
        checks: facts,
        gates,
        waivers,
        problems: Vec::new(),
        files: Vec::new(),
        deliveries: Vec::new(),
    };
    crate::write(asked, &receipt)?;
    let (Some(built), Some(bundle)) = (built, bundle) else { return Ok(()) };
    report.output("run-id", built.id);
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
                let name = match (dispatch.text("release_tag"), named) {
                    (Some(tag), _) => tag,
                    (None, Some(run)) => tag_of(plan, run)?,
                    (None, None) => "",
                };
                let tag = tag::parsed(name)?;
                let commit = git::commit_of_tag(&plan.project.repository, &tag)?;
                (tag, commit)
            }
        };
        let version = tag::version(plan, tag.as_str())?;
        Ok(Self { tag, version, commit })
    }

    /// What built the release, proved as far as GitHub knows: that which an earlier run began to publish, and no other; that
    /// which the dispatch names; else the newest.
    fn built(
        &self,
        plan: &Plan,
        named: Option<WorkflowRun>,
        statuses: &[CommitStatus],
        github: &GitHub<'_>,
        report: &mut Report,
    ) -> Option<Built> {
        let release = Release { plan, tag: &self.tag, commit: &self.commit };
        let earlier = report.found(earlier::recorded_in(statuses, plan, &self.tag, github))?;
        report.found(earlier::tag_stayed(plan, &self.tag, &self.commit, github));
        let run = match (named, &earlier) {
            (Some(named), Some((record, page))) if named.id != record.run => {
                let found = Record { run: named.id, ..record.clone() };
                report.problem(earlier::differs(&self.tag, record, page, &found));
                return None;
            }
            (Some(named), _) => Ok(named),
            (None, Some((record, _))) => build_run::recorded(record, github),
            (None, None) => build_run::newest(&release, github),
        };
        let run = report.found(run)?;
        let record = earlier.as_ref().map(|(record, _)| record);
        let facts = build_run::facts(&release, &run);
        checks::tell(&facts, report);
        report.found(build_run::proved(&release, &run, &facts));
        let bundle = report.found(build_run::bundle(&release, &run, record, github));
        Some(Built { run, facts, bundle })
    }
}

/// The tag of a run, which GitHub tells from a branch by no more than its form.
fn tag_of<'r>(plan: &Plan, run: &'r WorkflowRun) -> Result<&'r str, Diagnostic> {
    let head = run.head_branch.as_deref().unwrap_or_default();
    if plan.tag.version_of(head).is_some() {
        return Ok(head);
    }
    let of = if head.is_empty() { "a ref that is gone".to_owned() } else { format!("`{head}`") };
    let message = format!("run {} is of {of}, and not of a release's tag", run.id);
    Err(Diagnostic::new(Rule::BuildRunUnfit, message)
        .with_remedy(format!("name a run of {WORKFLOW} that a tag started, or the tag itself")))
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
    environments: &[String],
    run: &Run,
    github: &GitHub<'_>,
    report: &mut Report,
) -> bool {
    let git_ref = variable("GITHUB_REF").unwrap_or_default();
    let found = lockstep_settings::environments::ask(plan, environments, &git_ref, github)
        .map_err(Diagnostic::from);
    let Some(found) = report.found(found) else { return false };
    for note in found.notes {
        report.line(format_args!("note: {note}"));
    }
    let admitted = found.problems.is_empty() && !(found.is_unsure && *run == Run::Rehearsal);
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
    report.output("upload", &bundle.name);
    report.output("channels", ids.join(" "));
    report.output("waived", json::line(&waived));
    report.output("admitted", admitted);
    for channel in plan.shipping() {
        let id = channel.kind().id();
        report.output(id, ids.contains(&id));
    }
}
