//! cargo-http-registry, a registry of crates.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::process::Process;
use super::proxy::Proxy;
use crate::tools;

/// A registry behind a proxy, as long as a test holds it.
#[derive(Debug)]
pub struct Cargo {
    /// What stands before it.
    pub proxy: Proxy,
    /// What it has, and cargo's home, in which it stands for crates.io.
    pub folder: TempDir,
    _registry: Process,
}

impl Cargo {
    /// One that has nothing.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (root, home) = (folder.path().join("registry"), folder.path().join("home"));
        fs::create_dir(&home).unwrap();
        let registry = Process::start(|port| {
            let mut command = Command::new(tools::path("cargo-http-registry"));
            command.arg("--addr").arg(format!("127.0.0.1:{port}")).arg(&root);
            command
        });
        // It listens before it has made all of its index.
        let is_made = || log(&root).contains("Add index symlink");
        for _ in 0..500 {
            if is_made() {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        assert!(is_made(), "the registry has an index");
        let proxy = Proxy::before(registry.port);
        proxy.with(|state| state.index = Some(root.clone()));
        // Its index says where it is itself: the proxy stands before it as one.
        let at = proxy.address();
        let text = format!(
            "[http]\nproxy = \"{}\"\n[registry]\ndefault = \"test\"\n[registries.test]\nindex = \"sparse+{at}index/\"\n[source.crates-io]\nreplace-with = \"test\"\n[source.test]\nregistry = \"sparse+{at}index/\"\n",
            at.trim_end_matches('/')
        );
        fs::write(home.join("config.toml"), text).unwrap();
        Self { proxy, folder, _registry: registry }
    }

    /// The environment in which cargo and Lockstep use it.
    #[must_use]
    pub fn env(&self) -> [(&'static str, String); 3] {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        [
            ("CARGO_HOME", at("home")),
            ("REGISTRY", at("registry")),
            ("LOCKSTEP_TOKEN", "a-token".to_owned()),
        ]
    }
}

impl Default for Cargo {
    fn default() -> Self {
        Self::new()
    }
}

fn log(folder: &Path) -> String {
    // The folder is made by the registry.
    let output = Command::new("git").args(["log", "--format=%s"]).current_dir(folder).output();
    output.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default()
}
