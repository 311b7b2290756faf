//! Asking over HTTP.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use ureq::http::{Response, StatusCode};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

use crate::patience::{Patience, limit};

/// How long a connection may take to open, how long an answer may take to begin, and how long it may take in all.
const CONNECT: Duration = Duration::from_secs(10);
const BEGIN: Duration = Duration::from_mins(1);
const WHOLE: Duration = Duration::from_mins(2);
/// How long a download may take in all.
const DOWNLOAD: Duration = Duration::from_mins(15);
/// How much of a download is read at once, in bytes.
const CHUNK: usize = 256 << 10;
/// The largest answer that is read, in bytes: npm's document of a package with thousands of versions has tens of megabytes.
const LARGEST: u64 = 128 * 1024 * 1024;

/// What asks.
pub struct Web<'a> {
    agent: Agent,
    patience: Patience,
    tell: &'a (dyn Fn(&str) + Sync),
}

impl fmt::Debug for Web<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web").field("patience", &self.patience).finish_non_exhaustive()
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Whom, as people call it: `npm`.
    pub of: &'a str,
    /// Where.
    pub address: &'a str,
    /// The form of the answer, a media type.
    pub accept: &'a str,
    /// The token that is shown, where there is one.
    pub token: Option<&'a str>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// This, in a form.
    Found(String, Vec<u8>),
    /// There is nothing, or nothing that is shown to who asks.
    Missing,
    /// It is refused, with this status.
    Refused(u16),
}

/// How it went wrong, and when it may be asked again.
struct Trouble {
    what: String,
    told: Option<Duration>,
}

