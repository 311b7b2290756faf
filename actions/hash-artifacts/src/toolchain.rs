//! What a target was built by.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use lockstep_clients::bash;
use lockstep_clients::python::PYTHON;
use lockstep_clients::version_of;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{PartialManifest, RunnerImage, ToolchainRecord};
use lockstep_schemas::plan::{Plan, TargetPlan};
use lockstep_schemas::strings::{Id, Script, TargetId};

/// The longest answer of a command that says a version, in characters.
const LONGEST_ANSWER: usize = 200;

/// The toolchains that the plan sets up for a target, as each calls its own version.
pub(crate) fn found(plan: &Plan, target: &TargetPlan, report: &mut Report) -> ToolchainRecord {
    let wanted = plan.toolchain_of(target);
    let other = wanted
        .other
        .iter()
        .filter_map(|(name, command)| Some((name.clone(), report.found(answer(name, command))?)));
    let other = other.collect();
    let mut found = |program: &str, is_set_up: bool| {
        is_set_up.then(|| report.found(version(program))).flatten()
    };
    ToolchainRecord {
        rust: found("rustc", wanted.rust.is_some()),
        node: found("node", wanted.node.is_some()),
        python: found(PYTHON, wanted.python.is_some()),
        other,
    }
}

fn version(program: &str) -> Result<String, Diagnostic> {
    version_of(program).map_err(|problem| {
        problem.with_remedy("the model's `toolchain` sets it up: no step may take it away")
    })
}

/// The first line that a command of the model's says.
fn answer(name: &Id, command: &Script) -> Result<String, Diagnostic> {
    let output = bash::script(command)?.output().map_err(|error| bash::not_started(&error))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().next().unwrap_or_default().trim();
    let what = if !output.status.success() {
        let wrong = String::from_utf8_lossy(&output.stderr);
        format!("ended with {}: {}", output.status, wrong.lines().next().unwrap_or(line))
    } else if line.is_empty() {
        "says nothing".to_owned()
    } else if line.chars().count() > LONGEST_ANSWER {
        format!("says more than {LONGEST_ANSWER} characters")
    } else {
        return Ok(line.to_owned());
    };
    let message = format!("`toolchain.other.{name}` {what}");
    Err(Diagnostic::new(Rule::ClientMissing, message)
        .with_remedy(format!("its first line must say which version it is: `{command}`")))
}

/// The image of a hosted runner, which says so in its environment.
pub(crate) fn runner_image() -> Option<RunnerImage> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Some(RunnerImage { os: variable("ImageOS")?, version: variable("ImageVersion")? })
}

/// That targets were built by the same toolchains.
pub(crate) fn same(partials: &IndexMap<TargetId, PartialManifest>, report: &mut Report) {
    let mut first: BTreeMap<&str, (&TargetId, &str)> = BTreeMap::new();
    for (target, partial) in partials {
        for (name, version) in partial.record.toolchain.tools() {
            let Some(version) = version else { continue };
            let (other, wanted) = *first.entry(name).or_insert((target, version));
            if wanted != version {
                report.problem(
                    Diagnostic::new(Rule::ToolchainMismatch, format!(
                        "{other} and {target} were built by different versions of {name}: {wanted} and {version}"
                    ))
                    .with_remedy(format!(
                        "name one exact version as `toolchain.{name}` in the model: runner images differ in what a part of a version means"
                    )),
                );
            }
        }
    }
}
