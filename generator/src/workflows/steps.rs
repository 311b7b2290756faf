//! The steps that more than one job has: what sets up, moves files and verifies.

use lockstep_schemas::model::{GateCheck, Model, Shell, Stage, Toolchain};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Expression, RustVersion, Text};
use lockstep_schemas::workflow::{
    ActionName, Condition, Fact, JobOutput, Need, OutputKind, PermissionScope, Role, Setting, Step,
    StepId, Value,
};

use super::own_steps;
use super::parts::{expr, of_attempt};

/// How long GitHub keeps what a run uploads, in days: the most that it can.
pub(super) const KEPT_FOR: u32 = 90;

/// The Node.js whose npm publishes: 24.18 and later bring npm 11.16, and trusted publishing needs
/// 11.5.1 ([documentation](https://docs.npmjs.com/trusted-publishers)).
pub(super) const PUBLISHING_NODE: &str = "24.18.0";
/// The uv that publishes.
pub(super) const PUBLISHING_UV: &str = "0.13.9";

/// A step that uses an action of others.
pub(super) fn other(name: &str, action: &str) -> Step {
    #[expect(clippy::expect_used, reason = "a constant")]
    Step::uses(name, ActionName::Other(action.parse().expect("the path of an action")))
}

/// A step that uses an action of Lockstep's.
pub(super) fn own(name: &str, action: &'static str) -> Step {
    Step::uses(name, ActionName::Own(action))
}

/// The model's own steps that come first wherever one of Lockstep's actions runs.
pub(super) fn setup(model: &Model) -> Vec<Step> {
    own_steps::of_job(&model.lockstep.setup)
}

/// The toolchains of a model, in the jobs of a matrix that hold to a condition.
pub(super) fn toolchain(toolchain: &Toolchain, condition: Option<&Condition>) -> Vec<Step> {
    let steps = [
        toolchain.rust.as_ref().map(rust),
        toolchain.node.as_ref().map(|version| node("Set up Node.js", version.as_str())),
        toolchain.python.as_ref().map(|version| {
            other("Set up Python", "actions/setup-python").with("python-version", version.as_str())
        }),
    ];
    let steps = steps.into_iter().flatten();
    steps.map(|step| Step { condition: condition.cloned(), ..step }).collect()
}

/// What adds a target's triple to Rust. What serves both processors of a Mac is built of two, and is no triple of rustc's.
const ADD_TARGET: &str = "\
    case ${LOCKSTEP_TRIPLE:-} in\n\
    \"\") ;;\n\
    universal-apple-darwin) rustup target add aarch64-apple-darwin x86_64-apple-darwin ;;\n\
    *) rustup target add \"$LOCKSTEP_TRIPLE\" ;;\n\
    esac\n";

fn rust(version: &RustVersion) -> Step {
    rustup("Set up Rust", version.as_str(), ADD_TARGET)
}

/// Node.js, and npm as it comes with it.
pub(super) fn node(name: &str, version: &str) -> Step {
    other(name, "actions/setup-node")
        .with("node-version", version)
        .with("package-manager-cache", false)
}

/// uv.
pub(super) fn uv(version: &str) -> Step {
    other("Set up uv", "astral-sh/setup-uv").with("version", version).with("enable-cache", false)
}

/// cargo.
pub(super) fn cargo(version: &str) -> Step {
    rustup("Set up cargo", version, "")
}

/// What holds cargo to a model's Rust: a `rust-toolchain.toml` in the checkout outranks rustup's default
/// ([documentation](https://rust-lang.github.io/rustup/overrides.html)).
pub(super) fn pinned_rust(toolchain: &Toolchain) -> Option<Setting> {
    toolchain.rust.as_ref().map(|version| Setting::new("RUSTUP_TOOLCHAIN", version.as_str()))
}

