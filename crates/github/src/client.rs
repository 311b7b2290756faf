//! Asking.

use std::cell::Cell;
use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::Repository;
use octocrab::Octocrab;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::address::{is_private, uploads_of};
use crate::error::{Error, Why, refused};
use crate::patience::{Again, Patience, Retry, Trouble};

/// GitHub's own API; a server of an enterprise has another address
/// ([documentation](https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api)).
pub const PUBLIC: &str = "https://api.github.com";
/// The largest answer that is read, in bytes. A page of a hundred runs has about a megabyte.
pub(crate) const LARGEST: usize = 32 * 1024 * 1024;
/// How long a connection may take to open, how long it may say nothing, and how long an answer may take in all.
const CONNECT: Duration = Duration::from_secs(10);
const READ: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_mins(2);

/// GitHub, as far as it knows one repository.
pub struct GitHub<'a> {
    runtime: Runtime,
    octocrab: Octocrab,
    /// The same for uploads, which say nothing until all is sent.
    uploads: Octocrab,
    base: String,
    repository: Repository,
    patience: Cell<Patience>,
    tell: &'a dyn Fn(&str),
}

/// Whatever it knows, its token is not among it.
impl fmt::Debug for GitHub<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub")
            .field("base", &self.base)
            .field("repository", &self.repository)
            .finish_non_exhaustive()
    }
}

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What an answer came to.
pub(crate) enum Read<T> {
    /// What was asked for.
    Found(T),
    /// It ends early, and may be whole the next time.
    CutOff(String),
    /// It is not what the documentation says, and would stay so.
    Unreadable(String),
}

