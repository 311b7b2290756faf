//! The project's own steps, as a job runs them.

use lockstep_schemas::model::{BuildMode, BuildRuns, Model, Shell, Step};
use lockstep_schemas::placeholder::{self, Placeholder};
use lockstep_schemas::strings::{Expression, TargetId};
use lockstep_schemas::workflow::Step as Planned;
use lockstep_schemas::workflow::{
    ActionName, Condition, Fact, Need, Rehearsed, Role, Setting, StepBody,
};

use super::parts::expr;
use crate::plan::pins;

/// The steps of a job that belongs to no target.
pub(super) fn of_job(steps: &[Step]) -> Vec<Planned> {
    steps.iter().map(|step| planned(step, None, None, &str::to_owned)).collect()
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

/// Where a second build is made, from the first one's folder.
pub(super) const AGAIN: &str = "../lockstep-again";

/// The scripts of the builds of some targets once more, in a copy of the checkout elsewhere: what an action set up is there.
pub(super) fn of_build_again(
    model: &Model,
    targets: &[&TargetId],
    all: usize,
) -> [Vec<Planned>; 2] {
    if targets.is_empty() {
        return [Vec::new(), Vec::new()];
    }
    let here = (targets.len() < all).then(|| one_of(targets));
    let also = |own: Option<Condition>| match (here.clone(), own) {
        (Some(here), Some(own)) => Some(Condition::All(vec![here, own])),
        (here, own) => here.or(own),
    };
    let script = format!("cp -R . {AGAIN}\n");
    let copy = Planned::run("Copy the checkout, to build it twice", Shell::Bash, &script);
    let copy = Planned { condition: also(None), needs: vec![Need::Checkout], ..copy };
    let again = of_build(model, targets).into_iter().filter_map(|step| {
        let StepBody::Run { script, shell, working_directory } = step.body else { return None };
        let folder = working_directory.as_deref().filter(|folder| *folder != ".");
        let folder = folder.map_or_else(|| AGAIN.to_owned(), |folder| format!("{AGAIN}/{folder}"));
        let body = StepBody::Run { script, shell, working_directory: Some(folder) };
        let (name, condition) = (format!("{}, again", step.name), also(step.condition));
        Some(Planned { name, condition, body, ..step })
    });
    [vec![copy], again.collect()]
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
    let value = |text: &str| of_target(text, mode);
    let is_of_mode = |step: &&Step| match (&step.modes, mode) {
        (Some(modes), Some(mode)) => modes.contains(&mode),
        _ => true,
    };
    let planned = steps.iter().filter(is_of_mode).filter_map(|step| {
        let mut conditions: Vec<Condition> = Vec::new();
        if let Some(wanted) = &step.targets {
            let here: Vec<&TargetId> =
                targets.iter().copied().filter(|id| wanted.contains(id)).collect();
            match here.len() {
                0 => return None,
                all if all == targets.len() => {}
                _ => conditions.push(one_of(&here)),
            }
        }
        match step.runs {
            Some(BuildRuns::Release) => conditions.push(Fact::OnTag.into()),
            Some(BuildRuns::Snapshot) => conditions.push(!Condition::from(Fact::OnTag)),
            None => {}
        }
        let condition = match conditions.len() {
            0 | 1 => conditions.pop(),
            _ => Some(Condition::All(conditions)),
        };
        Some(planned(step, condition, mode, &value))
    });
    planned.collect()
}

fn one_of(targets: &[&TargetId]) -> Condition {
    Condition::Any(targets.iter().map(|id| Fact::Target((*id).clone()).into()).collect())
}

/// A text of the model with the facts of a matrix's target in their places.
fn of_target(text: &str, mode: Option<BuildMode>) -> String {
    let on_windows = |then: &str, other: &str| {
        expr(format!("matrix.os == 'windows' && '{then}' || '{other}'")).to_string()
    };
    let of_matrix = |name: &str| expr(format!("matrix.{name}")).to_string();
    placeholder::expand(text, |placeholder| {
        Some(match placeholder {
            Placeholder::Version => expr("inputs.version").to_string(),
            Placeholder::Mode => mode?.id().to_owned(),
            Placeholder::Target
            | Placeholder::Triple
            | Placeholder::Suffix
            | Placeholder::Npm
            | Placeholder::Wheel
            | Placeholder::Os => of_matrix(placeholder.name()),
            Placeholder::ExeSuffix => on_windows(".exe", ""),
            // Of what is true GitHub takes the first that is not empty.
            Placeholder::DllPrefix => expr("matrix.os != 'windows' && 'lib' || ''").to_string(),
            Placeholder::DllSuffix => expr(
                "matrix.os == 'windows' && '.dll' || matrix.os == 'macos' && '.dylib' || '.so'",
            )
            .to_string(),
        })
    })
}

fn planned(
    step: &Step,
    condition: Option<Condition>,
    mode: Option<BuildMode>,
    value: &dyn Fn(&str) -> String,
) -> Planned {
    let setting = |name: &str, text: &str| Setting::new(name, text);
    let settings =
        step.env.iter().map(|(name, text)| Setting::new(name.as_str(), value(text.as_str())));
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
        body: body(step, value),
        env: mode_setting.into_iter().chain(settings).collect(),
        needs: vec![Need::Checkout],
        role: Role::ProjectCode,
        rehearsed: Rehearsed::Same,
    }
}

/// What a step of the model runs; the rules hold that it is an action or a script.
fn body(step: &Step, value: &dyn Fn(&str) -> String) -> StepBody {
    if let Some(action) = &step.uses {
        let with = step.inputs.iter();
        return StepBody::Uses {
            action: ActionName::Other(pins::path(action)),
            with: with
                .map(|(name, text)| Setting::new(name.as_str(), value(text.as_str())))
                .collect(),
        };
    }
    StepBody::Run {
        script: step.run.as_ref().map(ToString::to_string).unwrap_or_default(),
        // On Windows GitHub's default is PowerShell; a model's script is bash everywhere.
        shell: step.shell.unwrap_or(Shell::Bash),
        working_directory: step.working_directory.as_ref().map(ToString::to_string),
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
