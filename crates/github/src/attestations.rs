//! Attestations, as GitHub keeps them.

use lockstep_schemas::strings::Sha256;
use serde::Deserialize;
use serde_json::Value;

use crate::client::{LARGEST, Read};
use crate::{Error, GitHub, Why};

/// The most that is read of one file's attestations: a run that is repeated makes another one.
const MOST: usize = 30;

#[derive(Deserialize)]
struct Attestations {
    attestations: Vec<Attested>,
}

#[derive(Deserialize)]
struct Attested {
    #[serde(default)]
    bundle: Option<Value>,
    #[serde(default)]
    bundle_url: Option<String>,
}

impl GitHub<'_> {
    /// The [attestations](https://docs.github.com/en/rest/repos/attestations) of the file with a digest: the text of each one's
    /// Sigstore bundle, which nobody has verified yet.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`](crate::Why::NotFound) where it has none.
    pub fn attestations(&self, digest: &Sha256) -> Result<Vec<String>, Error> {
        let route = format!("attestations/sha256:{digest}?per_page={MOST}");
        let found: Attestations = self.get(&self.route(&route))?;
        let texts = found.attestations.iter().map(|attested| match attested {
            Attested { bundle: Some(bundle), .. } => Ok(Some(bundle.to_string())),
            // One that cannot be read proves nothing, and another may.
            Attested { bundle_url: Some(place), .. } => match self.packed(place) {
                Err(Error { why: Why::Unreadable(_) | Why::NotFound, .. }) => Ok(None),
                text => text.map(Some),
            },
            Attested { bundle: None, bundle_url: None } => Ok(None),
        });
        texts.filter_map(Result::transpose).collect()
    }

    /// The text at an address, which is packed by [snappy](https://github.com/google/snappy), as GitHub's own client reads
    /// it.
    fn packed(&self, place: &str) -> Result<String, Error> {
        self.follow(place, |answer| {
            let size = snap::raw::decompress_len(&answer.body);
            if size.is_ok_and(|size| size > LARGEST) {
                return Read::Unreadable(format!("it unpacks to more than {LARGEST} bytes"));
            }
            let text = snap::raw::Decoder::new().decompress_vec(&answer.body);
            let text = text.map_err(|error| error.to_string());
            match text.and_then(|text| String::from_utf8(text).map_err(|error| error.to_string())) {
                Ok(text) => Read::Found(text),
                Err(error) => Read::Unreadable(error),
            }
        })
    }
}
