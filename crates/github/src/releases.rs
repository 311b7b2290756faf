//! [Releases](https://docs.github.com/en/rest/releases/releases) and their assets.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use http_body::{Body, Frame, SizeHint};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::{Sha256, Tag};
use octocrab::{OctoBody, Octocrab};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::address::is_private;
use crate::client::{Answer, Read, json, whole};
use crate::error::refused;
use crate::patience::{Again, Retry, Trouble};
use crate::{Error, GitHub, Why};

/// The version of the API, which questions are asked by as well.
const VERSION: &str = "2022-11-28";
/// How many releases are asked for at once.
const RELEASES: usize = 10;
/// How many assets are uploaded at once.
const AT_ONCE: usize = 4;
/// How much of a file is read at once, in bytes.
const CHUNK: usize = 256 << 10;
/// How slow an upload may be, in bytes a second, beyond what any answer may take.
const SLOWEST: u64 = 128 << 10;

/// A release.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Release {
    /// Its id.
    pub id: u64,
    /// The tag that it is of, or of a draft will be.
    pub tag_name: String,
    /// Its title.
    #[serde(default)]
    pub name: Option<String>,
    /// Its notes.
    #[serde(default)]
    pub body: Option<String>,
    /// Whether nobody sees it but who may push.
    pub draft: bool,
    /// Whether it is a prerelease.
    pub prerelease: bool,
    /// Whether it cannot be changed any more.
    #[serde(default)]
    pub immutable: bool,
    /// When it was made public, as GitHub writes a time (RFC 3339).
    #[serde(default)]
    pub published_at: Option<String>,
    /// Its page.
    pub html_url: String,
    /// Where assets are uploaded, with a template of their names behind it.
    pub upload_url: String,
}

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Asset {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Whether all of it is there.
    pub state: AssetState,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest, `sha256:…`; none on an older server.
    #[serde(default)]
    pub digest: Option<String>,
    /// Where users download it.
    pub browser_download_url: String,
}

impl Asset {
    /// Its SHA-256, as far as GitHub says.
    #[must_use]
    pub fn sha256(&self) -> Option<Sha256> {
        self.digest.as_deref()?.strip_prefix("sha256:")?.parse().ok()
    }
}

/// How far an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AssetState {
    /// All of it is there.
    Uploaded,
    /// An upload of it began, and did not end.
    #[serde(other)]
    Begun,
}

/// A file that is to be uploaded.
#[derive(Debug, Clone)]
pub struct AssetFile {
    /// Its name as an asset.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

impl GitHub<'_> {
    /// The public release of a tag.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`] where it has no such release.
    pub fn release_of(&self, tag: &Tag) -> Result<Release, Error> {
        let tag = utf8_percent_encode(tag.as_str(), NON_ALPHANUMERIC);
        self.get(&self.route(&format!("releases/tags/{tag}")))
    }

    /// A release by its id, a draft too.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`] where it has no such release.
    pub fn release(&self, id: u64) -> Result<Release, Error> {
        self.get(&self.route(&format!("releases/{id}")))
    }

    /// The release that is shown as the latest.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`] where it has no such release.
    pub fn latest_release(&self) -> Result<Release, Error> {
        self.get(&self.route("releases/latest"))
    }

