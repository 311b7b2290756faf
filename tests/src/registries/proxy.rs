//! A proxy before a registry: it passes on what it is asked, and fails as it is told to.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::yanks::yank;

/// What goes wrong with a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Nothing.
    Done,
    /// The connection is closed before anything of it is read.
    Refused,
    /// The connection is closed in the middle of it.
    Reset,
    /// Another answer, with this status, these headers and this body; it does not reach the registry.
    Answer(u16, BTreeMap<String, String>, String),
    /// It reaches the registry, and the answer is lost: 502.
    Lost,
    /// It is answered with 201 and reaches nobody; another of the same is a conflict.
    Swallowed,
    /// It reaches the registry; the next so many looks at the same place see what was there before.
    Hidden(usize),
    /// It is passed on after so many milliseconds.
    Slow(u64),
    /// Whoever asked is killed before it is passed on.
    Killed,
}

/// What goes wrong, by the place that is asked for: at each place one request after another.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Of what is written.
    #[serde(with = "serde_yaml::with::singleton_map_recursive")]
    pub writes: BTreeMap<String, Vec<Fault>>,
    /// What nobody may read: 403.
    pub hides: Vec<String>,
    /// Of what is read.
    #[serde(with = "serde_yaml::with::singleton_map_recursive")]
    pub reads: BTreeMap<String, Vec<Fault>>,
}

/// What it was told, and what it saw.
#[derive(Debug, Default)]
pub struct State {
    /// What goes wrong from now on.
    pub rules: Rules,
    /// How long each request takes besides.
    pub delay: Duration,
    /// Every request: `PUT /name`.
    pub asked: Vec<String>,
    /// What registries took, by place.
    pub taken: Vec<String>,
    /// The token that a run's identity is traded for, where it is: a stand-in for the endpoints of GitHub and npm that do that.
    pub trusted: Option<String>,
    /// The folder of an index whose files are served below `index/`.
    pub index: Option<PathBuf>,
    /// What was swallowed, by place.
    swallowed: Vec<String>,
    /// What was seen at places before something was hidden, and for how many looks it is seen on.
    before: BTreeMap<String, (usize, Seen)>,
    /// The last that was seen at each place.
    last: BTreeMap<String, Seen>,
    /// What is done in the place of the n-th request from now on.
    pub at: Option<(usize, mpsc::Sender<()>)>,
}

/// An answer, as it is passed on.
#[derive(Debug, Clone)]
struct Seen {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
}