/// A toolchain by rustup, and what else is asked of that.
fn rustup(name: &str, version: &str, and: &str) -> Step {
    let install = "rustup toolchain install \"$RUST_VERSION\" --profile minimal\n\
                   rustup default \"$RUST_VERSION\"\n";
    let script = format!("{install}{and}");
    Step::run(name, Shell::Bash, &script).with_env("RUST_VERSION", version)
}

/// Where the bundle is downloaded to.
pub(super) const BUNDLE: &str = "lockstep/bundle";
/// The step that has digests of the bundle.
pub(super) const SUMS: StepId = StepId("sums");

/// What a job says of the bundle that it has: the name of its upload, and the SHA-256 of its `SHA256SUMS`.
pub(super) fn bundle_outputs() -> [JobOutput; 2] {
    [
        JobOutput::of_text("bundle", of_attempt("bundle")),
        JobOutput::of_step(SUMS, "sums", OutputKind::Text),
    ]
}

/// Where the attestation of the bundle is handed on.
const ATTESTATION: &str = "lockstep/attestation";

/// What the job that proved the bundle says of its attestation: the name of its upload, and its SHA-256.
pub(super) fn attestation_outputs(prove: StepId) -> [JobOutput; 2] {
    [
        JobOutput::of_text("attestation", of_attempt("attestation")),
        JobOutput::of_step(prove, "attested", OutputKind::Text),
    ]
}

/// The upload of the attestation.
pub(super) fn upload_attestation() -> Step {
    let name = "Hand its attestation to the jobs of the GitHub release";
    upload(name, of_attempt("attestation"), ATTESTATION, KEPT_FOR)
}

/// The attestation as the job that proved the bundle handed it on.
pub(super) fn download_attestation(of: impl Fn(&str) -> Expression) -> Step {
    other("Download the attestation", "actions/download-artifact")
        .with("name", of("attestation"))
        .with("path", ATTESTATION)
}

/// The upload of the bundle.
pub(super) fn upload_bundle(name: &str, days: impl Into<Value>) -> Step {
    upload(name, of_attempt("bundle"), BUNDLE, days)
}

/// How long what a build made is kept, in days: a snapshot is looked at soon, if at all.
pub(super) fn kept_for() -> Expression {
    expr(format!("github.ref_type == 'tag' && {KEPT_FOR} || 7"))
}

/// What a folder holds, as a workflow artifact that is there at once or not at all, for some days.
pub(super) fn upload(
    name: &str,
    artifact: impl Into<Value>,
    folder: &str,
    days: impl Into<Value>,
) -> Step {
    other(name, "actions/upload-artifact")
        .with("name", artifact)
        .with("path", folder)
        .with("if-no-files-found", "error")
        .with("overwrite", true)
        .with("compression-level", 0)
        .with("retention-days", days)
}

/// The receipt of a job, also where it failed.
pub(super) fn upload_receipt(name: &str) -> Step {
    upload_receipt_as(of_attempt(&format!("receipt-{name}")))
}

/// The same, of a job that is one of a matrix.
pub(super) fn upload_receipt_as(name: String) -> Step {
    other("Upload the receipt", "actions/upload-artifact")
        .when(Fact::Always)
        .with("name", name)
        .with("path", "lockstep/receipt")
        .with("if-no-files-found", "warn")
        .with("overwrite", true)
        .with("retention-days", KEPT_FOR)
}

/// The bundle, verified to the byte.
pub(super) fn verify_bundle(name: &str, of: impl Fn(&str) -> Expression) -> Step {
    of_bundle(own(name, "verify-manifest"), of)
}

/// The version of a snapshot, set in the checkout before anything is made of it: who builds asks the files for it.
pub(super) fn set_snapshot(version: Expression) -> Step {
    let set = own("Set the snapshot's version", "align-versions")
        .with("version", version)
        .with("set", true)
        .with("snapshot", true);
    in_repository(set).when(!Fact::OnTag)
}

/// The same step, which makes of a snapshot what it makes of a release, and says so.
pub(super) fn also_of_snapshots(step: Step) -> Step {
    step.with("snapshot", (!Fact::OnTag).expression())
}

