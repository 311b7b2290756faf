//! A gate that is a script, and says something that must be judged.

use std::path::Path;

use lockstep_gates::{Release, compatible};
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::GateCheck;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{CommitSha, Tag, Version};
use serde::Deserialize;

use crate::Inputs;

/// The release, as it was resolved.
#[derive(Deserialize)]
struct Resolved {
    tag: Tag,
    version: Version,
    commit: CommitSha,
}

/// Runs the script of a gate, and judges what it says.
pub(crate) fn ask(asked: &Inputs, plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let Resolved { tag, version, commit } =
        serde_json::from_str(&asked.inputs).map_err(|error| {
            let what = format!("`inputs` does not say what is released: {error}");
            Failure::new(Rule::WrongInput, what)
        })?;
    let gate = plan.gates.iter().find(|gate| gate.id.as_str() == asked.gate);
    let run = gate.and_then(|gate| match &gate.check {
        GateCheck::Compatibility { run } => Some(run),
        GateCheck::Workflow { .. }
        | GateCheck::CommitStatus { .. }
        | GateCheck::Pushed { .. }
        | GateCheck::NoOpenBlockers { .. }
        | GateCheck::Tracker { .. }
        | GateCheck::Performance { .. }
        | GateCheck::Script { .. } => None,
    });
    let run = run.ok_or_else(|| {
        let what = format!("the plan has no gate `{}` of compatibility", asked.gate);
        Failure::new(Rule::WrongInput, what)
    })?;
    let release = Release { plan, tag: &tag, commit: &commit };
    let mut said = |text: &str| report.line(text);
    let why = compatible(&release, &version, run, Path::new("."), &mut said);
    if let Some(why) = report.found(why) {
        report.line(format_args!("gate {} is open: {why}", asked.gate));
    }
    Ok(())
}
