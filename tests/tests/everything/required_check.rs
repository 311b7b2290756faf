//! The check that a branch asks for: it passes where every check that was asked for did, and nowhere else.

use std::collections::BTreeSet;

use lockstep_schemas::workflow::{JobResult, Role};
use lockstep_semantics::{Given, Graph, evaluate};
use lockstep_tests::sets::GRAPHS;

/// The events by which no version is given.
const EVENTS: [&str; 4] = ["pull_request", "merge_group", "push", "schedule"];

const SAYS_SO: &str = "checked/Say that a check did not pass";

#[test]
fn whatever_fails_it_fails() {
    let mut failed = 0;
    for (name, _, workflows) in GRAPHS.iter() {
        let verify = workflows.iter().find(|workflow| workflow.file.as_str() == "verify.yml");
        let mut verify = Graph::of(verify.expect("verify.yml"), workflows);
        // Whether a step without a role fails, the graph does not ask.
        let steps = verify.jobs.iter_mut().filter(|job| job.id == "checked");
        steps.flat_map(|job| &mut job.steps).for_each(|step| step.role = Role::ProjectCode);
        for event in EVENTS.iter().filter(|event| verify.events.iter().any(|is| is == *event)) {
            for job in verify.jobs.iter().filter(|job| job.id != "checked") {
                let given = |fails: &[&str]| Given {
                    event: Some((*event).to_owned()),
                    // The step that says so fails wherever it runs.
                    fails: fails.iter().chain(&[SAYS_SO]).map(ToString::to_string).collect(),
                    outputs: [(("snapshot".to_owned(), "wanted".to_owned()), "true".to_owned())]
                        .into(),
                    ..Given::default()
                };
                let is_asked_for =
                    evaluate(&verify, &given(&[]))[&job.id] != BTreeSet::from([JobResult::Skipped]);
                let required = &evaluate(&verify, &given(&[&job.id]))["checked"];
                let wanted = if is_asked_for { JobResult::Failure } else { JobResult::Success };
                // Of a push the graph does not know whether a tag's it is, which `release.yml` builds.
                let is_so = required.len() == 1 || *event == "push";
                assert!(
                    required.contains(&wanted) && is_so,
                    "{name}: {} fails by {event}: {required:?}",
                    job.id
                );
                failed += usize::from(is_asked_for);
            }
        }
    }
    assert!(failed > 20, "{failed} failures");
}
