//! Programs of another platform, which an emulator runs here: `tests/platforms/run` names it in `LOCKSTEP_PLATFORM`.
//!
//! They say what those of this machine say. What a system says itself, and how it calls itself, is made the same here, once.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};
use serde::Deserialize;

use crate::program::Outcome;
use crate::tools;

/// The status of a script that took too long under an emulator.
const TOO_LONG: i32 = 124;

/// What Wine says where it cannot start a program, now and then: it then ends with 1, as a program that found a problem.
const NO_START: &str = "failed to map the shared user data";

/// A platform whose programs are tried here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// This machine's.
    Here,
    /// Linux with another processor or C library.
    Linux,
    /// Windows, by Wine.
    Windows,
}

/// What of Linux a case is about, or takes for given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Symbolic links: Wine shows those of the host as what they lead to.
    Links,
    /// Execute bits: what a Windows program writes has none, and the host's bash asks for one.
    Bits,
    /// Names of files that Windows cannot have.
    Names,
    /// That what is installed is of the programs' own platform, and can be run here.
    Host,
    /// Clients that are looked for on the host's path: a Windows program has a path of its own.
    Path,
}

impl Platform {
    /// Whether it has what a case needs.
    #[must_use]
    pub fn has(self, needs: &[Need]) -> bool {
        match self {
            Self::Here => true,
            Self::Linux => !needs.contains(&Need::Host),
            Self::Windows => needs.is_empty(),
        }
    }

    /// The one that the programs are of.
    #[must_use]
    pub fn of_programs() -> Self {
        match std::env::var("LOCKSTEP_PLATFORM") {
            Err(_) => Self::Here,
            Ok(triple) if triple.contains("-windows-") => Self::Windows,
            Ok(_) => Self::Linux,
        }
    }

    /// What a script is started with: where an emulator runs its programs, by what ends it after four minutes, with a status of its own.
    #[must_use]
    pub fn shell(self) -> &'static [&'static str] {
        match self {
            Self::Here => &["sh"],
            Self::Linux | Self::Windows => &["timeout", "--kill-after=5", "240", "sh"],
        }
    }

    /// Whether what came of a script is the emulator's own failure. qemu can hang where a program of several threads starts another one; Wine
    /// cannot start a process at times, or loses one.
    #[must_use]
    pub fn failed_itself(self, outcome: &Outcome) -> bool {
        let failures = [
            "Internal error. (os error 1359)",
            "\nKilled\n",
            "Segmentation fault",
            "Can't recognize '",
            NO_START,
        ];
        match self {
            Self::Here => false,
            Self::Linux => outcome.status == TOO_LONG,
            Self::Windows => {
                let said = outcome.text();
                outcome.status == TOO_LONG || failures.iter().any(|failure| said.contains(failure))
            }
        }
    }

    /// What a program said, as it would have said it here.
    #[must_use]
    pub fn as_here(self, text: &str) -> String {
        match self {
            Self::Here | Self::Linux => text.to_owned(),
            Self::Windows => as_on_linux(text),
        }
    }
}

/// A program of Windows that keeps a file open until this is dropped: others may read it too, and not replace it.
#[derive(Debug)]
pub struct HeldOpen(Child);

impl HeldOpen {
    /// Starts it, and waits until it has the file.
    ///
    /// # Panics
    ///
    /// Where it does not come to that.
    #[must_use]
    pub fn new(file: &Path) -> Self {
        let mut holder = Command::new("/usr/lib/wine/wine64")
            .arg(tools::folder().join("platforms/windows/hold.exe"))
            .arg(format!("Z:{}", file.display()))
            .env("WINEDEBUG", "-all")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Wine starts");
        let mut first = String::new();
        let said = holder.stdout.take().expect("it is piped");
        BufReader::new(said).read_line(&mut first).expect("it prints text");
        assert_eq!(first.trim_end(), "open");
        Self(holder)
    }
}

impl Drop for HeldOpen {
    fn drop(&mut self) {
        // It ends with its standard input.
        drop(self.0.stdin.take());
        // What cannot be waited for has ended.
        let _ = self.0.wait();
    }
}

/// What Windows says of an error, as Linux says it: `(os error N)` by its number there.
fn as_on_linux(text: &str) -> String {
    static ERROR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:[A-Z][^:\n]*[.:]?)? \(os error (\d+)\)").expect("it is a pattern")
    });
    // What Wine says itself, of a connection that ended before its time or of memory, the program did not. Why a start failed stays.
    let is_wines = |line: &&str| {
        line.starts_with("wine client error")
            || (line.contains("err:virtual:") && !line.contains(NO_START))
    };
    let text: String = text.split_inclusive('\n').filter(|line| !is_wines(line)).collect();
    let text = text.replace("Z:/", "/").replace("\r\n", "\n");
    let text = text.replace("ended with exit code: ", "ended with exit status: ");
    let error = |found: &Captures<'_>| {
        let here = match &found[1] {
            "2" | "3" => "No such file or directory (os error 2)",
            "5" | "32" | "33" => "Permission denied (os error 13)",
            "80" | "183" => "File exists (os error 17)",
            "112" => "No space left on device (os error 28)",
            "145" => "Directory not empty (os error 39)",
            "10061" => "Connection refused (os error 111)",
            "267" => "Not a directory (os error 20)",
            _ => return found[0].to_owned(),
        };
        here.to_owned()
    };
    ERROR.replace_all(&text, error).into_owned()
}