/// The proxy. It ends with the test.
#[derive(Debug)]
pub struct Proxy {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Before a server on a port of this machine.
    #[must_use]
    pub fn before(port: u16) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let (tell, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async move {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    _ = stopped => {}
                    () = serve(listener, shared, port) => {}
                }
            });
        });
        let address = address.recv().unwrap();
        Self { state, address, stop: Some(stop), thread: Some(thread) }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// That everything went wrong that was to.
    pub fn assert_all_went_wrong(&self) {
        let left = self.with(|state| {
            let rules = state.rules.writes.iter().chain(&state.rules.reads);
            let left = rules
                .filter(|(_, faults)| faults.iter().any(|fault| !matches!(fault, Fault::Done)));
            left.map(|(place, _)| place.clone()).collect::<Vec<_>>()
        });
        assert_eq!(left, [""; 0], "nobody asked there as often as the case says");
    }

    /// Changes what it is told.
    pub fn with<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.lock().unwrap())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>, port: u16) {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (state, agent) = (Arc::clone(&state), agent.clone());
        let service = service_fn(move |request| {
            let (state, agent) = (Arc::clone(&state), agent.clone());
            async move { answer(request, &state, &agent, port).await.ok_or(Closed) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// The connection is closed in the place of an answer.
#[derive(Debug)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed")
    }
}

impl std::error::Error for Closed {}

type Whole = Response<http_body_util::combinators::BoxBody<Bytes, Infallible>>;

async fn answer(
    request: Request<Incoming>,
    state: &Mutex<State>,
    agent: &ureq::Agent,
    port: u16,
) -> Option<Whole> {
    let (parts, body) = request.into_parts();
    let mut body = body.boxed();
    let place = percent_encoding::percent_decode_str(parts.uri.path().trim_matches('/'));
    let mut place = place.decode_utf8_lossy().into_owned();
    let mut read = None;
    if place.is_empty() && parts.method == "POST" {
        // An index of Python packages has one place for all: what is uploaded says of what it is.
        let bytes = body.collect().await.ok()?.to_bytes();
        place = file_in(&bytes);
        read = Some(bytes);
        body = Empty::new().map_err(|never| match never {}).boxed();
    }
    let is_write = !matches!(parts.method.as_str(), "GET" | "HEAD");
    let (fault, delay) = begin(state, parts.method.as_str(), &place, is_write);
    tokio::time::sleep(delay).await;
    match &fault {
        Fault::Refused | Fault::Killed => return None,
        Fault::Reset => {
            let _ = body.frame().await;
            return None;
        }
        Fault::Slow(milliseconds) => tokio::time::sleep(Duration::from_millis(*milliseconds)).await,
        Fault::Done | Fault::Answer(..) | Fault::Lost | Fault::Swallowed | Fault::Hidden(_) => {}
    }
    let bytes = match read {
        Some(bytes) => bytes,
        None => body.collect().await.ok()?.to_bytes(),
    };
    match &fault {
        Fault::Answer(status, headers, body) => {
            let headers = headers.iter().map(|(key, value)| (key.clone(), value.clone()));
            let body = body.clone().into();
            return Some(whole(Seen { status: *status, headers: headers.collect(), body }));
        }
        Fault::Swallowed => {
            let mut state = state.lock().unwrap();
            let status = if state.swallowed.contains(&place) { 409 } else { 201 };
            state.swallowed.push(place);
            let body = Bytes::from_static(b"{\"success\":true}");
            return Some(whole(Seen { status, headers: Vec::new(), body }));
        }
        Fault::Done
        | Fault::Refused
        | Fault::Reset
        | Fault::Lost
        | Fault::Hidden(_)
        | Fault::Slow(_)
        | Fault::Killed => {}
    }
    if let Some(seen) = traded(state, &place) {
        return Some(whole(seen));
    }
    let index = state.lock().unwrap().index.clone();
    let yanked = index.and_then(|index| {
        let token = parts.headers.get("authorization").and_then(|token| token.to_str().ok());
        yank(&index, parts.method.as_str(), &place, token.unwrap_or_default())
    });
    if let Some(body) = yanked {
        return Some(whole(Seen { status: 200, headers: Vec::new(), body: body.into() }));
    }
    if !is_write && let Some(seen) = hidden(state, &place) {
        return Some(whole(seen));
    }
    let seen = if let Some(file) = in_index(state, &place) {
        match std::fs::read(file) {
            Ok(body) => Seen { status: 200, headers: Vec::new(), body: body.into() },
            Err(_) => Seen { status: 404, headers: Vec::new(), body: Bytes::new() },
        }
    } else {
        let agent = agent.clone();
        let seen = tokio::task::spawn_blocking(move || pass_on(&agent, port, &parts, &bytes));
        seen.await.ok()??
    };
    let mut state = state.lock().unwrap();
    if is_write {
        // What is asked for by writing takes nothing.
        if (200..300).contains(&seen.status) && !place.starts_with("-/") {
            state.taken.push(place.clone());
        }
        if let Fault::Hidden(looks) = fault {
            // A page of an index tells of every file of its project.
            let is_approved = place.ends_with("/approve");
            let tells = |page: &String| *page == place || page.starts_with('@') == is_approved;
            let last: Vec<_> = state.last.iter().filter(|(page, _)| tells(page)).collect();
            let last: Vec<_> = last
                .into_iter()
                .map(|(page, seen)| (page.clone(), (looks, seen.clone())))
                .collect();
            state.before.extend(last);
        }
        if let Fault::Lost = fault {
            return Some(whole(Seen { status: 502, headers: Vec::new(), body: Bytes::new() }));
        }
    } else {
        state.last.insert(place, seen.clone());
    }
    Some(whole(seen))
}

/// The identity of a run, which says that its repository is private; or the token that it is traded for.
fn traded(state: &Mutex<State>, place: &str) -> Option<Seen> {
    let token = state.lock().unwrap().trusted.clone()?;
    let answer = if place == "identity" {
        // {"repository_visibility":"private"}
        serde_json::json!({ "value": "e30.eyJyZXBvc2l0b3J5X3Zpc2liaWxpdHkiOiJwcml2YXRlIn0.c2lnbmVk" })
    } else if place.starts_with("-/npm/v1/oidc/token/exchange/package/") {
        serde_json::json!({ "token": token })
    } else {
        return None;
    };
    Some(Seen { status: 200, headers: Vec::new(), body: answer.to_string().into() })
}

/// The file of an index at a place.
fn in_index(state: &Mutex<State>, place: &str) -> Option<PathBuf> {
    let place = place.strip_prefix("index/").filter(|place| !place.contains(".."))?;
    Some(state.lock().unwrap().index.as_ref()?.join(place))
}

/// The name of the file in a form.
fn file_in(form: &[u8]) -> String {
    let text = String::from_utf8_lossy(form);
    let name = text.split("filename=\"").nth(1).and_then(|rest| rest.split('"').next());
    name.unwrap_or_default().to_owned()
}

/// What goes wrong with a request, and how long it takes.
fn begin(state: &Mutex<State>, method: &str, place: &str, is_write: bool) -> (Fault, Duration) {
    let mut state = state.lock().unwrap();
    state.asked.push(format!("{method} /{place}"));
    let delay = state.delay;
    if let Some((left, killer)) = state.at.take() {
        if left == 0 {
            // Whoever is told kills at once; this request is never answered.
            killer.send(()).unwrap();
            return (Fault::Killed, Duration::from_millis(200));
        }
        state.at = Some((left - 1, killer));
    }
    if !is_write && state.rules.hides.iter().any(|hidden| hidden == place) {
        return (Fault::Answer(403, BTreeMap::new(), String::new()), delay);
    }
    let rules = if is_write { &mut state.rules.writes } else { &mut state.rules.reads };
    let faults = rules.get_mut(&without_id(place)).filter(|faults| !faults.is_empty());
    let fault = faults.map(|faults| faults.remove(0));
    // What was swallowed once stays so.
    let swallowed = is_write && state.swallowed.iter().any(|one| one == place);
    (if swallowed { Fault::Swallowed } else { fault.unwrap_or(Fault::Done) }, delay)
}

/// A place of a staged version, whichever that is: `-/stage/ID/approve`.
fn without_id(place: &str) -> String {
    let parts = place.split('/');
    let is_id = |part: &&str| part.len() == 36 && part.matches('-').count() == 4;
    parts.map(|part| if is_id(&part) { "ID" } else { part }).collect::<Vec<_>>().join("/")
}

/// What was seen before, where something is hidden.
fn hidden(state: &Mutex<State>, place: &str) -> Option<Seen> {
    let mut state = state.lock().unwrap();
    let (looks, seen) = state.before.get_mut(place)?;
    let seen = seen.clone();
    *looks = looks.checked_sub(1)?;
    Some(seen)
}

fn pass_on(
    agent: &ureq::Agent,
    port: u16,
    parts: &hyper::http::request::Parts,
    body: &[u8],
) -> Option<Seen> {
    let place = parts.uri.path_and_query().map_or("/", |place| place.as_str());
    let address = format!("http://127.0.0.1:{port}{place}");
    let mut request = Request::builder().method(parts.method.as_str()).uri(address);
    for (name, value) in &parts.headers {
        if ![
            "content-length",
            "connection",
            "transfer-encoding",
            "accept-encoding",
            "if-none-match",
        ]
        .contains(&name.as_str())
        {
            request = request.header(name.as_str(), value.as_bytes());
        }
    }
    let mut response = agent.run(request.body(body).ok()?).ok()?;
    let headers = response.headers().iter().filter_map(|(name, value)| {
        let is_kept = !["content-length", "connection", "transfer-encoding", "keep-alive"]
            .contains(&name.as_str());
        is_kept.then(|| Some((name.to_string(), value.to_str().ok()?.to_owned())))?
    });
    let headers = headers.collect();
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(1 << 30).read_to_vec().ok()?;
    Some(Seen { status, headers, body: body.into() })
}

fn whole(seen: Seen) -> Whole {
    let response = Response::builder().status(seen.status);
    let response =
        seen.headers.iter().fold(response, |response, (name, value)| response.header(name, value));
    response.body(Full::new(seen.body).boxed()).unwrap()
}
