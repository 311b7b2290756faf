//! `release.yml`: from the tag to the bundle.

use lockstep_schemas::model::{Model, Stage};
use lockstep_schemas::plan::{Plan, PlannedFile};
use lockstep_schemas::strings::{Expression, JobId};
use lockstep_schemas::workflow::{
    Call, Cancel, Checkout, Concurrency, Condition, Fact, Input, InputDefault, Job, JobBody,
    JobOutput, Need, OutputKind, PermissionScope, Queue, Role, Setting, Step, Trigger, Workflow,
};

use super::parts::{RESOLVE, env, expr, file, id, input, job, output, text};
use super::steps::{
    SUMS, also_of_snapshots, bundle_outputs, files_blockers, github_token, in_repository, other,
    own, pinned_rust, reading_gates, report as put_together, set_snapshot, setup, toolchain,
    upload_bundle, verify_bundle,
};
use super::{gates, merged, own_steps, programs};

pub(super) fn workflow(
    model: &Model,
    plan: &Plan,
    builds: &[Workflow],
    verify: &Workflow,
) -> Workflow {
    // A snapshot is for trying: what a release must pass, it need not.
    let of_tag = |job: Job| Job { condition: Some(Fact::OnTag.into()), ..job };
    let gates = gates::jobs(model, Stage::Build, "context", &of_context);
    let gates: Vec<Job> = gates.into_iter().map(of_tag).collect();
    let open = gates
        .iter()
        .map(|gate| Condition::Any(vec![Condition::succeeded(gate.id.clone()), !Fact::OnTag]));
    let open: Vec<Condition> = open.collect();
    let mut jobs = vec![call("verify", "Verify", verify, Vec::new()), context(model, plan)];
    let before_builds = [id("context")].into_iter().chain(gates.iter().map(|job| job.id.clone()));
    let before_builds: Vec<JobId> = before_builds.collect();
    jobs.extend(gates);
    let behind_gates = |workflow: &Workflow| Job {
        condition: behind(&open, [id("context")]),
        ..build(workflow, &before_builds)
    };
    let built: Vec<Job> = builds.iter().map(behind_gates).collect();
    let done = || built.iter().map(|job| job.id.clone());
    let before_assemble = before_builds.iter().cloned().chain(done()).collect();
    let assemble = Job {
        condition: behind(&open, std::iter::once(id("context")).chain(done())),
        ..assemble(model, plan, before_assemble)
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
    std::iter::once(tag).chain(sources).collect()
}

fn call(name: &str, label: &str, workflow: &Workflow, with: Vec<Setting>) -> Job {
    Job {
        id: id(name),
        name: label.to_owned(),
        needs: Vec::new(),
        condition: None,
        body: JobBody::Call(Call::of(workflow, with)),
    }
}

fn context(model: &Model, plan: &Plan) -> Job {
    let resolve = own("Resolve tag, commit and sources", "resolve-build")
        .with_id(RESOLVE)
        .as_role(Role::Gates)
        .with("stage", "build")
        .with("inputs", expr("toJSON(inputs)"))
        .with("token", github_token());
    let resolve = reading_gates(resolve, plan, Stage::Build);
    let versions = own("Check that the versions are the tag's", "align-versions")
        .with("version", expr("steps.resolve.outputs.version"))
        .when(Fact::OnTag);
    let steps = merged([
        setup(model),
        vec![in_repository(resolve), versions, set_snapshot(expr("steps.resolve.outputs.version"))],
        own_steps::after_resolve(own_steps::of_job(&model.extra_steps.context)),
    ]);
    let mut context = job(model, "context", "Context", 15, Checkout::OfEvent, steps);
    context.needs = vec![id("verify")];
    if let JobBody::Run(run) = &mut context.body {
        let names = ["tag", "version", "commit", "sources"];
        run.outputs = names.map(|name| output(name, OutputKind::Text)).to_vec();
    }
    context
}

fn of_context(name: &str) -> Expression {
    expr(format!("needs.context.outputs.{name}"))
}

fn build(workflow: &Workflow, needs: &[JobId]) -> Job {
    let with = ["version", "commit", "sources"].map(|name| Setting::new(name, of_context(name)));
    let name = workflow.file.as_str().trim_end_matches(".yml");
    let build = call(name, workflow.name.as_str(), workflow, with.to_vec());
    Job { needs: needs.to_vec(), ..build }
}

/// What the targets uploaded, in whichever attempt, and of each what it uploaded last.
fn take_targets() -> [Step; 2] {
    [
        other("Download what the targets built", "actions/download-artifact")
            .with("pattern", "target-*")
            .with("path", "lockstep/uploads")
            .with("merge-multiple", "false"),
        own("Take what each target built last", "hash-artifacts").with("newest", true),
    ]
}

fn assemble(model: &Model, plan: &Plan, needs: Vec<JobId>) -> Job {
    let [download, newest] = take_targets();
    let steps = merged([
        toolchain(&plan.toolchain, None),
        setup(model),
        vec![set_snapshot(of_context("version")), in_repository(download), newest],
        own_steps::of_job(&model.extra_steps.assemble),
        bundle(plan),
    ]);
    let commit = Checkout::Of(of_context("commit"));
    let mut assemble = job(model, "assemble", "Assemble", 60, commit, steps);
    assemble.needs = needs;
    if let JobBody::Run(run) = &mut assemble.body {
        let version = Setting::new("LOCKSTEP_VERSION", of_context("version"));
        run.env = [version].into_iter().chain(pinned_rust(&plan.toolchain)).collect();
        let checksums = JobOutput::of_step(SUMS, "checksums", OutputKind::Text);
        run.outputs = bundle_outputs().into_iter().chain([checksums]).collect();
    }
    assemble
}

/// The steps from what the targets built to the bundle.
fn bundle(plan: &Plan) -> Vec<Step> {
    let of_version =
        |name: &str, action: &'static str| own(name, action).with("version", of_context("version"));
    let with_manifest = plan.packed_by(None).any(|file| file.manifest().is_some());
    let with_manifest = with_manifest.then(|| {
        also_of_snapshots(own("Pack what carries the manifest", "pack-artifacts"))
            .as_role(Role::ProjectCode)
            .with("with-manifest", true)
            .with("version", of_context("version"))
    });
    let notes = plan.versions.released.changelog.as_ref().map(|_| {
        also_of_snapshots(of_version(
            "Take the release's notes from the changelog",
            "align-versions",
        ))
        .with("notes", "lockstep/bundle/release-notes.md")
    });
    let smoke = plan.packed_by(None).any(PlannedFile::is_installed);
    let smoke = smoke.then(|| {
        of_version("Smoke-test what needs every target", "smoke-test").as_role(Role::ProjectCode)
    });
    let merge = also_of_snapshots(own("Merge the manifests", "hash-artifacts"))
        .with("merge", true)
        .with("version", of_context("version"))
        .with("commit", of_context("commit"))
        .with("sources", of_context("sources"));
    let sums = own("Sum up the bundle", "hash-artifacts")
        .with("sums", true)
        .with("version", of_context("version"));
    let pack = also_of_snapshots(of_version("Pack what needs every target", "pack-artifacts"));
    let pack = pack.as_role(Role::ProjectCode);
    let verify = also_of_snapshots(verify_bundle("Verify the bundle against the plan", of_context));
    merged([
        vec![pack, merge],
        with_manifest.into_iter().chain(notes).collect(),
        vec![sums, verify.with_id(SUMS)],
        smoke.into_iter().collect(),
        vec![upload_bundle("Upload the bundle")],
    ])
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
    Job { needs: vec![id("assemble")], condition: Some(Fact::OnTag.into()), ..attest }
}

/// How the run ended, job by job, and what to do about it.
fn report(model: &Model, plan: &Plan, jobs: &[Job]) -> Job {
    let steps = merged([
        setup(model),
        vec![put_together("Put together what happened", plan, "build", "rehearsal")],
    ]);
    let report = job(model, "report", "Report", 10, Checkout::OfEvent, steps);
    let needs = jobs.iter().map(|job| job.id.clone()).collect();
    Job { needs, condition: Some(Fact::Always.into()), ..report }
}

/// What stopped a release becomes an issue, where a gate looks for such: a job of its own, since a run of a branch writes
/// nothing.
fn blockers(model: &Model, plan: &Plan, jobs: &[Job]) -> Option<Job> {
    if !files_blockers(plan) {
        return None;
    }
    let steps = merged([
        programs::take(model),
        vec![put_together("File what stopped the release", plan, "build", "live")],
    ]);
    let blockers =
        job(model, "blockers", "File what stopped the release", 10, Checkout::OfEvent, steps);
    let condition = Condition::All(vec![Fact::Always.into(), Fact::OnTag.into()]);
    let needs = jobs.iter().map(|job| job.id.clone()).collect();
    Some(Job { needs, condition: Some(condition), ..blockers })
}
