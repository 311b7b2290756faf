//! The server, and what it answers.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use http_body_util::{BodyExt, Collected, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::answers::Answered;
use super::{Description, Fault, State, TOKEN};

/// A server on a free port of this machine alone. It ends with the test.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(state: Arc<Mutex<State>>) -> Self {
        let (tell, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async move {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    _ = stopped => {}
                    () = serve(listener, state) => {}
                }
            });
        });
        Self { address: address.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }

    pub(super) fn address(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let state = Arc::clone(&state);
        let service = service_fn(move |request| {
            let state = Arc::clone(&state);
            async move { answer(request, &state).await.ok_or(Hangup) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// A connection is closed in the place of an answer.
#[derive(Debug)]
struct Hangup;

impl std::fmt::Display for Hangup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hung up")
    }
}

impl std::error::Error for Hangup {}

/// The name of the repository that it knows.
const OWN: &str = "someone/tool";

type Whole = Response<http_body_util::combinators::BoxBody<Bytes, Infallible>>;

async fn answer(request: Request<Incoming>, state: &Mutex<State>) -> Option<Whole> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
    let (path, method) = (parts.uri.path().to_owned(), parts.method.as_str().to_owned());
    let query = parts.uri.query().unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query: BTreeMap<String, String> =
        pairs.map(|(key, value)| (key.to_owned(), decoded(value))).collect();
    let delay = state.lock().unwrap().delay;
    tokio::time::sleep(delay).await;
    let mut state = state.lock().unwrap();
    state.asked.push(format!("{method} {}", parts.uri));
    // It knows one repository by one name, which it is given another for at the door.
    let full_name = state.full_name.clone().unwrap_or_else(|| OWN.to_owned());
    let path = match path.strip_prefix(&format!("/repos/{full_name}")) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/repos/{OWN}{rest}"),
        _ => path,
    };
    let fault = (!state.faults.is_empty()).then(|| state.faults.remove(0));
    if let Some(Fault::Hangup) = fault {
        return None;
    }
    if let Some(Fault::Instead(status, headers, body)) = fault {
        return Some(whole(status, &headers, body));
    }
    let authorization = parts.headers.get("authorization").map(|value| value.as_bytes().to_vec());
    if let Some(bytes) = path.strip_prefix(super::DOWNLOADS).and_then(|id| state.download(id)) {
        // Another server than the API's, which must not get to know the token.
        let status = if authorization.is_some() { 400 } else { 200 };
        let response = Response::builder().status(status);
        return Some(response.body(Full::new(Bytes::from(bytes)).boxed()).unwrap());
    }
    state.sent = body.to_vec();
    state.interrupted = matches!(fault, Some(Fault::Interrupted));
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Err(wrong) = Description::get().question(&method, &path, &query, &body) {
        return Some(whole(400, &[], json!({ "message": wrong }).to_string()));
    }
    for (name, wanted) in
        [("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")]
    {
        let said: Vec<_> = parts.headers.get_all(name).iter().collect();
        if said != [wanted] {
            let body = json!({ "message": format!("{name} is {said:?}") });
            return Some(whole(400, &[], body.to_string()));
        }
    }
    if authorization != Some(format!("Bearer {TOKEN}").into_bytes()) {
        let body = json!({ "message": "Bad credentials", "status": "401" });
        return Some(whole(401, &[], body.to_string()));
    }
    let Answered { status, mut body, key, mut headers } =
        state.answer(&method, &path, &query, &body);
    if status == 200 {
        let list = if key.is_empty() { &mut body } else { &mut body[key] };
        if let Some(items) = list.as_array_mut() {
            let number =
                |key: &str, default| query.get(key).map_or(default, |n| n.parse().unwrap());
            let (page, size): (usize, usize) = (number("page", 1), number("per_page", 30));
            let rest = items.len() > page * size;
            *items = items.iter().skip((page - 1) * size).take(size).cloned().collect();
            if rest {
                let next = format!("<http://{path}?page={}>; rel=\"next\"", page + 1);
                headers.push(("link".to_owned(), next));
            }
        }
    }
    let is_checked = !state.unchecked;
    if is_checked && let Err(wrong) = Description::get().answer(&method, &path, status, &body) {
        return Some(whole(400, &[], json!({ "message": wrong }).to_string()));
    }
    if let Some(Fault::Lost | Fault::Interrupted) = fault {
        return Some(whole(502, &[], "a proxy's words".to_owned()));
    }
    let text = if status == 204 { String::new() } else { body.to_string() };
    let mut text = text.replace(OWN, &full_name);
    match fault {
        Some(Fault::CutOff) => text.truncate(text.len() / 2),
        Some(Fault::NoJson) => "<html>A proxy's page</html>".clone_into(&mut text),
        Some(
            Fault::Instead(..) | Fault::Hangup | Fault::Done | Fault::Lost | Fault::Interrupted,
        )
        | None => {}
    }
    Some(whole(status, &headers, text))
}

fn whole(status: u16, headers: &[(String, String)], body: String) -> Whole {
    let response = Response::builder().status(status).header("content-type", "application/json");
    let response =
        headers.iter().fold(response, |response, (name, value)| response.header(name, value));
    response.body(Full::new(Bytes::from(body)).boxed()).unwrap()
}

pub(super) fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}
