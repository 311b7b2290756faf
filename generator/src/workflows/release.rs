//! `release.yml`: from the tag to the bundle.

use lockstep_schemas::model::{Model, Shell, Stage};
use lockstep_schemas::plan::{Plan, PlannedFile};
use lockstep_schemas::strings::Expression;
use lockstep_schemas::workflow::{
    Call, Cancel, Checkout, Concurrency, Condition, Fact, Input, InputDefault, Job, JobBody, Need,
    OutputKind, PermissionScope, Role, Setting, Step, StepId, Trigger, Workflow,
};

use super::parts::{RESOLVE, env, expr, file, id, input, job, output, text};
use super::steps::{
    github_token, in_repository, other, own, setup, toolchain, upload, verify_bundle,
};
use super::{merged, own_steps};

/// What a job says when one of its gates is closed. It is run by a shell of the runner's own, so that it needs
/// no program of Lockstep's.
const GATE_CLOSED: &str = "printf '::error title=A gate is closed::%s\\n' \"The step that failed says which, and nothing is built. Open it, and run the failed jobs again; if the commit must change, tag a new version with the change.\"\n";

/// The step that compares the tag's version with the version files.
const VERSIONS: StepId = StepId("versions");

pub(super) fn workflow(
    model: &Model,
    plan: &Plan,
    builds: &[Workflow],
    verify: &Workflow,
) -> Workflow {
    let mut jobs = vec![call("verify", "Verify", verify, Vec::new()), context(model)];
    jobs.extend(builds.iter().map(build));
    jobs.push(assemble(model, plan, builds));
    Workflow {
        file: file("release.yml"),
        name: text("Release"),
        triggers: vec![Trigger::PushTags(tags(model)), Trigger::Dispatch],
        env: env(model),
        inputs: inputs(plan),
        concurrency: Some(Concurrency {
            group: format!("release-{}", expr("github.ref")),
            cancel: Cancel::Fixed(false),
        }),
        jobs,
    }
}

/// The tags that start a release, in GitHub's
/// [filter patterns](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet).
fn tags(model: &Model) -> String {
    model.tag.as_str().replace("{version}", "[0-9]*.[0-9]*.[0-9]*")
}

fn inputs(plan: &Plan) -> Vec<Input> {
    let tag = input(
        "tag",
        "The tag that this run was dispatched on, to confirm it. A run on anything but a tag is refused.",
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

fn context(model: &Model) -> Job {
    let resolve = own("Resolve tag, commit and sources", "resolve-build")
        .with_id(RESOLVE)
        .as_role(Role::Gates)
        .needing(Need::read(
            PermissionScope::Actions,
            "whether the workflows that are gates succeeded",
        ))
        .needing(Need::read(PermissionScope::Issues, "whether blockers are open"))
        .needing(Need::read(
            PermissionScope::Statuses,
            "whether the commit statuses that are gates are set",
        ))
        .with("stage", "build")
        .with("inputs", expr("toJSON(inputs)"))
        .with("token", github_token());
    let versions = own("Check that the versions are the tag's", "align-versions")
        .with_id(VERSIONS)
        .with("version", expr("steps.resolve.outputs.version"));
    let gates = own_steps::after_resolve(own_steps::of_gates(model, Stage::Build));
    let closed = (!gates.is_empty()).then(|| {
        let condition =
            Condition::All(vec![Fact::Failure.into(), Fact::StepSucceeded(VERSIONS).into()]);
        Step::run("Say what to do where a gate is closed", Shell::Bash, GATE_CLOSED).when(condition)
    });
    let steps = merged([
        setup(model),
        vec![in_repository(resolve), versions],
        gates,
        closed.into_iter().collect(),
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

fn build(workflow: &Workflow) -> Job {
    let with = ["version", "commit", "sources"].map(|name| Setting::new(name, of_context(name)));
    let name = workflow.file.as_str().trim_end_matches(".yml");
    let build = call(name, workflow.name.as_str(), workflow, with.to_vec());
    Job { needs: vec![id("context")], ..build }
}

/// What the targets built. A pattern that matches one artifact alone leaves out the folder
/// of its name ([issue](https://github.com/actions/download-artifact/issues/419)), so one is named.
fn download_targets(plan: &Plan) -> Step {
    let download = other("Download what the targets built", "actions/download-artifact");
    match plan.targets.as_slice() {
        [target] => {
            let name = format!("target-{}", target.id);
            let folder = format!("lockstep/targets/{name}");
            download.with("name", name).with("path", folder)
        }
        _ => download
            .with("pattern", "target-*")
            .with("path", "lockstep/targets")
            .with("merge-multiple", "false"),
    }
}

fn assemble(model: &Model, plan: &Plan, builds: &[Workflow]) -> Job {
    let steps = merged([
        toolchain(&plan.toolchain, None),
        setup(model),
        vec![in_repository(download_targets(plan))],
        own_steps::of_job(&model.extra_steps.assemble),
        bundle(plan),
        plan.attestations.then(attest).into_iter().collect(),
    ]);
    let commit = Checkout::Of(of_context("commit"));
    let mut assemble = job(model, "assemble", "Assemble", 60, commit, steps);
    let builds = builds.iter().map(|workflow| build(workflow).id);
    assemble.needs = std::iter::once(id("context")).chain(builds).collect();
    if let JobBody::Run(run) = &mut assemble.body {
        run.env = vec![Setting::new("LOCKSTEP_VERSION", of_context("version"))];
    }
    assemble
}

/// The steps from what the targets built to the bundle.
fn bundle(plan: &Plan) -> Vec<Step> {
    let of_version =
        |name: &str, action: &'static str| own(name, action).with("version", of_context("version"));
    let with_manifest = plan.packed_by(None).any(|file| file.manifest().is_some());
    let with_manifest = with_manifest.then(|| {
        own("Pack what carries the manifest", "pack-artifacts")
            .as_role(Role::ProjectCode)
            .with("with-manifest", true)
            .with("version", of_context("version"))
    });
    let notes = plan.versions.released.changelog.as_ref().map(|_| {
        of_version("Take the release's notes from the changelog", "align-versions")
            .with("notes", "lockstep/bundle/release-notes.md")
    });
    let smoke = plan.packed_by(None).any(PlannedFile::is_installed);
    let smoke = smoke.then(|| {
        of_version("Smoke-test what needs every target", "smoke-test").as_role(Role::ProjectCode)
    });
    let merge = own("Merge the manifests", "hash-artifacts")
        .with("merge", true)
        .with("version", of_context("version"))
        .with("commit", of_context("commit"))
        .with("sources", of_context("sources"));
    let sums = own("Sum up the bundle", "hash-artifacts")
        .with("sums", true)
        .with("version", of_context("version"));
    let pack =
        of_version("Pack what needs every target", "pack-artifacts").as_role(Role::ProjectCode);
    merged([
        vec![pack, merge],
        with_manifest.into_iter().chain(notes).collect(),
        vec![sums, verify_bundle("Verify the bundle against the plan", of_context)],
        smoke.into_iter().collect(),
        vec![upload("Upload the bundle", "bundle", "lockstep/bundle")],
    ])
}

fn attest() -> Step {
    other("Attest the bundle's provenance", "actions/attest")
        .as_role(Role::Attest)
        .needing(Need::write(PermissionScope::Attestations, "store the bundle's attestation"))
        .needing(Need::write(PermissionScope::IdToken, "sign the bundle's attestation"))
        .with("subject-checksums", "lockstep/bundle/SHA256SUMS")
}
