//! The launcher of the actions, on a machine of its own.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::assets::{Answer, Assets};
use crate::bundle::sha256sum;
use crate::root;

/// What a program of the tests is: it says how it was called.
const PROGRAM: &str = "#!/bin/sh\nprintf '%s|' \"$INPUT_VERSION\" \"$@\"\n\
    tr '\\n\\0' ' \\n' < /proc/$$/environ | grep -c -e ^BASH_ENV -e ^ENV= -e ^SHELLOPTS -e ^_*BASH_FUNC\nexit 7\n";
/// What it says where it was called as the tests call it, with nothing of others in its environment.
pub const SAID: &str = "1.2.3|verify-manifest|a b|$(id)|0\n";
/// The tag of the release.
pub const TAG: &str = "programs-v1.0.0";

/// A shell that runners have, with the tools beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// dash, with Debian's tools and curl.
    Dash,
    /// bash as `sh`, as on macOS and in Git for Windows.
    Bash,
    /// busybox, which has wget and no curl, as in containers of Alpine.
    Busybox,
}

/// A checkout of the actions with a list, on a machine of its own.
#[derive(Debug)]
pub struct Machine {
    folder: TempDir,
    /// The asset with this machine's program.
    pub asset: Vec<u8>,
    /// The line of the list about this machine's program.
    pub line: String,
}

/// This machine's.
#[must_use]
pub fn platform() -> String {
    format!("{}-unknown-linux-musl", std::env::consts::ARCH)
}

/// The file of a platform's program, packed as a release has it: the asset, and its line in the list.
pub fn packed(folder: &Path, platform: &str, file: &str) -> (Vec<u8>, String) {
    let program = folder.join(file);
    fs::write(&program, PROGRAM).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let asset = format!("{}-1.0.0-{platform}.tar.gz", file.trim_end_matches(".exe"));
    let status = Command::new("tar").args(["-czf", &asset, file]).current_dir(folder).status();
    assert!(status.unwrap().success());
    let bytes = fs::read(folder.join(&asset)).unwrap();
    let (digest, content) = (sha256sum(&folder.join(&asset)), sha256sum(&program));
    let name = file.trim_end_matches(".exe");
    let line = format!("{platform} {name} {asset} {} {digest} {content}", bytes.len());
    (bytes, line)
}

impl Machine {
    /// With a list of one release of this machine's program.
    pub fn new(shell: Shell) -> Self {
        let folder = tempfile::Builder::new().prefix("a folder's n\u{e4}me=1 ").tempdir().unwrap();
        for name in ["actions", "bin", "cache", "temp", "work"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let (asset, line) = packed(&folder.path().join("work"), &platform(), "lockstep-build");
        let machine = Self { folder, asset, line };
        fs::copy(root().join("actions/launch.sh"), machine.path("actions/launch.sh")).unwrap();
        let tools = "cat chmod env grep gzip head mkdir mktemp mv rm sed sha256sum tar timeout tr true uname wc wget curl sh";
        for tool in tools.split(' ') {
            let there = match (shell, tool) {
                (Shell::Busybox, "curl") | (Shell::Dash | Shell::Bash, "wget") => continue,
                (Shell::Busybox, _) => which("busybox"),
                (Shell::Bash, "sh") => which("bash"),
                (Shell::Dash, "sh") => which("dash"),
                (Shell::Dash | Shell::Bash, _) => which(tool),
            };
            symlink(there, machine.path("bin").join(tool)).unwrap();
        }
        // Nobody waits between attempts.
        machine.tool("sleep", "");
        machine.list(&machine.line);
        machine
    }

    /// A path below its folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Puts a tool of one's own on the path.
    pub fn tool(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        let _ = fs::remove_file(&path);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Writes the list: the release, and lines.
    pub fn list(&self, lines: &str) {
        let text = format!("# What is run.\nrelease someone/lockstep {TAG}\n{lines}\n");
        fs::write(self.path("actions/programs.list"), text).unwrap();
    }

    /// The path of the asset on a server.
    pub fn at(&self) -> String {
        let asset = self.line.split(' ').nth(2).unwrap();
        format!("/someone/lockstep/releases/download/{TAG}/{asset}")
    }

    /// A server that answers so to who asks for the asset.
    pub fn serving(&self, answers: Vec<Answer>) -> Assets {
        Assets::serve([(self.at(), answers)])
    }

    /// One that has it.
    pub fn good(&self) -> Assets {
        self.serving(vec![Answer::Bytes(self.asset.clone())])
    }

    /// The launcher, called as an action calls it.
    pub fn command(&self, server: &str) -> Command {
        let mut command = Command::new(self.path("bin/sh"));
        command
            .arg(self.path("actions/launch.sh"))
            .args(["lockstep-build", "verify-manifest", "a b", "$(id)"])
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("RUNNER_TOOL_CACHE", self.path("cache"))
            .env("RUNNER_TEMP", self.path("temp"))
            .env("GITHUB_SERVER_URL", server)
            .env("INPUT_VERSION", "1.2.3")
            .stdin(Stdio::null());
        command
    }

    /// What came of that.
    pub fn run(&self, server: &Assets) -> Output {
        self.command(server.address()).output().unwrap()
    }

    /// The one file that is kept.
    pub fn kept(&self) -> PathBuf {
        let content = self.line.rsplit(' ').next().unwrap();
        self.path("cache/lockstep").join(content).join("lockstep-build")
    }

    /// That nothing half-done is left.
    pub fn is_tidy(&self) -> bool {
        let folder = self.kept();
        let Ok(entries) = fs::read_dir(folder.parent().unwrap()) else { return true };
        entries
            .into_iter()
            .all(|entry| !entry.unwrap().file_name().to_string_lossy().starts_with('.'))
    }
}

/// Where a tool of this machine is.
#[must_use]
pub fn which(tool: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path)
        .map(|folder| folder.join(tool))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{tool} is not installed"))
}
