//! What a target was built by.

use std::process::Command;

use indexmap::IndexMap;
use lockstep_schemas::manifest::{PartialManifest, RunnerImage};
use lockstep_schemas::plan::{Plan, TargetPlan};
use lockstep_schemas::strings::{Id, TargetId};
use lockstep_toolkit::{Problem, Report};

/// The toolchains that the plan sets up for a target, as each calls its own version. In a container they are
/// the image's, whose digest says more.
pub(crate) fn found(plan: &Plan, target: &TargetPlan, report: &mut Report) -> IndexMap<Id, String> {
    let toolchain = &plan.toolchain;
    let python = if cfg!(windows) { "python" } else { "python3" };
    let tools = [
        ("rust", "rustc", toolchain.rust.is_some()),
        ("node", "node", toolchain.node.is_some()),
        ("python", python, toolchain.python.is_some()),
    ];
    let mut found = IndexMap::new();
    for (name, program, is_set_up) in tools {
        if !is_set_up || target.container.is_some() {
            continue;
        }
        #[expect(clippy::expect_used, reason = "constants that are ids")]
        let id = name.parse().expect("an id");
        if let Some(version) = report.found(version(program)) {
            found.insert(id, version);
        }
    }
    found
}

fn version(program: &str) -> Result<String, Problem> {
    let problem = |what: String| {
        Problem::new(format!("`{program} --version` {what}"))
            .with_remedy("the model's `toolchain` sets it up: no step may take it away")
    };
    let output = Command::new(program).arg("--version").output();
    let output = output.map_err(|error| problem(format!("does not start: {error}")))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().next().unwrap_or_default().trim();
    if !output.status.success() || line.is_empty() {
        return Err(problem(format!("ended with {} and said `{line}`", output.status)));
    }
    Ok(line.to_owned())
}

/// The image of a hosted runner, which says so in its environment.
pub(crate) fn runner_image() -> Option<RunnerImage> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Some(RunnerImage { os: variable("ImageOS")?, version: variable("ImageVersion")? })
}

/// That targets were built by the same toolchains.
pub(crate) fn same(partials: &IndexMap<TargetId, PartialManifest>, report: &mut Report) {
    let mut first: IndexMap<&Id, (&TargetId, &str)> = IndexMap::new();
    for (target, partial) in partials {
        for (name, version) in &partial.record.toolchain {
            let (other, wanted) = *first.entry(name).or_insert((target, version));
            if wanted != version {
                report.problem(
                    Problem::new(format!(
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
