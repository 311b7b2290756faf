//! What `uses:` says for an action: its path, the commit that it is pinned to, and that commit's version as a
//! comment, which bots read and write.

use std::collections::BTreeSet;

use lockstep_schemas::plan::{Pin, Plan};
use lockstep_schemas::workflow::{ActionName, Job, StepBody, Workflow};

use crate::plan::{is_lockstep_itself, own_repository};

/// The pins of a plan.
pub(super) struct Pinned<'a> {
    plan: &'a Plan,
    /// Whether Lockstep's actions stand in the project's own repository.
    own: bool,
}

impl<'a> Pinned<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        Self { plan, own: is_lockstep_itself(&plan.project) }
    }

    /// What `uses:` says for an action.
    pub(super) fn reference(&self, action: &ActionName) -> String {
        match action {
            ActionName::Root if self.own => return "$/.".to_owned(),
            ActionName::Own(name) if self.own => return format!("$/actions/{name}"),
            ActionName::Root | ActionName::Own(_) | ActionName::Other(_) => {}
        }
        let path = path_of(action);
        #[expect(clippy::expect_used, reason = "a test renders every action that a step can use")]
        let pin = self.pin(&path).expect("an action with a pin");
        match &pin.version {
            Some(version) => format!("{path}@{} # {version}", pin.commit),
            None => format!("{path}@{}", pin.commit),
        }
    }

    /// What an action is pinned to.
    fn pin(&self, path: &str) -> Option<&'a Pin> {
        let mut parts = path.splitn(3, '/');
        let repository = [parts.next(), parts.next()].map(Option::unwrap_or_default).join("/");
        let pinned = self.plan.pins.iter().find(|(name, _)| name.as_str() == repository);
        pinned.map(|(_, pin)| pin)
    }

    /// The actions that workflows use, without commits and but for the project's own.
    pub(super) fn used(&self, workflows: &[Workflow]) -> BTreeSet<String> {
        let runs = workflows.iter().flat_map(|workflow| &workflow.jobs).filter_map(Job::run);
        let actions = runs.flat_map(|run| &run.steps).filter_map(|step| match &step.body {
            StepBody::Uses { action, .. } => Some(action),
            StepBody::Run { .. } => None,
        });
        let others = actions.filter(|action| !self.own || matches!(action, ActionName::Other(_)));
        others.map(path_of).collect()
    }
}

/// Where an action is.
fn path_of(action: &ActionName) -> String {
    match action {
        ActionName::Root => own_repository().to_owned(),
        ActionName::Own(name) => format!("{}/actions/{name}", own_repository()),
        ActionName::Other(path) => path.to_string(),
    }
}