impl<'a> Web<'a> {
    /// Sets it up; proxies are those of the environment. `tell` gets a line before every wait.
    #[must_use]
    pub fn new(patience: Patience, tell: &'a (dyn Fn(&str) + Sync)) -> Self {
        let native = rustls_native_certs::load_native_certs().certs;
        let roots = native.iter().map(|one| Certificate::from_der(one.as_ref()).to_owned());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots.collect::<Vec<_>>()))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(BEGIN))
            .timeout_global(Some(WHOLE))
            .user_agent(concat!("lockstep/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build());
        Self { agent: agent.build().into(), patience, tell }
    }

    /// Asks, and asks again where that may help: asking changes nothing.
    ///
    /// # Errors
    ///
    /// Where there is no answer.
    pub fn get(&self, question: Question<'_>) -> Result<Answer, Diagnostic> {
        self.ask(question, |question| {
            let mut request = self.agent.get(question.address).header("accept", question.accept);
            if let Some(token) = question.token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            // What was just published is not in a cache.
            request.header("cache-control", "no-cache").call()
        })
    }

    /// Asks with an empty body, which tells nothing, and gets something that is made for who asks.
    ///
    /// # Errors
    ///
    /// Where there is no answer.
    pub fn post(&self, question: Question<'_>) -> Result<Answer, Diagnostic> {
        self.ask(question, |question| {
            let mut request = self.agent.post(question.address).header("accept", question.accept);
            if let Some(token) = question.token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            request.send_empty()
        })
    }

    /// Downloads what is at an address into a file, as anybody can; `false` where nothing is there, or nothing is shown.
    ///
    /// # Errors
    ///
    /// Where there is no answer, it ends early, or the file cannot be written. Half of it may be there then.
    pub fn download(&self, of: &str, address: &str, to: &Path) -> Result<bool, Diagnostic> {
        let question = Question { of, address, accept: "*/*", token: None };
        let get = |question: Question<'_>| {
            let request = self.agent.get(question.address).header("accept", question.accept);
            // It can be as large as an archive is.
            request.config().timeout_global(Some(DOWNLOAD)).build().call()
        };
        let unwritable = |error: io::Error| {
            Diagnostic::new(Rule::FileUnwritable, format!("cannot be written: {error}"))
                .in_file(to.shown())
        };
        let mut failed = None;
        let found = self.ask_for(question, get, |mut response| {
            if unread(&response)?.is_some() {
                return Ok(false);
            }
            // A disk that is full is so the next time too.
            let mut file = match File::create(to) {
                Ok(file) => file,
                Err(error) => {
                    failed = Some(unwritable(error));
                    return Ok(true);
                }
            };
            let mut reader = response.body_mut().with_config().limit(u64::MAX).reader();
            let mut chunk = vec![0; CHUNK];
            loop {
                match reader.read(&mut chunk) {
                    Ok(0) => return Ok(true),
                    Ok(read) => {
                        if let Err(error) = file.write_all(&chunk[..read]) {
                            failed = Some(unwritable(error));
                            return Ok(true);
                        }
                    }
                    Err(error) => return Err(ends_early(&error)),
                }
            }
        })?;
        failed.map_or(Ok(found), Err)
    }

    fn ask(
        &self,
        question: Question<'_>,
        send: impl Fn(Question<'_>) -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Answer, Diagnostic> {
        self.ask_for(question, send, read)
    }

    fn ask_for<T>(
        &self,
        question: Question<'_>,
        send: impl Fn(Question<'_>) -> Result<Response<Body>, ureq::Error>,
        mut read: impl FnMut(Response<Body>) -> Result<T, Trouble>,
    ) -> Result<T, Diagnostic> {
        let mut attempt = 1;
        loop {
            let trouble = match send(question) {
                Ok(response) => match read(response) {
                    Ok(answer) => return Ok(answer),
                    Err(trouble) => trouble,
                },
                Err(error) => Trouble { what: error.to_string(), told: None },
            };
            let Trouble { what, told } = trouble;
            let address = shown(question.address);
            let Some(wait) = self.patience.wait(attempt, told) else {
                let message = format!("{} does not answer {address}: {what}", question.of);
                return Err(Diagnostic::new(Rule::RegistrySilent, message)
                    .with_remedy("run it again when it answers: nothing is lost"));
            };
            let seconds = wait.as_secs().max(1);
            let plural = if seconds == 1 { "" } else { "s" };
            (self.tell)(&format!(
                "{}: {what}; asking again in {seconds} second{plural}",
                question.of
            ));
            thread::sleep(wait);
            attempt += 1;
        }
    }
}

/// An answer that has no body to read: that there is nothing, or that it is refused.
fn unread(response: &Response<Body>) -> Result<Option<Answer>, Trouble> {
    let status = response.status();
    let header = |name: &str| response.headers().get(name)?.to_str().ok();
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Some(Answer::Missing)),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            let told = Some(limit(header("retry-after")));
            Err(Trouble { what: format!("it answers {status}"), told })
        }
        status if status.is_server_error() => {
            let told = header("retry-after").map(|told| limit(Some(told)));
            Err(Trouble { what: format!("it answers {status}"), told })
        }
        status if !status.is_success() => Ok(Some(Answer::Refused(status.as_u16()))),
        _ => Ok(None),
    }
}

fn read(mut response: Response<Body>) -> Result<Answer, Trouble> {
    if let Some(answer) = unread(&response)? {
        return Ok(answer);
    }
    let header = |name: &str| response.headers().get(name)?.to_str().ok();
    let form = header("content-type").unwrap_or_default().to_owned();
    let mut body = Vec::new();
    let mut reader = response.body_mut().with_config().limit(LARGEST).reader();
    match reader.read_to_end(&mut body) {
        Ok(_) => Ok(Answer::Found(form, body)),
        Err(error) => Err(ends_early(&error)),
    }
}

fn ends_early(error: &io::Error) -> Trouble {
    Trouble { what: format!("its answer ends early: {error}"), told: None }
}

/// An address as messages show it: without a password, and without what is asked.
#[must_use]
pub fn shown(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}/{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        assert_eq!(shown("https://a:b@c.example/d?token=e#f"), "https://c.example/d");
        assert_eq!(shown("https://c.example"), "https://c.example/");
        assert_eq!(shown("nothing"), "nothing");
    }
}
