//! What runs upload: GitHub calls them
//! [workflow artifacts](https://docs.github.com/en/rest/actions/artifacts).

use serde::Deserialize;

use crate::client::Read;
use crate::{Error, GitHub};

/// What a run uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Upload {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Whether GitHub has deleted it, since its time is over.
    pub expired: bool,
}

impl GitHub<'_> {
    /// Everything that a run uploaded, in all of its attempts.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn uploads_of(&self, run: u64) -> Result<Vec<Upload>, Error> {
        let route = self.route(&format!("actions/runs/{run}/artifacts"));
        self.list(&route, Some("artifacts"), |_| false)
    }

    /// The bytes of an upload, a zip archive.
    ///
    /// # Errors
    ///
    /// Where GitHub does not hand it out, or it is larger than 32 MiB.
    pub fn download(&self, upload: &Upload) -> Result<Vec<u8>, Error> {
        let place = self.place_of(&self.route(&format!("actions/artifacts/{}/zip", upload.id)))?;
        self.follow(&place, |answer| Read::Found(answer.body.clone()))
    }
}
