//! Asking.

use std::cell::Cell;
use std::fmt;
use std::thread;
use std::time::Duration;

use http::header::LINK;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use lockstep_schemas::strings::Repository;
use octocrab::Octocrab;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Why};
use crate::patience::{Again, Patience, Trouble};

/// GitHub's own API; a server of an enterprise has another address
/// ([documentation](https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api)).
pub const PUBLIC: &str = "https://api.github.com";
/// The largest answer that is read, in bytes. A page of a hundred runs has about a megabyte.
const LARGEST: usize = 32 * 1024 * 1024;
/// The most of a list on one page.
const PAGE: usize = 100;
/// The most pages of a list. Of more than a thousand runs GitHub's own search shows none.
const PAGES: usize = 100;
/// How long a connection may take to open, and how long it may say nothing.
const CONNECT: Duration = Duration::from_secs(10);
const READ: Duration = Duration::from_secs(30);

/// GitHub, as far as it knows one repository.
pub struct GitHub<'a> {
    runtime: Runtime,
    octocrab: Octocrab,
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
struct Answer {
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What GitHub says of an error.
#[derive(Deserialize)]
struct Said {
    message: String,
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
        if HeaderValue::from_str(token).is_err() {
            let why = "the token has a character that no token has".to_owned();
            return Err(Error { asked: base, why: Why::Refused(401, why) });
        }
        let silent = |why: String| Error { asked: base.clone(), why: Why::Silent(why) };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| silent(error.to_string()))?;
        let octocrab = {
            // Its client starts a task of its own.
            let _here = runtime.enter();
            Octocrab::builder()
                .base_uri(base.as_str())
                .and_then(|builder| {
                    builder
                        .personal_token(token.to_owned())
                        .set_connect_timeout(Some(CONNECT))
                        .set_read_timeout(Some(READ))
                        .build()
                })
                .map_err(|error| silent(error.to_string()))?
        };
        let patience = Cell::new(Patience::default());
        Ok(Self { runtime, octocrab, base, repository, patience, tell })
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        self.patience.set(patience);
        self
    }

    /// The route of something in the repository: `/repos/someone/tool/…`.
    pub(crate) fn route(&self, rest: &str) -> String {
        format!("/repos/{}/{rest}", self.repository)
    }

    /// Every item of a list, page by page, until one is enough. In an object of several, `key` is the list's.
    pub(crate) fn list<T: DeserializeOwned>(
        &self,
        route: &str,
        key: Option<&str>,
        mut enough: impl FnMut(&T) -> bool,
    ) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        let joined = if route.contains('?') { '&' } else { '?' };
        for page in 1..=PAGES {
            let route = format!("{route}{joined}per_page={PAGE}&page={page}");
            let (headers, mut found): (_, Value) = self.ask(&Method::GET, &route, None)?;
            let list = match key {
                Some(key) => found.get_mut(key).map(Value::take).unwrap_or_default(),
                None => found,
            };
            let list: Vec<T> = serde_json::from_value(list).map_err(|error| Error {
                asked: format!("GET {route}"),
                why: Why::Unreadable(error.to_string()),
            })?;
            for item in list {
                let is_enough = enough(&item);
                items.push(item);
                if is_enough {
                    return Ok(items);
                }
            }
            if !has_next(&headers) {
                return Ok(items);
            }
        }
        let why = format!("the list has more than {PAGES} pages");
        Err(Error { asked: format!("GET {route}"), why: Why::Unreadable(why) })
    }

    /// Asks until there is an answer, or none is to be had.
    fn ask<T: DeserializeOwned>(
        &self,
        method: &Method,
        route: &str,
        body: Option<&Value>,
    ) -> Result<(HeaderMap, T), Error> {
        let asked = format!("{method} {route}");
        let error = |why: Why| Error { asked: asked.clone(), why };
        let mut attempts = 0;
        loop {
            attempts += 1;
            let answer = self.runtime.block_on(self.once(method, route, body));
            // An answer that ends early is asked for again; a whole one that is not JSON would stay so.
            let (why, again) = match answer {
                Ok((status, answer)) if status.is_success() => {
                    match serde_json::from_slice(&answer.body) {
                        Ok(found) => return Ok((answer.headers, found)),
                        Err(wrong) if wrong.is_eof() => {
                            (Why::Silent(wrong.to_string()), self.again(Trouble::Silence, attempts))
                        }
                        Err(wrong) => return Err(error(Why::Unreadable(wrong.to_string()))),
                    }
                }
                Ok((status, answer)) => {
                    let trouble = Trouble::Answer(status, &answer.headers, &answer.body);
                    (refused(status, &answer.body), self.again(trouble, attempts))
                }
                Err(why) => (Why::Silent(why), self.again(Trouble::Silence, attempts)),
            };
            let wait = match again {
                Again::No => return Err(error(why)),
                Again::Failed(_) if !method.is_safe() => return Err(error(why)),
                Again::Failed(wait) | Again::Limited(wait) => wait,
            };
            let mut patience = self.patience.get();
            if wait > patience.left {
                let limited = Why::Limited(wait.as_secs());
                let why = if matches!(again, Again::Limited(_)) { limited } else { why };
                return Err(error(why));
            }
            let Patience { left, .. } = patience;
            (self.tell)(&format!(
                "{}; asking again in {} s, of {} s that this may wait",
                error(why),
                wait.as_secs_f32(),
                left.as_secs_f32()
            ));
            patience.left = left.saturating_sub(wait);
            self.patience.set(patience);
            thread::sleep(wait);
        }
    }

    fn again(&self, trouble: Trouble<'_>, attempts: u32) -> Again {
        self.patience.get().again(trouble, attempts)
    }

    /// Asks once.
    async fn once(
        &self,
        method: &Method,
        route: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Answer), String> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{route}", self.base))
            .header("accept", "application/vnd.github+json");
        let request = self.octocrab.build_request(request, body).map_err(|error| chain(&error))?;
        let response = self.octocrab.execute(request).await.map_err(|error| chain(&error))?;
        let (parts, body) = response.into_parts();
        let body =
            Limited::new(body, LARGEST).collect().await.map_err(|error| error.to_string())?;
        let body = body.to_bytes().to_vec();
        Ok((parts.status, Answer { headers: parts.headers, body }))
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

/// What an answer that is an error says.
fn refused(status: StatusCode, body: &[u8]) -> Why {
    if status == StatusCode::NOT_FOUND {
        return Why::NotFound;
    }
    if status.is_server_error() {
        return Why::Failing(status.as_u16());
    }
    let said = serde_json::from_slice(body).map(|said: Said| said.message);
    Why::Refused(status.as_u16(), said.unwrap_or_else(|_| "it does not say why".to_owned()))
}

/// Whether a list goes on
/// ([documentation](https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api#using-link-headers)).
fn has_next(headers: &HeaderMap) -> bool {
    let links = headers.get(LINK).and_then(|links| links.to_str().ok()).unwrap_or_default();
    links.split(',').any(|link| link.contains("rel=\"next\""))
}
