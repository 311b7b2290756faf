//! `release.yml`: from the tag to the bundle.

use lockstep_schemas::model::{Model, Stage};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Expression, JobId};
use lockstep_schemas::workflow::{
    Cancel, Checkout, Concurrency, Condition, Fact, Input, InputDefault, Job, JobBody, Need,
    OutputKind, PermissionScope, Queue, Role, Trigger, Workflow,
};

use super::assemble::assemble;
use super::parts::{RESOLVE, call, env, expr, file, id, input, job, output, text, waiving};
use super::steps::{
    blockers as blockers_of, download_receipts, github_token, in_repository, keeps_blockers, other,
    own, reading_gates, report as put_together, set_snapshot, setup, upload_receipt,
};
use super::{build, gates, merged, own_steps, programs};

pub(super) fn workflow(
    model: &Model,
    plan: &Plan,
    builds: &[Workflow],
    verify: &Workflow,
) -> Workflow {
    // A snapshot is for trying: what a release must pass, it need not.
    let of_tag = |job: Job| {
        let terms = std::iter::once(Fact::OnTag.into()).chain(job.condition.clone());
        Job { condition: Some(Condition::All(terms.collect())), ..job }
    };
    let gates = gates::jobs(model, Stage::Build, "context", &of_context);
    let gates: Vec<Job> = gates.into_iter().map(of_tag).collect();
    let open = gates::open(model, "context", &gates).into_iter();
    let open: Vec<Condition> = open.map(|open| Condition::Any(vec![!Fact::OnTag, open])).collect();
    let mut jobs = vec![call("verify", "Verify", verify, Vec::new()), context(model, plan)];
    let before_builds = [id("context")].into_iter().chain(gates.iter().map(|job| job.id.clone()));
    let before_builds: Vec<JobId> = before_builds.collect();
    jobs.extend(gates);
    let behind_gates = |workflow: &Workflow| Job {
        condition: behind(&open, [id("context")]),
        needs: before_builds.clone(),
        ..build::call(workflow, of_context)
    };
    let built: Vec<Job> = builds.iter().map(behind_gates).collect();
    let done = || built.iter().map(|job| job.id.clone());
    let before_assemble = before_builds.iter().cloned().chain(done()).collect();
    let assemble = Job {
        needs: before_assemble,
        condition: behind(&open, std::iter::once(id("context")).chain(done())),
        ..assemble(model, plan, of_context)
    };
    jobs.extend(built);
    jobs.push(assemble);
    jobs.extend(plan.attestations.then(|| attest(model)));
    let (report, blockers) = (report(model, plan, &jobs), blockers(model, plan, &jobs));
    let programs = blockers.as_ref().and_then(|_| programs::build(model));
    jobs.push(report);
    jobs.extend(blockers);
    let jobs = programs::behind(programs, jobs);
    Workflow {
        file: file("release.yml"),
        name: text("Release"),
        triggers: vec![Trigger::PushTags(tags(model)), Trigger::Dispatch],
        env: env(model),
        inputs: inputs(plan),
        concurrency: Some(Concurrency {
            group: format!("release-{}", expr("github.ref")),
            cancel: Cancel::Fixed(false),
            queue: Queue::All,
        }),
        jobs,
    }
}

/// When a job starts that waits for jobs and for gates: a gate that a snapshot skips would skip it as well. Without gates,
/// when all before it succeeded.
fn behind(open: &[Condition], jobs: impl IntoIterator<Item = JobId>) -> Option<Condition> {
    if open.is_empty() {
        return None;
    }
    let jobs = jobs.into_iter().map(Condition::succeeded);
    Some(Condition::All(
        std::iter::once(!Fact::Cancelled).chain(jobs).chain(open.iter().cloned()).collect(),
    ))
}

/// The tags that start a release, in GitHub's
/// [filter patterns](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet).
fn tags(model: &Model) -> String {
    model.tag.as_str().replace("{version}", "[0-9]*.[0-9]*.[0-9]*")
}

fn inputs(plan: &Plan) -> Vec<Input> {
    let tag = input(
        "tag",
        "The tag that this run was dispatched on, to confirm it; none on a branch, of which a snapshot is built",
    );
    let sources = plan.sources.iter().filter_map(|source| {
        let name = source.git_ref.input.as_ref()?;
        let description =
            format!("The branch, tag or commit of {} to build with", source.repository);
        let default = Some(InputDefault::String(source.git_ref.default.to_string()));
        Some(Input { default, ..input(name.as_str(), &description) })
    });
    std::iter::once(tag).chain(sources).chain(waiving(plan, Stage::Build)).collect()
}