/// What reads the state of gates that ask GitHub, of those that a plan has.
pub(super) fn reading_gates(step: Step, plan: &Plan, stage: Stage) -> Step {
    let gates = plan.gates.iter().filter(|gate| gate.is_before(stage));
    gates.fold(step, |step, gate| match gate.check {
        GateCheck::Tracker { .. } | GateCheck::Compatibility { .. } | GateCheck::Script { .. } => {
            step
        }
        GateCheck::Workflow { .. } => step.needing(Need::read(
            PermissionScope::Actions,
            "whether the workflows that are gates succeeded",
        )),
        GateCheck::Performance { .. } => {
            step.needing(Need::read(PermissionScope::Contents, "read the evidence of performance"))
        }
        GateCheck::Pushed { .. } => step
            .needing(Need::read(PermissionScope::Contents, "whether the commit is on its branch")),
        GateCheck::NoOpenBlockers { .. } => {
            step.needing(Need::read(PermissionScope::Issues, "whether blockers are open"))
        }
        GateCheck::CommitStatus { .. } => step.needing(Need::read(
            PermissionScope::Statuses,
            "whether the commit statuses that are gates are set",
        )),
    })
}

/// A step that verifies the bundle, of the release that its job knows.
pub(super) fn of_bundle(verify: Step, of: impl Fn(&str) -> Expression) -> Step {
    verify.as_role(Role::Verify).with("version", of("version")).with("commit", of("commit"))
}

/// Where what stops a release is filed: the title and the label of the epic, where a plan has a gate that looks there.
pub(super) fn blockers(plan: &Plan) -> Option<(&Text, &Text)> {
    plan.gates.iter().find_map(|gate| match &gate.check {
        GateCheck::NoOpenBlockers { epic, label } => Some((epic, label)),
        GateCheck::Workflow { .. }
        | GateCheck::CommitStatus { .. }
        | GateCheck::Pushed { .. }
        | GateCheck::Performance { .. }
        | GateCheck::Tracker { .. }
        | GateCheck::Compatibility { .. }
        | GateCheck::Script { .. } => None,
    })
}

/// Whether a project keeps its blockers itself: then a run writes down what stopped it, for whoever files that.
pub(super) fn keeps_blockers(plan: &Plan) -> bool {
    plan.gates.iter().any(|gate| matches!(gate.check, GateCheck::Tracker { .. }))
}

/// The receipts of the jobs before.
pub(super) fn download_receipts() -> Step {
    other("Download the receipts", "actions/download-artifact")
        .with("pattern", "receipt-*")
        .with("path", "lockstep/receipts")
}

/// What puts together how a run ended, or what it is about to do, also where a step before it failed. A live run files
/// what stopped it, where the model has a gate that looks for such.
pub(super) fn report(name: &str, plan: &Plan, stage: &str, mode: &str) -> Step {
    let step = own(name, "report-blocker")
        .as_role(Role::Report)
        .when(Fact::Always)
        .with("stage", stage)
        .with("mode", mode)
        .with("needs", expr("toJSON(needs)"))
        .with("inputs", expr("toJSON(inputs)"))
        .with("token", github_token());
    let step = if keeps_blockers(plan) { step.with("tracker", true) } else { step };
    // What the other stage's rehearsal says, the job that files it says too.
    let files = mode == "live" || stage == "publish";
    let Some((epic, label)) = blockers(plan).filter(|_| files) else { return step };
    let step = step.with("epic", epic.as_str()).with("label", label.as_str());
    let reason = "file what stopped the release as an issue";
    if mode == "live" {
        step.needing(Need::write(PermissionScope::Issues, reason))
            .needing(Need::read(PermissionScope::Actions, "quote what the failed jobs said"))
    } else {
        step
    }
}

/// The token of the job.
pub(super) fn github_token() -> Expression {
    expr("github.token")
}

/// The same step, which needs the repository's files.
pub(super) fn in_repository(step: Step) -> Step {
    step.needing(Need::Checkout)
}
