//! What puts the bundle together, of what every target uploaded.

use lockstep_schemas::model::Model;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::Expression;
use lockstep_schemas::workflow::{
    Checkout, Job, JobBody, JobOutput, OutputKind, Role, Setting, Step,
};

use super::parts::job;
use super::steps::{
    SUMS, also_of_snapshots, bundle_outputs, in_repository, kept_for, other, own, pinned_rust,
    set_snapshot, setup, toolchain, upload_bundle, verify_bundle,
};
use super::{merged, own_steps};

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

/// The job that puts it together, of the version that another job resolved.
pub(super) fn assemble(model: &Model, plan: &Plan, of: impl Fn(&str) -> Expression + Copy) -> Job {
    let [download, newest] = take_targets();
    let steps = merged([
        toolchain(&plan.toolchain, None),
        setup(model),
        vec![set_snapshot(of("version")), in_repository(download), newest],
        own_steps::of_job(&model.extra_steps.assemble),
        bundle(plan, of),
    ]);
    let commit = Checkout::Of(of("commit"));
    let mut assemble = job(model, "assemble", "Assemble", 60, commit, steps);
    if let JobBody::Run(run) = &mut assemble.body {
        let version = Setting::new("LOCKSTEP_VERSION", of("version"));
        run.env = [version].into_iter().chain(pinned_rust(&plan.toolchain)).collect();
        let checksums = JobOutput::of_step(SUMS, "checksums", OutputKind::Text);
        run.outputs = bundle_outputs().into_iter().chain([checksums]).collect();
    }
    assemble
}

/// The steps from what the targets built to the bundle.
fn bundle(plan: &Plan, of: impl Fn(&str) -> Expression + Copy) -> Vec<Step> {
    let of_version =
        |name: &str, action: &'static str| own(name, action).with("version", of("version"));
    let with_manifest = plan.packed_by(None).any(|file| file.manifest().is_some());
    let with_manifest = with_manifest.then(|| {
        also_of_snapshots(own("Pack what carries the manifest", "pack-artifacts"))
            .as_role(Role::ProjectCode)
            .with("with-manifest", true)
            .with("version", of("version"))
    });
    let notes = plan.versions.released.changelog.as_ref().map(|_| {
        also_of_snapshots(of_version(
            "Take the release's notes from the changelog",
            "align-versions",
        ))
        .with("notes", "lockstep/bundle/release-notes.md")
    });
    let smoke = |with_manifest: bool, name: &str| {
        let mut files = plan.packed_by(None).filter(|file| file.is_installed());
        let is_any = files.any(|file| file.manifest().is_some() == with_manifest);
        is_any.then(|| of_version(name, "smoke-test").as_role(Role::ProjectCode))
    };
    let smoke_with_manifest = smoke(true, "Smoke-test what carries the manifest")
        .map(|step| step.with("with-manifest", true));
    let smoke = smoke(false, "Smoke-test what needs every target");
    let merge = also_of_snapshots(own("Merge the manifests", "hash-artifacts"))
        .with("merge", true)
        .with("version", of("version"))
        .with("commit", of("commit"))
        .with("sources", of("sources"));
    let sums = own("Sum up the bundle", "hash-artifacts")
        .with("sums", true)
        .with("version", of("version"));
    let pack = also_of_snapshots(of_version("Pack what needs every target", "pack-artifacts"));
    let pack = pack.as_role(Role::ProjectCode);
    let verify = also_of_snapshots(verify_bundle("Verify the bundle against the plan", of));
    merged([
        // How a check went that may fail, the manifest says.
        std::iter::once(pack).chain(smoke).chain([merge]).collect(),
        with_manifest.into_iter().chain(smoke_with_manifest).chain(notes).collect(),
        vec![sums, verify.with_id(SUMS)],
        vec![upload_bundle("Upload the bundle", kept_for())],
    ])
}