impl<'a> GitHub<'a> {
    /// Connects to the API at an address, for one repository. `tell` gets a line before every wait.
    ///
    /// # Errors
    ///
    /// Where the address or the token is not valid, or the client cannot be set up.
    pub fn new(
        base: &str,
        repository: Repository,
        token: &str,
        tell: &'a dyn Fn(&str),
    ) -> Result<Self, Error> {
        let base = base.trim_end_matches('/').to_owned();
        let token = token.trim();
        if !is_private(&base) {
            let why = "the token would be sent where others can read it: give an https address";
            return Err(Error { asked: base, why: Why::Silent(why.to_owned()) });
        }
        if HeaderValue::from_str(token).is_err() {
            let why = "the token has a character that no token has".to_owned();
            return Err(Error { asked: base, why: Why::Refused(401, why) });
        }
        let silent = |why: String| Error { asked: base.clone(), why: Why::Silent(why) };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| silent(error.to_string()))?;
        let client = |read: Option<Duration>| {
            // Its client starts a task of its own.
            let _here = runtime.enter();
            let builder = Octocrab::builder().base_uri(base.as_str());
            let builder = builder.and_then(|builder| builder.upload_uri(uploads_of(&base)));
            builder
                .and_then(|builder| {
                    builder
                        .personal_token(token.to_owned())
                        .set_connect_timeout(Some(CONNECT))
                        .set_read_timeout(read)
                        .build()
                })
                .map_err(|error| silent(error.to_string()))
        };
        let (octocrab, uploads) = (client(Some(READ))?, client(None)?);
        let patience = Cell::new(Patience::default());
        Ok(Self { runtime, octocrab, uploads, base, repository, patience, tell })
    }

    /// Connects as the environment says: with `GITHUB_TOKEN`, to `GITHUB_API_URL` or else to GitHub's own.
    ///
    /// # Errors
    ///
    /// Where there is no token, or as [`Self::new`].
    pub fn of_environment(
        repository: Repository,
        tell: &'a dyn Fn(&str),
    ) -> Result<Self, Diagnostic> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let token = variable("GITHUB_TOKEN").ok_or_else(|| {
            let message = "GitHub must be asked, and there is no token";
            Diagnostic::new(Rule::WrongInput, message)
                .with_remedy("set GITHUB_TOKEN; `gh auth token` prints yours")
        })?;
        let base = variable("GITHUB_API_URL").unwrap_or_else(|| PUBLIC.to_owned());
        Ok(Self::new(&base, repository, &token, tell)?)
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        self.patience.set(patience);
        self
    }

    /// Lets it wait anew, as long as it could at its start: what takes hours meets more than one bad minute.
    pub fn renew_patience(&self) {
        self.patience.set(Patience { left: Patience::default().left, ..self.patience.get() });
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    pub(crate) fn uploads(&self) -> &Octocrab {
        &self.uploads
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The address of something in the repository: `/repos/someone/tool/…`.
    pub(crate) fn route(&self, rest: &str) -> String {
        format!("{}/repos/{}/{rest}", self.base, self.repository)
    }

    /// An address as messages show it: what a redirect leads to can have a signature in its query.
    pub(crate) fn shown<'b>(&self, address: &'b str) -> &'b str {
        let of_api = address.strip_prefix(&self.base);
        of_api.or_else(|| Some(address.split_once('?')?.0)).unwrap_or(address)
    }

    /// Asks for one thing.
    pub(crate) fn get<T: DeserializeOwned>(&self, route: &str) -> Result<T, Error> {
        self.ask(&Method::GET, route, None, json)
    }

    /// Asks at an address that GitHub gave, which is signed: it needs no token, and gets none.
    pub(crate) fn follow<T>(
        &self,
        place: &str,
        read: impl Fn(&Answer) -> Read<T>,
    ) -> Result<T, Error> {
        if !is_private(place) {
            let why = Why::Unreadable("GitHub names an address that is not of https".to_owned());
            return Err(Error { asked: format!("GET {}", self.shown(place)), why });
        }
        self.ask(&Method::GET, place, None, read)
    }

    /// Asks until there is an answer, or none is to be had.
    pub(crate) fn ask<T>(
        &self,
        method: &Method,
        address: &str,
        body: Option<&Value>,
        read: impl Fn(&Answer) -> Read<T>,
    ) -> Result<T, Error> {
        let error = |why: Why| Error { asked: format!("{method} {}", self.shown(address)), why };
        let mut failures = 0;
        loop {
            let began = Instant::now();
            let answer = self.runtime.block_on(async {
                let whole = tokio::time::timeout(WHOLE, self.once(method, address, body)).await;
                whole.unwrap_or_else(|_| Err(Why::Silent("it takes too long".to_owned())))
            });
            let silent = |why: Why, failures| (why, self.again(Trouble::Silence, failures));
            let (why, again) = match answer {
                Ok(answer) if answer.status.is_success() || answer.status == StatusCode::FOUND => {
                    match read(&answer) {
                        Read::Found(found) => return Ok(found),
                        Read::CutOff(why) => silent(Why::Silent(why), failures + 1),
                        Read::Unreadable(why) => return Err(error(Why::Unreadable(why))),
                    }
                }
                Ok(answer) => {
                    let trouble = Trouble::Answer(answer.status, &answer.headers, &answer.body);
                    (refused(answer.status, &answer.body), self.again(trouble, failures + 1))
                }
                Err(why @ Why::Unreadable(_)) => return Err(error(why)),
                Err(why) => silent(why, failures + 1),
            };
            let wait = match again {
                Again::No => return Err(error(why)),
                Again::Failed(_) if !method.is_safe() => return Err(error(why)),
                Again::Failed(wait) => {
                    failures += 1;
                    wait
                }
                Again::Limited(wait) => wait,
            };
            self.wait(wait, began, &error(why), matches!(again, Again::Limited(_)))?;
        }
    }

    /// Waits, as long as the patience lasts: what GitHub took to fail is a part of it.
    fn wait(
        &self,
        wait: Duration,
        began: Instant,
        error: &Error,
        is_limit: bool,
    ) -> Result<(), Error> {
        let mut patience = self.patience.get();
        patience.left = patience.left.saturating_sub(began.elapsed());
        self.patience.set(patience);
        if wait > patience.left {
            let why = if is_limit { Why::Limited(wait.as_secs()) } else { error.why.clone() };
            return Err(Error { asked: error.asked.clone(), why });
        }
        (self.tell)(&format!(
            "{error}; asking again in {} s, of {} s that this may wait",
            wait.as_secs_f32(),
            patience.left.as_secs()
        ));
        patience.left -= wait;
        self.patience.set(patience);
        thread::sleep(wait);
        Ok(())
    }

    /// Waits before uploads are tried again, for the given time where GitHub said one; whether they may be.
    ///
    /// # Errors
    ///
    /// Where that takes longer than this may wait.
    pub fn wait_before(&self, again: Retry, round: u32) -> Result<bool, Error> {
        let (wait, is_limit) = match again {
            Retry::Never => return Ok(false),
            Retry::After(wait) => (wait, true),
            Retry::Soon => (self.patience.get().first * 2_u32.pow(round - 1), false),
        };
        let why = Why::Silent("some did not arrive".to_owned());
        let error = Error { asked: "every upload".to_owned(), why };
        self.wait(wait, Instant::now(), &error, is_limit)?;
        Ok(true)
    }

    pub(crate) fn again(&self, trouble: Trouble<'_>, failures: u32) -> Again {
        self.patience.get().again(trouble, failures)
    }

    /// Asks once. The token goes to the API alone, and not to what a redirect leads to.
    async fn once(
        &self,
        method: &Method,
        address: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Why> {
        let silent = |error: &octocrab::Error| Why::Silent(chain(error));
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header("accept", "application/vnd.github+json");
        let request = self.octocrab.build_request(request, body).map_err(|error| silent(&error))?;
        let response = self.octocrab.execute(request).await.map_err(|error| silent(&error))?;
        Answer::of(response).await
    }
}

impl Answer {
    /// All of a response, within a bound.
    pub(crate) async fn of<B>(response: http::Response<B>) -> Result<Self, Why>
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, LARGEST).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Why::Unreadable(format!("it is larger than {LARGEST} bytes"))
            } else {
                Why::Silent(error.to_string())
            }
        })?;
        let body = body.to_bytes().to_vec();
        Ok(Self { status: parts.status, headers: parts.headers, body })
    }
}

/// How long an answer may take in all.
pub(crate) fn whole() -> Duration {
    WHOLE
}

/// An answer that is JSON. One that ends early is cut off; a whole one that is not JSON would stay so.
pub(crate) fn json<T: DeserializeOwned>(answer: &Answer) -> Read<T> {
    match serde_json::from_slice(&answer.body) {
        Ok(found) => Read::Found(found),
        Err(wrong) if wrong.is_eof() => Read::CutOff(wrong.to_string()),
        Err(wrong) => Read::Unreadable(wrong.to_string()),
    }
}

/// An error with all that led to it: the first alone says little.
fn chain(error: &octocrab::Error) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        let said = error.to_string();
        let said = said.lines().next().unwrap_or_default().to_owned();
        if !said.is_empty() && !words.iter().any(|known| known.contains(&said)) {
            words.push(said);
        }
        next = error.source();
    }
    words.join(": ")
}
