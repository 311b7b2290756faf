//! `build-linux.yml`, `build-macos.yml`, `build-windows.yml`: the matrix of one platform's targets.

use lockstep_schemas::model::{Model, Shell, Toolchain};
use lockstep_schemas::plan::{Plan, PlannedFile, SourcePlan, TargetPlan};
use lockstep_schemas::platform::RunnerOs;
use lockstep_schemas::strings::{Expression, TargetId};
use lockstep_schemas::workflow::{
    BuildEntry, Checkout, Condition, Fact, Job, Matrix, Role, Run, Setting, Step, Timeout, Trigger,
    Workflow,
};

use super::limits::MATRIX_JOBS;
use super::occasions::{Occasion, occasions};
use super::parts::{env, expr, file, of_run, required_input, text};
use super::steps::{
    also_of_snapshots, in_repository, kept_for, other, own, set_snapshot, setup, toolchain, upload,
};
use super::{merged, own_steps, parts};

/// What a job says whose target was not built. It is run by a shell of the runner's own, so that it needs no
/// program of Lockstep's.
const NOT_BUILT: &str = "printf '::error title=%s was not built::%s\\n' \"$LOCKSTEP_TARGET\" \"The step that failed says why. No bundle is made of this run. If it was the runner, run the failed jobs again; if the build must change, a release of the change needs a tag of its own.\"\n";

/// The build workflows of the platforms that a plan has. More targets than a matrix may hold go to
/// further workflows of the same platform.
pub(super) fn workflows(model: &Model, plan: &Plan) -> Vec<Workflow> {
    let mut workflows = Vec::new();
    for os in RunnerOs::ALL {
        let targets: Vec<&TargetPlan> =
            plan.targets.iter().filter(|target| target.built_on() == os).collect();
        for (index, part) in targets.chunks(MATRIX_JOBS).enumerate() {
            workflows.push(workflow(model, plan, os, index, part));
        }
    }
    workflows
}

/// The call of a build workflow, with what another job resolved.
pub(super) fn call(workflow: &Workflow, of: impl Fn(&str) -> Expression) -> Job {
    let with = ["version", "commit", "sources"].map(|name| Setting::new(name, of(name)));
    parts::call(
        workflow.file.as_str().trim_end_matches(".yml"),
        workflow.name.as_str(),
        workflow,
        with.to_vec(),
    )
}

/// The targets that a workflow builds.
pub(super) fn targets(workflow: &Workflow) -> impl Iterator<Item = &TargetId> {
    let entries = workflow.jobs.iter().filter_map(Job::run).flat_map(|run| match &run.matrix {
        Matrix::Build(entries) => entries.as_slice(),
        Matrix::None | Matrix::Install(_) => &[],
    });
    entries.map(|entry| &entry.target)
}

fn workflow(
    model: &Model,
    plan: &Plan,
    os: RunnerOs,
    index: usize,
    targets: &[&TargetPlan],
) -> Workflow {
    let os = os.os();
    let (suffix, label) = match index {
        0 => (String::new(), format!("Build {}", os.label())),
        _ => (format!("-{}", index + 1), format!("Build {} ({})", os.label(), index + 1)),
    };
    Workflow {
        file: file(format!("build-{}{suffix}.yml", os.id())),
        name: text(label),
        triggers: vec![Trigger::Call],
        env: env(model),
        inputs: vec![
            required_input("version", "The version that is built"),
            required_input("commit", "The commit that is built"),
            required_input("sources", "Ref and commit of each source, as a JSON object"),
        ],
        concurrency: None,
        jobs: jobs(model, plan, targets),
    }
}

