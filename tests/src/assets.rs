//! A server of release assets on this machine, which fails as it is told to.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// What is answered to one request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// These bytes.
    Bytes(Vec<u8>),
    /// So many of these bytes, and then nothing more.
    Cut(Vec<u8>, usize),
    /// That it stands at another path of this server.
    Elsewhere(String),
    /// A status, and no file.
    Status(u16),
}

/// The server. It ends with this.
#[derive(Debug)]
pub struct Assets {
    address: String,
    state: Arc<State>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct State {
    /// For each path what its requests are answered, one after the other; the last of them from then on.
    answers: BTreeMap<String, Vec<Answer>>,
    asked: Mutex<Vec<String>>,
    ended: AtomicBool,
}

impl Assets {
    /// Starts one on a free port.
    pub fn serve(answers: impl IntoIterator<Item = (String, Vec<Answer>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            answers: answers.into_iter().collect(),
            asked: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&state);
        let accepting = thread::spawn(move || {
            for connection in listener.incoming() {
                if of_thread.ended.load(Ordering::SeqCst) {
                    break;
                }
                let state = Arc::clone(&of_thread);
                thread::spawn(move || connection.and_then(|connection| state.answer(&connection)));
            }
        });
        Self { address, state, accepting: Some(accepting) }
    }

    /// Its address, without a slash at its end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The paths that were asked for.
    pub fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Assets {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl State {
    fn answer(&self, mut connection: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(connection).lines();
        let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let before = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.push(path.clone());
            asked.iter().filter(|asked| **asked == path).count() - 1
        };
        let answers = self.answers.get(&path);
        let answer = answers.and_then(|answers| answers.get(before).or(answers.last()));
        let head = |status: &str, length: usize| {
            format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n")
        };
        let (head, body) = match answer {
            Some(Answer::Bytes(bytes)) => (head("200 OK", bytes.len()), bytes.as_slice()),
            Some(Answer::Cut(bytes, at)) => (head("200 OK", bytes.len()), &bytes[..*at]),
            Some(Answer::Elsewhere(path)) => {
                (format!("{}Location: {path}\r\n", head("302 Found", 0)), &[][..])
            }
            Some(Answer::Status(status)) => (head(&format!("{status} Failed"), 0), &[][..]),
            None => (head("404 Not Found", 0), &[][..]),
        };
        write!(connection, "{head}\r\n")?;
        connection.write_all(body)
    }
}
