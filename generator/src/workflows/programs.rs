//! Lockstep's programs, where a model builds them: in one job that has nothing but the repository, for all that publish.
//! What runs beside a credential is taken by its digest, and builds nothing.

use lockstep_schemas::model::{Model, Shell};
use lockstep_schemas::workflow::{Checkout, Job, JobBody, JobOutput, OutputKind, Step, StepId};

use super::merged;
use super::parts::{expr, id, job, of_attempt};
use super::steps::{KEPT_FOR, other, setup, upload};

/// The job that builds them.
const JOB: &str = "programs";
/// The step that packs them.
const PACK: StepId = StepId("pack");
/// Where they are packed to, and downloaded to.
const FOLDER: &str = "lockstep-programs";

const PACK_SCRIPT: &str = "mkdir lockstep-programs\n\
    (cd \"$LOCKSTEP_PROGRAMS\" && find . -maxdepth 1 -type f -perm -u+x -print0 | tar --null -T - -cf -) > lockstep-programs/programs.tar\n\
    echo \"sha256=$(sha256sum lockstep-programs/programs.tar | cut -d ' ' -f 1)\" >> \"$GITHUB_OUTPUT\"\n";
const TAKE_SCRIPT: &str = "echo \"$PROGRAMS_SHA256  lockstep-programs/programs.tar\" | sha256sum --check --quiet\n\
    mkdir -p \"$LOCKSTEP_PROGRAMS\"\n\
    tar -xf lockstep-programs/programs.tar -C \"$LOCKSTEP_PROGRAMS\"\n";

/// The job that builds them, where a model does.
pub(super) fn build(model: &Model) -> Option<Job> {
    if model.lockstep.setup.is_empty() {
        return None;
    }
    let pack = Step::run("Pack the programs", Shell::Bash, PACK_SCRIPT).with_id(PACK);
    let hand = upload(
        "Hand the programs to the jobs that publish",
        of_attempt("programs"),
        FOLDER,
        KEPT_FOR,
    );
    let steps = merged([setup(model), vec![pack, hand]]);
    let mut job = job(model, JOB, "Build Lockstep's programs", 30, Checkout::OfEvent, steps);
    if let JobBody::Run(run) = &mut job.body {
        run.outputs = vec![
            JobOutput::of_text("name", of_attempt("programs")),
            JobOutput::of_step(PACK, "sha256", OutputKind::Text),
        ];
    }
    Some(job)
}

/// The steps that take them, where a job built them.
pub(super) fn take(model: &Model) -> Vec<Step> {
    if model.lockstep.setup.is_empty() {
        return Vec::new();
    }
    let output = |name: &str| expr(format!("needs.{JOB}.outputs.{name}"));
    vec![
        other("Download Lockstep's programs", "actions/download-artifact")
            .with("name", output("name"))
            .with("path", FOLDER),
        Step::run("Take the programs by their digest", Shell::Bash, TAKE_SCRIPT)
            .with_env("PROGRAMS_SHA256", output("sha256")),
    ]
}

/// The same jobs, each behind the one that builds the programs, which it takes them from.
pub(super) fn behind(build: Option<Job>, jobs: Vec<Job>) -> Vec<Job> {
    let Some(build) = build else { return jobs };
    let runs_programs = |job: &Job| {
        job.run().is_some_and(|run| {
            run.steps.iter().any(|step| step.name == "Take the programs by their digest")
        })
    };
    let behind = |mut job: Job| {
        if runs_programs(&job) {
            job.needs.insert(0, id(JOB));
        }
        job
    };
    std::iter::once(build).chain(jobs.into_iter().map(behind)).collect()
}