fn context(model: &Model, plan: &Plan) -> Job {
    let resolve = own("Resolve tag, commit and sources", "resolve-build")
        .with_id(RESOLVE)
        .as_role(Role::Gates)
        .with("stage", "build")
        .with("inputs", expr("toJSON(inputs)"))
        .with("token", github_token());
    let resolve = reading_gates(resolve, plan, Stage::Build).needing(Need::read(
        PermissionScope::Statuses,
        "whether the version is published, or was taken back",
    ));
    let versions = own("Check that the versions are the tag's", "align-versions")
        .with("version", expr("steps.resolve.outputs.version"))
        .when(Fact::OnTag);
    let is_recorded = !waiving(plan, Stage::Build).is_empty() || keeps_blockers(plan);
    let steps = merged([
        setup(model),
        vec![in_repository(resolve), versions, set_snapshot(expr("steps.resolve.outputs.version"))],
        own_steps::after_resolve(own_steps::of_job(&model.extra_steps.context)),
        // It says which gates are closed or let go, to whoever files that. A snapshot asks none.
        (blockers_of(plan).is_some() || is_recorded)
            .then(|| {
                upload_receipt("context")
                    .when(Condition::All(vec![Fact::Always.into(), Fact::OnTag.into()]))
            })
            .into_iter()
            .collect(),
    ]);
    let mut context = job(model, "context", "Context", 15, Checkout::OfEvent, steps);
    context.needs = vec![id("verify")];
    if let JobBody::Run(run) = &mut context.body {
        let names = ["tag", "version", "commit", "sources", "waived"];
        run.outputs = names.map(|name| output(name, OutputKind::Text)).to_vec();
    }
    context
}

fn of_context(name: &str) -> Expression {
    expr(format!("needs.context.outputs.{name}"))
}

/// The bundle's provenance, signed in a job that has nothing but names and digests: what runs beside a signature can
/// sign. A run of a branch is a trial, for which nobody vouches.
fn attest(model: &Model) -> Job {
    let attest = other("Attest the bundle's provenance", "actions/attest")
        .as_role(Role::Attest)
        .needing(Need::write(PermissionScope::Attestations, "store the bundle's attestation"))
        .needing(Need::write(PermissionScope::IdToken, "sign the bundle's attestation"))
        .with("subject-checksums", expr("needs.assemble.outputs.checksums"));
    let attest = job(model, "attest", "Attest", 15, Checkout::OfEvent, vec![attest]);
    // Not by what came before all of it: a gate that was let go is a job that was skipped.
    let terms = vec![!Fact::Cancelled, Fact::OnTag.into(), Condition::succeeded(id("assemble"))];
    Job { needs: vec![id("assemble")], condition: Some(Condition::All(terms)), ..attest }
}

/// How the run ended, job by job, and what to do about it.
fn report(model: &Model, plan: &Plan, jobs: &[Job]) -> Job {
    let steps = merged([
        setup(model),
        vec![put_together("Put together what happened", plan, "build", "rehearsal")],
        keeps_blockers(plan).then(|| upload_receipt("report")).into_iter().collect(),
    ]);
    let report = job(model, "report", "Report", 10, Checkout::OfEvent, steps);
    let needs = jobs.iter().map(|job| job.id.clone()).collect();
    Job { needs, condition: Some(Fact::Always.into()), ..report }
}

/// What stopped a release becomes an issue, where a gate looks for such: a job of its own, since a run of a branch writes
/// nothing.
fn blockers(model: &Model, plan: &Plan, jobs: &[Job]) -> Option<Job> {
    blockers_of(plan)?;
    let file = put_together("File what stopped the release", plan, "build", "live");
    let steps = merged([programs::take(model), vec![download_receipts(), file]]);
    let blockers =
        job(model, "blockers", "File what stopped the release", 10, Checkout::OfEvent, steps);
    let condition = Condition::All(vec![Fact::Always.into(), Fact::OnTag.into()]);
    let needs = jobs.iter().map(|job| job.id.clone()).collect();
    Some(Job { needs, condition: Some(condition), ..blockers })
}