/// A job for the targets that the same snapshots leave out; a release builds all of them.
fn jobs(model: &Model, plan: &Plan, targets: &[&TargetPlan]) -> Vec<Job> {
    let builds =
        |occasion: &&Occasion<'_>| targets.iter().any(|target| occasion.builds(&target.id));
    let occasions = occasions(model);
    let occasions: Vec<&Occasion<'_>> = occasions.iter().filter(builds).collect();
    let mut groups: Vec<(Vec<&Occasion<'_>>, Vec<&TargetPlan>)> = Vec::new();
    for target in targets.iter().copied() {
        let left_out = occasions.iter().copied().filter(|occasion| !occasion.builds(&target.id));
        let left_out: Vec<&Occasion<'_>> = left_out.collect();
        match groups.iter_mut().find(|(known, _)| *known == left_out) {
            Some((_, group)) => group.push(target),
            None => groups.push((left_out, vec![target])),
        }
    }
    let jobs = groups.iter().enumerate().map(|(index, (left_out, group))| {
        let id = if index == 0 { "build".to_owned() } else { format!("build-{}", index + 1) };
        let condition = left_out.iter().map(|occasion| !occasion.condition()).collect::<Vec<_>>();
        let condition = (!condition.is_empty()).then_some(Condition::All(condition));
        Job { condition, ..build(model, plan, &id, group) }
    });
    jobs.collect()
}

fn build(model: &Model, plan: &Plan, id: &str, targets: &[&TargetPlan]) -> Job {
    let matrix = |name: &str| expr(format!("matrix.{name}"));
    let is_contained = targets.iter().any(|target| target.container.is_some());
    let run = Run {
        runner: matrix("runner").to_string(),
        container: is_contained.then(|| matrix("container")),
        timeout: Timeout::Matrix(matrix("timeout-minutes")),
        matrix: Matrix::Build(targets.iter().map(|target| entry(model, target)).collect()),
        outputs: Vec::new(),
        env: environment(targets),
        checkout: Checkout::Of(expr("inputs.commit")),
        steps: steps(model, plan, targets),
    };
    of_run(id, &matrix("target").to_string(), run)
}

fn environment(targets: &[&TargetPlan]) -> Vec<Setting> {
    let matrix = |name: &str| expr(format!("matrix.{name}"));
    let mut env = vec![
        Setting::new("LOCKSTEP_GLIBC", matrix("glibc")),
        Setting::new("LOCKSTEP_MACOS", matrix("macos")),
        Setting::new("LOCKSTEP_NPM", matrix("npm")),
        Setting::new("LOCKSTEP_OS", matrix("os")),
        Setting::new("LOCKSTEP_SUFFIX", matrix("suffix")),
        Setting::new("LOCKSTEP_TARGET", matrix("target")),
        Setting::new("LOCKSTEP_TRIPLE", matrix("triple")),
        Setting::new("LOCKSTEP_VERSION", expr("inputs.version")),
        Setting::new("LOCKSTEP_WHEEL", matrix("wheel")),
    ];
    // Compilers take the floor from it; an empty one would be no floor but a mistake.
    if targets.iter().all(|target| target.macos.is_some()) {
        env.push(Setting::new("MACOSX_DEPLOYMENT_TARGET", matrix("macos")));
    }
    env
}

fn steps(model: &Model, plan: &Plan, targets: &[&TargetPlan]) -> Vec<Step> {
    let ids: Vec<&TargetId> = targets.iter().map(|target| &target.id).collect();
    let of_target = |step: Step| {
        step.with("target", expr("matrix.target")).with("version", expr("inputs.version"))
    };
    let is_installed = |id: &&TargetId| plan.packed_by(Some(id)).any(PlannedFile::is_installed);
    let smoke = targets.iter().any(|target| runs(target) && is_installed(&&target.id)).then(|| {
        of_target(own("Smoke-test what was packed", "smoke-test")).as_role(Role::ProjectCode)
    });
    // What is built for another system or processor nothing runs here, unless an emulator does.
    let cross = targets.iter().filter(|target| !runs(target));
    let native = cross.map(|target| !Fact::Target(target.id.clone())).collect::<Vec<_>>();
    let smoke = smoke.map(|step| match native.as_slice() {
        [] => step,
        _ => step.when(Condition::All(native.clone())),
    });
    let pack = also_of_snapshots(of_target(own("Pack", "pack-artifacts")));
    let pack = pack.as_role(Role::ProjectCode);
    let hash = also_of_snapshots(of_target(own("Hash", "hash-artifacts")))
        .with("commit", expr("inputs.commit"))
        .with("sources", expr("inputs.sources"));
    // What else built it says a command of the project's.
    let hash = if plan.toolchain.other.is_empty() { hash } else { hash.as_role(Role::ProjectCode) };
    let twice: Vec<&TargetId> =
        targets.iter().filter(|target| target.reproducible).map(|target| &target.id).collect();
    let [copy, again] = own_steps::of_build_again(model, &twice, targets.len());
    let hash = match twice.len() {
        0 => hash,
        all if all == targets.len() => hash.with("again", own_steps::AGAIN),
        _ => hash.with("again", of_targets(&twice, own_steps::AGAIN)),
    };
    let failed = Step::run("Say what to do where the build failed", Shell::Bash, NOT_BUILT)
        .when(Fact::Failure);
    let name = expr("format('target-{0}-{1}', matrix.target, github.run_attempt)");
    merged([
        plan.sources.iter().map(check_out_source).collect(),
        toolchains(plan, targets),
        setup(model),
        vec![set_snapshot(expr("inputs.version"))],
        versions_of_sources(plan).into_iter().collect(),
        copy,
        own_steps::of_build(model, &ids),
        again,
        vec![failed, in_repository(pack)],
        smoke.into_iter().collect(),
        vec![hash, upload("Upload", name, "lockstep/out", kept_for())],
    ])
}

/// A text in the jobs of some targets, and nothing in the others.
fn of_targets(targets: &[&TargetId], text: &str) -> Expression {
    let is_it: Vec<String> =
        targets.iter().map(|target| format!("matrix.target == '{target}'")).collect();
    expr(format!("({}) && '{text}' || ''", is_it.join(" || ")))
}

/// Whether what is built runs where it is built.
fn runs(target: &TargetPlan) -> bool {
    target.cross_built_on.is_none() || target.emulator.is_some()
}

/// The toolchains. A container brings its own.
fn toolchains(plan: &Plan, targets: &[&TargetPlan]) -> Vec<Step> {
    let contained = targets.iter().filter(|target| target.container.is_some()).count();
    if contained == 0 {
        return toolchain(&plan.toolchain, None);
    }
    let all = contained == targets.len();
    let own = if all { Vec::new() } else { toolchain(&plan.toolchain, Some(&!Fact::Contained)) };
    let images = image_toolchains(&plan.toolchain)
        .map(|step| if all { step } else { step.when(Fact::Contained) });
    own.into_iter().chain(images).collect()
}

/// What says which versions an image brings in the place of those that the model pins: nothing sets them up there.
fn image_toolchains(toolchain: &Toolchain) -> Option<Step> {
    let pinned = [
        toolchain.rust.as_ref().map(|version| ("Rust", version.as_str(), "rustc")),
        toolchain.node.as_ref().map(|version| ("Node.js", version.as_str(), "node")),
        toolchain.python.as_ref().map(|version| ("Python", version.as_str(), "python3")),
    ];
    let says = |(name, version, program): (&str, &str, &str)| {
        format!(
            "echo \"{name}: the model has {version}, this image $({program} --version 2>/dev/null || echo none)\"\n"
        )
    };
    let script: String = pinned.into_iter().flatten().map(says).collect();
    let name = "Say which toolchains the image brings";
    (!script.is_empty()).then(|| Step::run(name, Shell::Bash, &script))
}

/// The check that sources have the version that is released, where the model says so. A snapshot has one of its own.
fn versions_of_sources(plan: &Plan) -> Option<Step> {
    let mut files = plan.versions.released.files.iter();
    files.any(|file| file.source.is_some()).then(|| {
        let check = own("Check that the sources have the version", "align-versions")
            .with("version", expr("inputs.version"))
            .with("sources", true);
        in_repository(check).when(Fact::OnTag)
    })
}

fn check_out_source(source: &SourcePlan) -> Step {
    other(&format!("Check out {}", source.name), "actions/checkout")
        .with("repository", source.repository.to_string())
        .with("ref", expr(format!("fromJSON(inputs.sources)['{}'].commit", source.name)))
        .with("path", source.path.to_string())
        .with("submodules", source.submodules)
        .with("persist-credentials", false)
}

fn entry(model: &Model, target: &TargetPlan) -> BuildEntry {
    let timeout = model.targets.get(&target.id).map_or(60, |target| target.timeout_minutes.get());
    BuildEntry {
        target: target.id.clone(),
        os: target.os,
        triple: target.triple.clone(),
        runner: target.runner.clone(),
        container: target.container.clone(),
        glibc: target.glibc.as_ref().map(ToString::to_string).unwrap_or_default(),
        macos: target.macos.as_ref().map(ToString::to_string).unwrap_or_default(),
        npm: target.npm.clone(),
        suffix: target.suffix.clone(),
        wheel: target.wheel.as_ref().map_or_else(String::new, ToString::to_string),
        timeout_minutes: timeout,
    }
}