    /// The drafts of a tag, which only those see who may push.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn drafts_of(&self, tag: &Tag) -> Result<Vec<Release>, Error> {
        let all = self.releases()?;
        let is_it = |release: &Release| release.draft && release.tag_name == tag.as_str();
        Ok(all.into_iter().filter(is_it).collect())
    }

    /// All releases, the newest first; drafts are among them for who may push.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn releases(&self) -> Result<Vec<Release>, Error> {
        // Each comes with all of its assets, of which there can be a thousand.
        self.list_by(&self.route("releases"), None, RELEASES, |_| false)
    }

    /// Those that were created last, up to some number.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn newest_releases(&self, most: usize) -> Result<Vec<Release>, Error> {
        let mut seen = 0;
        self.list_by(&self.route("releases"), None, RELEASES, |_| {
            seen += 1;
            seen == most
        })
    }

    /// Creates a release.
    ///
    /// # Errors
    ///
    /// Where GitHub does not, or does not say that it did.
    pub fn create_release(&self, release: &Value) -> Result<Release, Error> {
        self.ask(&Method::POST, &self.route("releases"), Some(release), json)
    }

    /// Changes a release.
    ///
    /// # Errors
    ///
    /// Where GitHub does not, or does not say that it did.
    pub fn change_release(&self, id: u64, change: &Value) -> Result<Release, Error> {
        let route = self.route(&format!("releases/{id}"));
        self.ask(&Method::PATCH, &route, Some(change), json)
    }

    /// The assets of a release.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn assets(&self, release: u64) -> Result<Vec<Asset>, Error> {
        self.list(&self.route(&format!("releases/{release}/assets")), None, |_| false)
    }

    /// Deletes an asset.
    ///
    /// # Errors
    ///
    /// Where GitHub does not, or does not say that it did.
    pub fn delete_asset(&self, asset: u64) -> Result<(), Error> {
        let route = self.route(&format!("releases/assets/{asset}"));
        self.ask(&Method::DELETE, &route, None, |_| Read::Found(()))
    }

    /// Uploads files to a release, some at once, each tried once. What came of each is told as it ends, in whatever order. Where
    /// GitHub asks for a pause, no more are begun.
    pub fn upload_assets(
        &self,
        release: &Release,
        files: Vec<AssetFile>,
        told: &mut dyn FnMut(&AssetFile, Result<Asset, Error>),
    ) -> Retry {
        let mut again = Retry::Soon;
        if !is_private(&release.upload_url) {
            return Retry::Never;
        }
        let place = release.upload_url.split('{').next().unwrap_or_default();
        let addressed = files.into_iter().map(|file| {
            let name = utf8_percent_encode(&file.name, NON_ALPHANUMERIC);
            (format!("{place}?name={name}"), file)
        });
        let mut waiting: Vec<(String, AssetFile)> = addressed.collect();
        waiting.reverse();
        self.runtime().block_on(async {
            let mut running = JoinSet::new();
            loop {
                while again == Retry::Soon
                    && running.len() < AT_ONCE
                    && let Some((address, file)) = waiting.pop()
                {
                    let uploads = self.uploads().clone();
                    running.spawn(async move {
                        let came = upload(&uploads, &address, &file).await;
                        (address, file, came)
                    });
                }
                match running.join_next().await {
                    None => break,
                    Some(Ok((address, file, came))) => {
                        let asked = || format!("POST {}", self.shown(&address));
                        told(
                            &file,
                            came.map_err(|refusal| {
                                again = self.retry(&refusal, again);
                                Error { asked: asked(), why: refusal.why }
                            }),
                        );
                    }
                    // A task that panicked: nothing in it does.
                    Some(Err(_)) => {}
                }
            }
        });
        again
    }

    /// When uploads may be tried again, after one was refused.
    fn retry(&self, refusal: &Refusal, before: Retry) -> Retry {
        let Some(answer) = &refusal.answer else { return before };
        match self.again(Trouble::Answer(answer.status, &answer.headers, &answer.body), 1) {
            Again::Limited(wait) => Retry::After(wait),
            Again::Failed(_) => before,
            // One that is there already was uploaded and its answer lost.
            Again::No if answer.status == StatusCode::UNPROCESSABLE_ENTITY => before,
            Again::No => Retry::Never,
        }
    }
}

/// Why an upload did not arrive, with what GitHub answered.
struct Refusal {
    why: Why,
    answer: Option<Answer>,
}

impl From<Why> for Refusal {
    fn from(why: Why) -> Self {
        Self { why, answer: None }
    }
}

/// Uploads a file.
async fn upload(octocrab: &Octocrab, address: &str, file: &AssetFile) -> Result<Asset, Refusal> {
    let silent = |error: &dyn std::fmt::Display| Why::Silent(error.to_string());
    let opened = File::open(&file.path)
        .map_err(|error| Why::Unreadable(format!("{}: {error}", file.path.shown())))?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(address)
        .header("accept", "application/vnd.github+json")
        .header("x-github-api-version", VERSION)
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_LENGTH, file.size)
        .body(OctoBody::new(FileBody { file: opened, left: file.size }))
        .map_err(|error| silent(&error))?;
    let limit = whole() + Duration::from_secs(file.size / SLOWEST);
    let answer = tokio::time::timeout(limit, async {
        let response = octocrab.execute(request).await.map_err(|error| silent(&error))?;
        Answer::of(response).await
    });
    let answer =
        answer.await.unwrap_or_else(|_| Err(Why::Silent("it takes too long".to_owned())))?;
    if !answer.status.is_success() {
        return Err(Refusal { why: refused(answer.status, &answer.body), answer: Some(answer) });
    }
    match json(&answer) {
        Read::Found(asset) => Ok(asset),
        Read::CutOff(why) => Err(Why::Silent(why).into()),
        Read::Unreadable(why) => Err(Why::Unreadable(why).into()),
    }
}

/// A file as the body of a request, read as it is sent.
struct FileBody {
    file: File,
    left: u64,
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let most = usize::try_from(self.left).map_or(CHUNK, |left| left.min(CHUNK));
        let mut chunk = vec![0; most];
        match self.file.read(&mut chunk) {
            Ok(0) => Poll::Ready(Some(Err(std::io::ErrorKind::UnexpectedEof.into()))),
            Ok(read) => {
                chunk.truncate(read);
                self.left -= read as u64;
                Poll::Ready(Some(Ok(Frame::data(chunk.into()))))
            }
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
