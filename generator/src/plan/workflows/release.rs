//! `release.yml`: from the tag to the bundle.

use lockstep_schemas::model::{Model, Stage};
use lockstep_schemas::plan::{
    Call, Cancel, Concurrency, Input, InputDefault, Job, JobBody, Plan, Setting, Steps, Workflow,
    WorkflowTemplate,
};
use lockstep_schemas::strings::Expression;

use super::jobs::{
    env, file, id, input, job, outputs, permission, read_contents, run, setting, text,
};
use crate::plan::own_steps;

pub(super) fn workflow(model: &Model, plan: &Plan, builds: &[Workflow]) -> Workflow {
    let mut jobs = vec![verify(), context(model)];
    jobs.extend(builds.iter().map(build));
    jobs.push(assemble(model, plan, builds));
    Workflow {
        file: file("release.yml"),
        template: WorkflowTemplate::Release,
        name: text("Release"),
        tags: Some(tags(model)),
        env: env(model),
        inputs: inputs(plan),
        concurrency: Some(Concurrency {
            group: format!("release-{}", Expression::new("github.ref")),
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

fn verify() -> Job {
    Job {
        id: id("verify"),
        name: "Verify".to_owned(),
        needs: Vec::new(),
        condition: None,
        permissions: vec![read_contents()],
        environment: None,
        body: JobBody::Call(Call { calls: file("verify.yml"), with: Vec::new() }),
    }
}

fn context(model: &Model) -> Job {
    let steps = Steps::Context {
        gates: own_steps::after_resolve(own_steps::of_gates(model, Stage::Build)),
        extra: own_steps::after_resolve(own_steps::of_job(&model.extra_steps.context)),
    };
    let mut context = job(model, "context", "Context", 15, steps);
    context.needs = vec![id("verify")];
    context.permissions = vec![
        permission("actions", "read", "whether the workflows that are gates succeeded"),
        read_contents(),
        permission("issues", "read", "whether blockers are open"),
        permission("statuses", "read", "whether the commit statuses that are gates are set"),
    ];
    if let Some(run) = run(&mut context) {
        run.outputs = outputs("resolve", &["tag", "version", "commit", "sources"]);
    }
    context
}

fn build(workflow: &Workflow) -> Job {
    let output = |name: &str| Expression::new(format!("needs.context.outputs.{name}"));
    Job {
        id: id(workflow.file.as_str().trim_end_matches(".yml")),
        name: workflow.name.to_string(),
        needs: vec![id("context")],
        condition: None,
        permissions: vec![read_contents()],
        environment: None,
        body: JobBody::Call(Call {
            calls: workflow.file.clone(),
            with: ["version", "commit", "sources"]
                .into_iter()
                .map(|name| setting(name, output(name)))
                .collect(),
        }),
    }
}

/// What `download-artifact` is asked for. A pattern that matches one artifact alone leaves out the folder
/// of its name ([issue](https://github.com/actions/download-artifact/issues/419)), so one is named.
fn uploads(plan: &Plan) -> Vec<Setting> {
    match plan.targets.as_slice() {
        [target] => vec![
            setting("name", format!("target-{}", target.id)),
            setting("path", format!("lockstep/targets/target-{}", target.id)),
        ],
        _ => vec![
            setting("pattern", "target-*"),
            setting("path", "lockstep/targets"),
            setting("merge-multiple", "false"),
        ],
    }
}

fn assemble(model: &Model, plan: &Plan, builds: &[Workflow]) -> Job {
    let steps = Steps::Assemble {
        uploads: uploads(plan),
        toolchain: (&plan.toolchain).into(),
        extra: own_steps::of_job(&model.extra_steps.assemble),
        with_manifest: plan.packed_by(None).any(|(_, file)| file.manifest.is_some()),
        notes: plan.versions.released.changelog.is_some(),
        smoke: plan.packed_by(None).any(|(artifact, _)| artifact.is_installed()),
        attest: plan.attestations,
    };
    let mut assemble = job(model, "assemble", "Assemble", 60, steps);
    assemble.needs =
        std::iter::once(id("context")).chain(builds.iter().map(|b| build(b).id)).collect();
    if plan.attestations {
        assemble.permissions = vec![
            permission("attestations", "write", "store the bundle's attestation"),
            read_contents(),
            permission("id-token", "write", "sign the bundle's attestation"),
        ];
    }
    if let Some(run) = run(&mut assemble) {
        let version = Expression::new("needs.context.outputs.version");
        run.env = vec![setting("LOCKSTEP_VERSION", version)];
    }
    assemble
}
