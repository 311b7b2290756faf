//! Jobs of a run, and their logs.

use http::Method;
use http::header::LOCATION;
use serde::Deserialize;

use crate::client::Read;
use crate::{Conclusion, Error, GitHub};

/// A [job](https://docs.github.com/en/rest/actions/workflow-jobs) of a run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: u64,
    /// Its name; of a called workflow, with the caller's before it.
    pub name: String,
    /// How it ended, where it did.
    #[serde(default)]
    pub conclusion: Option<Conclusion>,
    /// Its page.
    #[serde(default)]
    pub html_url: Option<String>,
    /// Its steps, in order.
    #[serde(default)]
    pub steps: Vec<JobStep>,
}

/// A step of a job.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct JobStep {
    /// Its name.
    pub name: String,
    /// How it ended, where it did.
    #[serde(default)]
    pub conclusion: Option<Conclusion>,
}

impl GitHub<'_> {
    /// The jobs of an attempt of a run.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn jobs(&self, run: u64, attempt: u32) -> Result<Vec<Job>, Error> {
        let route = self.route(&format!("actions/runs/{run}/attempts/{attempt}/jobs"));
        self.list(&route, Some("jobs"), |_| false)
    }

    /// The log of a job.
    ///
    /// # Errors
    ///
    /// Where GitHub does not hand it out.
    pub fn log(&self, job: u64) -> Result<String, Error> {
        let place = self.place_of(&self.route(&format!("actions/jobs/{job}/logs")))?;
        self.follow(&place, |answer| {
            Read::Found(String::from_utf8_lossy(&answer.body).into_owned())
        })
    }

    /// The address that another one leads to: signed, and good for a minute.
    pub(crate) fn place_of(&self, route: &str) -> Result<String, Error> {
        self.ask(&Method::GET, route, None, |answer| {
            let place = answer.headers.get(LOCATION).and_then(|place| place.to_str().ok());
            match place {
                Some(place) => Read::Found(place.to_owned()),
                None => Read::Unreadable("it does not lead anywhere".to_owned()),
            }
        })
    }
}
