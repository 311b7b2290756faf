//! `build-linux.yml`, `build-macos.yml`, `build-windows.yml`: the matrix of one platform's targets.

use lockstep_schemas::model::Model;
use lockstep_schemas::plan::{
    BuildEntry, Plan, SourceCheckout, Steps, TargetPlan, Timeout, ToolchainSetup, Workflow,
    WorkflowTemplate,
};
use lockstep_schemas::platform::Os;
use lockstep_schemas::strings::{Expression, TargetId};

use super::jobs::{env, file, job, required_input, run, setting, text};
use super::limits::MATRIX_JOBS;
use crate::plan::own_steps;

/// The build workflows of the platforms that a plan has. More targets than a matrix may hold go to
/// further workflows of the same platform.
pub(super) fn workflows(model: &Model, plan: &Plan) -> Vec<Workflow> {
    let mut workflows = Vec::new();
    for os in Os::ALL {
        let targets: Vec<&TargetPlan> =
            plan.targets.iter().filter(|target| target.os == os).collect();
        for (index, part) in targets.chunks(MATRIX_JOBS).enumerate() {
            workflows.push(workflow(model, plan, os, index, part));
        }
    }
    workflows
}

fn workflow(model: &Model, plan: &Plan, os: Os, index: usize, targets: &[&TargetPlan]) -> Workflow {
    let (suffix, label) = match index {
        0 => (String::new(), format!("Build {}", os.label())),
        _ => (format!("-{}", index + 1), format!("Build {} ({})", os.label(), index + 1)),
    };
    Workflow {
        file: file(format!("build-{}{suffix}.yml", os.id())),
        template: WorkflowTemplate::Build,
        name: text(label),
        tags: None,
        env: env(model),
        inputs: vec![
            required_input("version", "The version that is built"),
            required_input("commit", "The commit that is built"),
            required_input("sources", "Ref and commit of each source, as a JSON object"),
        ],
        concurrency: None,
        jobs: vec![build(model, plan, os, targets)],
    }
}

fn build(
    model: &Model,
    plan: &Plan,
    os: Os,
    targets: &[&TargetPlan],
) -> lockstep_schemas::plan::Job {
    let ids: Vec<&TargetId> = targets.iter().map(|target| &target.id).collect();
    let contained = targets.iter().filter(|target| target.container.is_some()).count();
    // A container brings its own toolchains.
    let toolchain = if contained == targets.len() {
        ToolchainSetup::default()
    } else {
        let condition = (contained > 0).then(|| Expression::new("!matrix.container"));
        ToolchainSetup { condition, ..ToolchainSetup::from(&plan.toolchain) }
    };
    let steps = Steps::Build {
        sources: sources(plan),
        toolchain,
        build: own_steps::of_build(model, &ids),
        smoke: ids
            .iter()
            .any(|id| plan.packed_by(Some(id)).any(|(artifact, _)| artifact.is_installed())),
    };
    let matrix = |name: &str| Expression::new(format!("matrix.{name}"));
    let mut build = job(model, "build", &matrix("target").to_string(), 0, steps);
    if let Some(run) = run(&mut build) {
        run.runner = matrix("runner").to_string();
        run.timeout_minutes = Timeout::Matrix(matrix("timeout-minutes"));
        run.container = (contained > 0).then(|| matrix("container"));
        run.build_matrix = targets.iter().map(|target| entry(model, target)).collect();
        run.env = vec![
            setting("LOCKSTEP_GLIBC", matrix("glibc")),
            setting("LOCKSTEP_MACOS", matrix("macos")),
            setting("LOCKSTEP_NPM", matrix("npm")),
            setting("LOCKSTEP_OS", os.id()),
            setting("LOCKSTEP_SUFFIX", matrix("suffix")),
            setting("LOCKSTEP_TARGET", matrix("target")),
            setting("LOCKSTEP_TRIPLE", matrix("triple")),
            setting("LOCKSTEP_VERSION", Expression::new("inputs.version")),
            setting("LOCKSTEP_WHEEL", matrix("wheel")),
        ];
        // Compilers take the floor from it; an empty one would be no floor but a mistake.
        if targets.iter().all(|target| target.macos.is_some()) {
            run.env.push(setting("MACOSX_DEPLOYMENT_TARGET", matrix("macos")));
        }
    }
    build
}

fn sources(plan: &Plan) -> Vec<SourceCheckout> {
    let checkout = |source: &lockstep_schemas::plan::SourcePlan| SourceCheckout {
        name: source.name.clone(),
        repository: source.repository.clone(),
        commit: Expression::new(format!("fromJSON(inputs.sources)['{}'].commit", source.name)),
        path: source.path.clone(),
        submodules: source.submodules,
    };
    plan.sources.iter().map(checkout).collect()
}

fn entry(model: &Model, target: &TargetPlan) -> BuildEntry {
    let timeout = model.targets.get(&target.id).map_or(60, |target| target.timeout_minutes.get());
    BuildEntry {
        target: target.id.clone(),
        triple: target.triple.clone(),
        runner: target.runner.clone(),
        container: target.container.clone(),
        glibc: target.glibc.as_ref().map(ToString::to_string).unwrap_or_default(),
        macos: target.macos.as_ref().map(ToString::to_string).unwrap_or_default(),
        npm: target.npm.clone(),
        suffix: target.suffix.clone(),
        wheel: target.wheel.clone(),
        timeout_minutes: timeout,
    }
}
