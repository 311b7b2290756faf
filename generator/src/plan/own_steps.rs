//! The project's own steps, as a job runs them.

use lockstep_schemas::model::{BuildMode, GateCheck, Model, Shell, Stage, Step};
use lockstep_schemas::plan::{PlannedStep, Setting};
use lockstep_schemas::strings::{Expression, Id, TargetId, Text};

use super::pins;

/// The steps of a job that belongs to no target.
pub(super) fn of_job(steps: &[Step]) -> Vec<PlannedStep> {
    steps.iter().map(|step| planned(step, None, None)).collect()
}

/// The steps of the builds of some targets: setup, then what is compiled mode by mode, then what
/// packages.
pub(super) fn of_build(model: &Model, targets: &[&TargetId]) -> Vec<PlannedStep> {
    let build = &model.build;
    let once = |steps: &[Step]| select(steps, targets, None);
    let mut planned = once(&build.setup);
    for mode in &model.modes {
        planned.extend(select(&build.compile, targets, Some(*mode)));
    }
    planned.extend(once(&build.package));
    planned
}

/// Scripts that are gates of a stage.
pub(super) fn of_gates(model: &Model, stage: Stage) -> Vec<PlannedStep> {
    let gates = model.gates.iter().filter(|(_, gate)| gate.before == stage);
    let scripts = gates.filter_map(|(id, gate)| {
        let GateCheck::Script { run } = &gate.check else {
            return None;
        };
        let waivable = model.waivers.iter().any(|waiver| waiver.gate.as_ref() == Some(id));
        let unless_waived = format!("!contains(fromJSON(steps.resolve.outputs.waived), '{id}')");
        Some(PlannedStep {
            condition: waivable.then(|| Expression::new(unless_waived)),
            run: Some(run.clone()),
            shell: Some(Shell::Bash),
            ..unnamed(gate_name(id, gate.description.as_ref()))
        })
    });
    scripts.collect()
}

/// What the log calls a gate: its id, and what it is for.
fn gate_name(id: &Id, description: Option<&Text>) -> String {
    shortened(&match description {
        Some(description) => format!("Gate {id}: {description}"),
        None => format!("Gate {id}"),
    })
}

/// The same steps with what the step `resolve` of their job resolved: `LOCKSTEP_VERSION`,
/// `LOCKSTEP_TAG` and `LOCKSTEP_COMMIT`.
pub(super) fn after_resolve(mut steps: Vec<PlannedStep>) -> Vec<PlannedStep> {
    for step in &mut steps {
        let resolved = ["version", "tag", "commit"].map(|output| {
            let value = Expression::new(format!("steps.resolve.outputs.{output}"));
            setting(&format!("LOCKSTEP_{}", output.to_uppercase()), &value.to_string())
        });
        step.env.splice(0..0, resolved);
    }
    steps
}

fn select(steps: &[Step], targets: &[&TargetId], mode: Option<BuildMode>) -> Vec<PlannedStep> {
    let planned = steps.iter().filter_map(|step| {
        let Some(wanted) = &step.targets else {
            return Some(planned(step, None, mode));
        };
        let here: Vec<&TargetId> =
            targets.iter().copied().filter(|id| wanted.contains(id)).collect();
        match here.len() {
            0 => None,
            all if all == targets.len() => Some(planned(step, None, mode)),
            _ => Some(planned(step, Some(one_of(&here)), mode)),
        }
    });
    planned.collect()
}

fn one_of(targets: &[&TargetId]) -> Expression {
    let each = targets.iter().map(|id| format!("matrix.target == '{id}'"));
    Expression::new(each.collect::<Vec<_>>().join(" || "))
}

fn planned(step: &Step, condition: Option<Expression>, mode: Option<BuildMode>) -> PlannedStep {
    let settings = step.env.iter().map(|(name, value)| setting(name.as_str(), value.as_str()));
    let mode_setting = mode.map(|mode| setting("LOCKSTEP_MODE", mode.id()));
    let named = step.name.as_ref().map_or_else(|| default_name(step), ToString::to_string);
    let name = match mode {
        Some(mode) => format!("{named} ({})", mode.id()),
        None => named,
    };
    PlannedStep {
        condition,
        run: step.run.clone(),
        // On Windows GitHub's default is PowerShell; a model's script is bash everywhere.
        shell: step.run.as_ref().map(|_| step.shell.unwrap_or(Shell::Bash)),
        working_directory: step.working_directory.clone(),
        uses: step.uses.as_ref().map(pins::path),
        inputs: step
            .inputs
            .iter()
            .map(|(name, value)| setting(name.as_str(), value.as_str()))
            .collect(),
        env: mode_setting.into_iter().chain(settings).collect(),
        ..unnamed(name)
    }
}

/// What the log calls a step without a name: its script's first line, or its action.
fn default_name(step: &Step) -> String {
    let script = step.run.as_ref().map(|run| run.as_str().trim_start());
    let first =
        script.and_then(|run| run.lines().next()).map(|line| format!("Run {}", line.trim_end()));
    let action = || step.uses.as_ref().map(|uses| format!("Use {}", pins::path(uses)));
    shortened(&first.or_else(action).unwrap_or_default())
}

/// A name that a line of the log has room for.
fn shortened(name: &str) -> String {
    if name.chars().count() > 80 {
        name.chars().take(79).chain(['…']).collect()
    } else {
        name.to_owned()
    }
}

fn setting(name: &str, value: &str) -> Setting {
    Setting { name: name.to_owned(), value: value.to_owned() }
}

fn unnamed(name: String) -> PlannedStep {
    PlannedStep {
        name,
        condition: None,
        run: None,
        shell: None,
        working_directory: None,
        uses: None,
        inputs: Vec::new(),
        env: Vec::new(),
    }
}
