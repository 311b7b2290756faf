//! The project's own steps, as a job runs them.

use lockstep_schemas::model::{BuildMode, Model, Shell, Step};
use lockstep_schemas::strings::{Expression, TargetId};
use lockstep_schemas::workflow::Step as Planned;
use lockstep_schemas::workflow::{
    ActionName, Condition, Fact, Need, Rehearsed, Role, Setting, StepBody,
};

use super::parts::expr;
use crate::plan::pins;

/// The steps of a job that belongs to no target.
pub(super) fn of_job(steps: &[Step]) -> Vec<Planned> {
    steps.iter().map(|step| planned(step, None, None)).collect()
}

/// The steps of the builds of some targets: setup, then what is compiled mode by mode, then what
/// packages.
pub(super) fn of_build(model: &Model, targets: &[&TargetId]) -> Vec<Planned> {
    let build = &model.build;
    let once = |steps: &[Step]| select(steps, targets, None);
    let mut planned = once(&build.setup);
    for mode in &model.modes {
        planned.extend(select(&build.compile, targets, Some(*mode)));
    }
    planned.extend(once(&build.package));
    planned
}

/// The same steps with what the step `resolve` of their job resolved: `LOCKSTEP_VERSION`,
/// `LOCKSTEP_TAG` and `LOCKSTEP_COMMIT`.
pub(super) fn after_resolve(mut steps: Vec<Planned>) -> Vec<Planned> {
    for step in &mut steps {
        step.env.splice(0..0, release(|name| expr(format!("steps.resolve.outputs.{name}"))));
    }
    steps
}

/// What a script finds in its environment of the release.
pub(super) fn release(of: impl Fn(&str) -> Expression) -> [Setting; 3] {
    ["version", "tag", "commit"]
        .map(|name| Setting::new(&format!("LOCKSTEP_{}", name.to_uppercase()), of(name)))
}

fn select(steps: &[Step], targets: &[&TargetId], mode: Option<BuildMode>) -> Vec<Planned> {
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

fn one_of(targets: &[&TargetId]) -> Condition {
    Condition::Any(targets.iter().map(|id| Fact::Target((*id).clone()).into()).collect())
}

fn planned(step: &Step, condition: Option<Condition>, mode: Option<BuildMode>) -> Planned {
    let setting = |name: &str, value: &str| Setting::new(name, value);
    let settings = step.env.iter().map(|(name, value)| setting(name.as_str(), value.as_str()));
    let mode_setting = mode.map(|mode| setting("LOCKSTEP_MODE", mode.id()));
    let named = step.name.as_ref().map_or_else(|| default_name(step), ToString::to_string);
    let name = match mode {
        Some(mode) => format!("{named} ({})", mode.id()),
        None => named,
    };
    Planned {
        id: None,
        name,
        condition,
        body: body(step),
        env: mode_setting.into_iter().chain(settings).collect(),
        needs: vec![Need::Checkout],
        role: Role::ProjectCode,
        rehearsed: Rehearsed::Same,
    }
}

/// What a step of the model runs; the rules hold that it is an action or a script.
fn body(step: &Step) -> StepBody {
    if let Some(action) = &step.uses {
        let with = step.inputs.iter();
        return StepBody::Uses {
            action: ActionName::Other(pins::path(action)),
            with: with.map(|(name, value)| Setting::new(name.as_str(), value.as_str())).collect(),
        };
    }
    StepBody::Run {
        script: step.run.as_ref().map(ToString::to_string).unwrap_or_default(),
        // On Windows GitHub's default is PowerShell; a model's script is bash everywhere.
        shell: step.shell.unwrap_or(Shell::Bash),
        working_directory: step.working_directory.clone(),
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
pub(super) fn shortened(name: &str) -> String {
    if name.chars().count() > 80 {
        name.chars().take(79).chain(['…']).collect()
    } else {
        name.to_owned()
    }
}
