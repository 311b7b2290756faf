//! What runs upload: GitHub calls them
//! [workflow artifacts](https://docs.github.com/en/rest/actions/artifacts).

use http::header::LOCATION;
use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::client::Read;
use crate::{Error, GitHub};

/// What a run uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Upload {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The digest of the zip that it is, with `sha256:` before it; none of one that an old action uploaded.
    #[serde(default)]
    pub digest: Option<String>,
    /// Whether GitHub has deleted it, since its time is over.
    pub expired: bool,
    /// The run that uploaded it.
    #[serde(default)]
    pub workflow_run: Option<UploadingRun>,
}

/// The run of an upload, as far as a list of uploads tells.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UploadingRun {
    /// Its id.
    pub id: u64,
    /// The repository that it ran in.
    pub repository_id: u64,
    /// The repository whose commit it ran: a fork's is another.
    pub head_repository_id: u64,
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

    /// Everything that any run of the repository uploaded under a name.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn uploads_named(&self, name: &str) -> Result<Vec<Upload>, Error> {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let route = self.route(&format!("actions/artifacts?name={name}"));
        self.list(&route, Some("artifacts"), |_| false)
    }

    /// Downloads an upload as the zip that it is.
    ///
    /// # Errors
    ///
    /// Where GitHub does not hand it out; [`Why::Refused`](crate::Why::Refused) with 410 where it has expired.
    pub fn download(&self, upload: &Upload) -> Result<Vec<u8>, Error> {
        let route = self.route(&format!("actions/artifacts/{}/zip", upload.id));
        // The address that it leads to is signed, and good for a minute.
        let place = self.ask(&Method::GET, &route, None, |answer| {
            let place = answer.headers.get(LOCATION).and_then(|place| place.to_str().ok());
            match place {
                Some(place) => Read::Found(place.to_owned()),
                None => Read::Unreadable("it does not say where the upload is".to_owned()),
            }
        })?;
        self.follow(&place, |answer| {
            let digest = Sha256::digest(&answer.body);
            let digest =
                digest.iter().fold("sha256:".to_owned(), |all, byte| format!("{all}{byte:02x}"));
            match (&upload.digest, answer.status) {
                (Some(wanted), StatusCode::OK) if *wanted != digest => {
                    Read::CutOff(format!("its digest is {digest}, and not {wanted}"))
                }
                (_, StatusCode::OK) => Read::Found(answer.body.clone()),
                _ => Read::Unreadable("it leads nowhere".to_owned()),
            }
        })
    }
}
