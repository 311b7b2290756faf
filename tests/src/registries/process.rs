//! A server that is a program.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// A server on a port of this machine. It ends with the test.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pub(super) port: u16,
}

impl Process {
    /// Starts a program that listens on the port that it is given, and waits until it does.
    pub(super) fn start(make: impl Fn(u16) -> Command) -> Self {
        for _ in 0..5 {
            let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            let mut command = make(free);
            let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
            for _ in 0..600 {
                if TcpStream::connect(("127.0.0.1", free)).is_ok() {
                    return Self { child, port: free };
                }
                if child.try_wait().unwrap().is_some() {
                    break;
                }
                thread::sleep(Duration::from_millis(50));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        panic!("{:?} does not listen", make(0));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
