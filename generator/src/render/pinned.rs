//! What `uses:` says for an action: its path, the commit that it is pinned to, and that commit's version as a
//! comment, which bots read and write.

use lockstep_schemas::plan::Plan;
use lockstep_schemas::workflow::ActionName;

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
        let path = match action {
            ActionName::Root if self.own => return "$/.".to_owned(),
            ActionName::Own(name) if self.own => return format!("$/actions/{name}"),
            ActionName::Root => own_repository().to_owned(),
            ActionName::Own(name) => format!("{}/actions/{name}", own_repository()),
            ActionName::Other(path) => path.to_string(),
        };
        let mut parts = path.splitn(3, '/');
        let repository = [parts.next(), parts.next()].map(Option::unwrap_or_default).join("/");
        let pin = self.plan.pins.iter().find(|(name, _)| name.as_str() == repository);
        #[expect(clippy::expect_used, reason = "a test renders every action that a step can use")]
        let (_, pin) = pin.expect("an action with a pin");
        match &pin.version {
            Some(version) => format!("{path}@{} # {version}", pin.commit),
            None => format!("{path}@{}", pin.commit),
        }
    }
}
