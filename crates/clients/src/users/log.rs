//! A client's words in a file, and its end after a while.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use process_wrap::std::{ChildWrapper, CommandWrap};

use crate::process::{TOKEN, name};

/// How often it is asked whether a client has ended.
const ASKED: Duration = Duration::from_millis(50);
/// How much of a log is shown, in lines and in bytes.
const LINES: usize = 20;
const BYTES: usize = 8 << 10;

/// A file that what clients say goes to, as they say it.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    limit: Duration,
}

/// How a client ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself.
    With(ExitStatus),
    /// It took too long, and was ended with all that it had started.
    TooLate,
}

impl Log {
    /// One that begins, for clients that may take so long each.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written.
    pub fn begin(path: PathBuf, limit: Duration) -> Result<Self, Diagnostic> {
        File::create(&path).map_err(|error| unwritable(&path, &error))?;
        Ok(Self { path, limit })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.path).unwrap_or_default()).into_owned()
    }

    /// The end of what a client said, which says what went wrong.
    #[must_use]
    pub fn tail(said: &str) -> String {
        let lines: Vec<&str> = said.lines().collect();
        let tail = lines[lines.len().saturating_sub(LINES)..].join("\n");
        let begins = tail.ceil_char_boundary(tail.len().saturating_sub(BYTES));
        tail[begins..].trim().to_owned()
    }

    /// Runs a client to its end; `failed` is what is wrong where that is not a good one, such as `npm does not install it`.
    ///
    /// # Errors
    ///
    /// Where it does not start, fails, or takes too long.
    pub fn run(&self, command: &mut Command, failed: &str) -> Result<(), Diagnostic> {
        let (ended, said) = self.follow(command)?;
        match ended {
            Ended::With(status) if status.success() => Ok(()),
            Ended::With(status) => {
                let said = Self::tail(&said);
                let what = if said.is_empty() { status.to_string() } else { said };
                Err(Diagnostic::new(Rule::ClientFailed, format!("{failed}:\n{what}")))
            }
            Ended::TooLate => Err(self.too_late(failed)),
        }
    }

    /// That something took too long.
    #[must_use]
    pub fn too_late(&self, failed: &str) -> Diagnostic {
        let seconds = self.limit.as_secs();
        let limit = match seconds {
            1 => "a second".to_owned(),
            0..120 => format!("{seconds} seconds"),
            _ => format!("{} minutes", seconds / 60),
        };
        let message = format!("{failed}: it did not end in {limit}, and was stopped");
        Diagnostic::new(Rule::ClientFailed, message)
            .with_remedy(format!("its last words are in {}", self.path.shown()))
    }

    /// Runs it to its end, whatever that is, and returns all that it said.
    ///
    /// # Errors
    ///
    /// Where it does not start, or the log cannot be written.
    pub fn follow(&self, command: &mut Command) -> Result<(Ended, String), Diagnostic> {
        let (ended, then) = self.to_its_end(command)?;
        // What it was asked stands before what it said.
        Ok((ended, self.text().get(then..).unwrap_or_default().to_owned()))
    }

    /// The same, with where the log ended before it said anything.
    fn to_its_end(&self, command: &mut Command) -> Result<(Ended, usize), Diagnostic> {
        // What is installed is no business of these, and a script of the project could be in what it installs.
        for secret in [
            TOKEN,
            "GITHUB_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        ] {
            command.env_remove(secret);
        }
        let unwritable = |error: io::Error| unwritable(&self.path, &error);
        let mut log = OpenOptions::new().append(true).open(&self.path).map_err(unwritable)?;
        writeln!(log, "$ {}", line(command)).map_err(unwritable)?;
        let then = self.text().len();
        let errors = log.try_clone().map_err(unwritable)?;
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        let client = name(command.get_program());
        let missing = |error: io::Error| {
            let message = format!("{client} does not start: {error}");
            Diagnostic::new(Rule::ClientMissing, message)
                .with_remedy("install it on the machine that runs this: users install with it")
        };
        let mut child = grouped(command).map_err(missing)?;
        let until = Instant::now() + self.limit;
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok((Ended::With(status), then)),
                Ok(None) if Instant::now() < until => thread::sleep(ASKED),
                Ok(None) => {
                    let _ = child.kill();
                    return Ok((Ended::TooLate, then));
                }
                Err(error) => {
                    let message = format!("{} is lost: {error}", line(command));
                    return Err(Diagnostic::new(Rule::ClientFailed, message));
                }
            }
        }
    }
}

/// Starts it with all that it will start itself in one group, which ends as a whole.
fn grouped(command: &mut Command) -> io::Result<Box<dyn ChildWrapper>> {
    let mut own = Command::new("");
    std::mem::swap(command, &mut own);
    let mut wrapped = CommandWrap::from(own);
    #[cfg(unix)]
    wrapped.wrap(process_wrap::std::ProcessGroup::leader());
    #[cfg(windows)]
    wrapped.wrap(process_wrap::std::JobObject);
    let child = wrapped.spawn();
    std::mem::swap(command, wrapped.command_mut());
    child
}

/// A command as people would write it, as far as they would read it.
fn line(command: &Command) -> String {
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name(command.get_program())).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(Rule::FileUnwritable, format!("the log cannot be written: {error}"))
        .in_file(path.shown())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(limit: Duration) -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::begin(folder.path().join("a.log"), limit).unwrap();
        (folder, log)
    }

    #[test]
    fn what_a_client_says_is_kept_and_told() {
        let (_folder, log) = log(Duration::from_mins(1));
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        let problem = log.run(&mut command, "sh does not").unwrap_err();
        assert_eq!(problem.message, "sh does not:\none\ntwo");
        let silent = log.run(Command::new("sh").args(["-c", "exit 3"]), "sh does not").unwrap_err();
        assert_eq!(silent.message, "sh does not:\nexit status: 3");
        assert_eq!(log.text().lines().filter(|line| line.starts_with("$ sh")).count(), 2);
    }

    #[test]
    fn what_hangs_ends_with_all_that_it_started() {
        let (folder, log) = log(Duration::from_millis(300));
        let mut command = Command::new("sh");
        // Its child would write for as long as it lives.
        command.args(["-c", "(while :; do date > alive; sleep 0.01; done) & wait"]);
        command.current_dir(folder.path());
        assert_eq!(log.follow(&mut command).unwrap().0, Ended::TooLate);
        thread::sleep(Duration::from_millis(200));
        let alive = folder.path().join("alive");
        assert!(alive.exists());
        std::fs::remove_file(&alive).unwrap();
        thread::sleep(Duration::from_millis(300));
        assert!(!alive.exists());
    }

    #[test]
    fn what_is_not_there_is_told() {
        let (_folder, log) = log(Duration::from_mins(1));
        let problem = log.run(&mut Command::new("no-such-program"), "it fails").unwrap_err();
        assert_eq!(problem.rule, Rule::ClientMissing);
        assert!(problem.message.starts_with("no-such-program does not start"));
    }
}
