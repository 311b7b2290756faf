//! Gates that are scripts: each a job of its own, which has no more than the repository. What a script does to its
//! runner, no other job sees. Some say no more than that they end well; what others say, a program of Lockstep's judges.

use lockstep_schemas::model::{Gate, GateCheck, Model, Shell, Stage};
use lockstep_schemas::strings::{Expression, Id, JobId, Text};
use lockstep_schemas::workflow::{Checkout, Condition, Fact, Job, JobBody, Need, Role, Step};

use super::parts::{expr, id, job};
use super::steps::{github_token, own, setup};
use super::{merged, own_steps, programs};

/// What a job says when its gate is closed. It is run by a shell of the runner's own, so that it needs no program of
/// Lockstep's.
const GATE_CLOSED: &str = "printf '::error title=A gate is closed::%s\\n' \"The step that failed says why, and nothing goes on behind it. Open it, and run the failed jobs again; if the commit must change, tag a new version with the change.\"\n";

/// The jobs of a stage's gates, behind the job that resolved the release.
pub(super) fn jobs(
    model: &Model,
    stage: Stage,
    behind: &str,
    of: &impl Fn(&str) -> Expression,
) -> Vec<Job> {
    let gates = model.gates.iter().filter(|(_, gate)| gate.before.all().contains(&stage));
    let script = |gate: &Id, of_model: &Gate, before: Vec<Step>, asks: Step| {
        let name = name(gate, of_model.description.as_ref());
        let asks = Step { name: name.clone(), ..asks }
            .as_role(Role::Gate(gate.clone()))
            .needing(Need::Checkout);
        let closed = Step::run("Say what to do where the gate is closed", Shell::Bash, GATE_CLOSED)
            .when(Fact::Failure);
        let commit = Checkout::Of(of("commit"));
        let steps = merged([before, vec![asks, closed]]);
        let mut job = job(model, job_id(gate).as_str(), &name, 60, commit, steps);
        if let JobBody::Run(run) = &mut job.body {
            run.env = own_steps::release(of).to_vec();
        }
        let condition = waiver(model, gate, behind).map(|waived| !waived);
        Some(Job { needs: vec![id(behind)], condition, ..job })
    };
    let scripts = gates.filter_map(|(gate, of_model)| match &of_model.check {
        GateCheck::Script { run } | GateCheck::Tracker { open: run, .. } => {
            script(gate, of_model, Vec::new(), Step::run("", Shell::Bash, run.as_str()))
        }
        GateCheck::Compatibility { .. } => {
            let asks = own("", "resolve-build")
                .with("stage", "gate")
                .with("gate", gate.as_str())
                .with("inputs", expr(format!("toJSON(needs.{behind}.outputs)")))
                .with("token", github_token());
            script(gate, of_model, programs(stage, model), asks)
        }
        GateCheck::Workflow { .. }
        | GateCheck::CommitStatus { .. }
        | GateCheck::Pushed { .. }
        | GateCheck::NoOpenBlockers { .. }
        | GateCheck::Performance { .. } => None,
    });
    scripts.collect()
}

/// When the gates of some jobs are open: each passed, or was let go on record.
pub(super) fn open(model: &Model, behind: &str, gates: &[Job]) -> Vec<Condition> {
    let open = |(gate, _): (&Id, _)| {
        let job = job_id(gate);
        let is_there = gates.iter().any(|known| known.id == job);
        let passed = is_there.then(|| Condition::succeeded(job))?;
        Some(match waiver(model, gate, behind) {
            Some(waived) => Condition::Any(vec![passed, waived]),
            None => passed,
        })
    };
    model.gates.iter().filter_map(open).collect()
}

fn job_id(gate: &Id) -> JobId {
    id(format!("gate-{gate}"))
}

/// That a gate was let go, where the model lets that be.
fn waiver(model: &Model, gate: &Id, by: &str) -> Option<Condition> {
    let is_waivable = model.waivers.iter().any(|waiver| waiver.gate.as_ref() == Some(gate));
    is_waivable.then(|| Fact::Waived { by: id(by), gate: gate.clone() }.into())
}

/// Lockstep's programs, in the jobs of a stage.
fn programs(stage: Stage, model: &Model) -> Vec<Step> {
    match stage {
        Stage::Tag | Stage::Build => setup(model),
        Stage::Publish => programs::take(model),
    }
}

/// What the log calls a gate: its id, and what it is for.
fn name(id: &Id, description: Option<&Text>) -> String {
    own_steps::shortened(&match description {
        Some(description) => format!("Gate {id}: {description}"),
        None => format!("Gate {id}"),
    })
}
