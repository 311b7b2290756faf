//! Runs that somebody starts.

use http::Method;
use lockstep_schemas::strings::{Tag, WorkflowFile};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::client::json;
use crate::{Error, GitHub};

/// A run that was started
/// ([documentation](https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event)).
#[derive(Deserialize)]
struct Dispatched {
    workflow_run_id: u64,
}

/// A [deployment](https://docs.github.com/en/rest/actions/workflow-runs#get-pending-deployments-for-a-workflow-run) that waits
/// for somebody.
#[derive(Deserialize)]
struct Waiting {
    environment: Place,
}

#[derive(Deserialize)]
struct Place {
    name: String,
}

impl GitHub<'_> {
    /// Starts a workflow on a tag, and returns the run's id. It is asked once: where GitHub does not say whether it started
    /// one, asking again could start two.
    ///
    /// # Errors
    ///
    /// Where GitHub does not start it; [`Why::NotFound`](crate::Why::NotFound) where there is no such workflow on the default
    /// branch, or the token may not see it.
    pub fn dispatch(
        &self,
        workflow: &WorkflowFile,
        tag: &Tag,
        inputs: &Map<String, Value>,
    ) -> Result<u64, Error> {
        let route = self.route(&format!("actions/workflows/{workflow}/dispatches"));
        let body = json!({ "ref": tag, "inputs": inputs, "return_run_details": true });
        let started: Dispatched = self.ask(&Method::POST, &route, Some(&body), json)?;
        Ok(started.workflow_run_id)
    }

    /// The environments in which a run waits for somebody.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn waits_for(&self, run: u64) -> Result<Vec<String>, Error> {
        let waiting: Vec<Waiting> =
            self.get(&self.route(&format!("actions/runs/{run}/pending_deployments")))?;
        Ok(waiting.into_iter().map(|waiting| waiting.environment.name).collect())
    }
}
