//! Registries that fail, and programs that are killed: afterwards every file is published exactly once with the manifest's bytes,
//! or the run stopped with an account that matches what the registry has.
//!
//! A selection runs by default, in which each fault of an upload meets each registry, each place and each fault of a read at least
//! once; `LOCKSTEP_FAULTS=all` runs every combination, and a kill at every request.
//!
//! It is one file, though a long one: faults and kills are tried in the same trial, and held to the registry by the same words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use lockstep_tests::commands::{Project, Script};
use lockstep_tests::is_quick;
use lockstep_tests::pairs::at_a_time;
use lockstep_tests::program::{Outcome, path};
use lockstep_tests::registries::{Cargo, Fault, Npm, Proxy, Pypi};
use serde_json::Value;
use tempfile::TempDir;

/// A registry, whichever it is.
enum Registry {
    Npm(Npm),
    Pypi(Pypi),
    Cargo(Cargo),
}

/// Where something goes wrong: at what is published first, or at what depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    First,
    Last,
}

const CHANNELS: [&str; 3] = ["npm", "pypi", "crates-io"];
const WRITES: [&str; 8] = ["refused", "reset", "429", "500", "lost", "slow", "stale", "swallowed"];
const READS: [&str; 4] = ["good", "refused", "503", "429"];

#[derive(Debug, Clone, Copy)]
struct Scenario {
    channel: &'static str,
    at: At,
    write: &'static str,
    read: &'static str,
}

impl Registry {
    fn of(channel: &str) -> Self {
        match channel {
            "npm" => Self::Npm(Npm::new()),
            "pypi" => Self::Pypi(Pypi::new()),
            _ => Self::Cargo(Cargo::new()),
        }
    }

    fn proxy(&self) -> &Proxy {
        match self {
            Self::Npm(npm) => &npm.proxy,
            Self::Pypi(pypi) => &pypi.proxy,
            Self::Cargo(cargo) => &cargo.proxy,
        }
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Npm(npm) => npm.env().to_vec(),
            Self::Pypi(pypi) => pypi.env().to_vec(),
            Self::Cargo(cargo) => cargo.env().to_vec(),
        }
    }

    /// Where a file is written to, and where it is read from.
    fn places(&self, at: At) -> (&'static str, &'static str) {
        match (self, at) {
            (Self::Npm(_), At::First) => ("@someone/beads-linux-x64", "@someone/beads-linux-x64"),
            (Self::Npm(_), At::Last) => ("@someone/beads", "@someone/beads"),
            (Self::Pypi(_), At::First) => {
                ("beads-1.2.3-py3-none-manylinux_2_17_x86_64.whl", "simple/beads")
            }
            (Self::Pypi(_), At::Last) => ("beads-1.2.3.tar.gz", "simple/beads"),
            // All crates are written to one place.
            (Self::Cargo(_), At::First) => ("api/v1/crates/new", "index/be/ad/beads-core"),
            (Self::Cargo(_), At::Last) => ("api/v1/crates/new", "index/be/ad/beads"),
        }
    }

    /// The digest of each file that it has, by the file's name; npm's own of a package.
    fn has(&self) -> BTreeMap<String, String> {
        match self {
            Self::Npm(npm) => npm.digests("1.2.3"),
            Self::Pypi(pypi) => {
                let files =
                    fs::read_dir(pypi.files.path()).unwrap().map(|file| file.unwrap().path());
                files.map(|file| (name(&file), lockstep_tests::bundle::sha256sum(&file))).collect()
            }
            Self::Cargo(cargo) => ["beads", "beads-core"]
                .into_iter()
                .filter_map(|name| {
                    let place = cargo.folder.path().join("registry/be/ad").join(name);
                    let lines = fs::read_to_string(place).ok()?;
                    let release: Value = serde_json::from_str(lines.lines().last()?).unwrap();
                    let file = format!("{name}-{}.crate", release["vers"].as_str()?);
                    Some((file, release["cksum"].as_str()?.to_owned()))
                })
                .collect(),
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn fault(named: &str) -> Vec<Fault> {
    let after = |seconds: &str| [("retry-after".to_owned(), seconds.to_owned())].into();
    match named {
        "refused" => vec![Fault::Refused],
        "reset" => vec![Fault::Reset],
        "429" => vec![Fault::Answer(429, after("1"), String::new())],
        "500" => vec![Fault::Answer(500, [].into(), String::new())],
        "503" => vec![Fault::Answer(503, [].into(), String::new())],
        "lost" => vec![Fault::Lost],
        "slow" => vec![Fault::Slow(1500)],
        "stale" => vec![Fault::Hidden(2)],
        "swallowed" => vec![Fault::Swallowed],
        _ => Vec::new(),
    }
}

/// What a scenario is tried in: the released project, and the digest of each file that must be published.
struct Trial {
    project: TempDir,
    script: Script,
    registry: Registry,
    channel: &'static str,
    wanted: BTreeMap<String, String>,
}

impl Trial {
    fn new(channel: &'static str) -> Self {
        Self::of(channel, Registry::of(channel), Project::Beads)
    }

    fn of(channel: &'static str, registry: Registry, project: Project) -> Self {
        let env = registry.env().into_iter().map(|(name, value)| (name.to_owned(), value));
        let mut script = Script {
            project,
            released: true,
            env: env.collect(),
            npm: Some(lockstep_tests::registries::Rules::default()),
            ..Script::default()
        };
        script.env.entry("LOCKSTEP_TOKEN".to_owned()).or_insert_with(|| "pypi-aToken".to_owned());
        let project = script.project();
        let manifest = fs::read(project.path().join("lockstep/bundle/manifest.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        let kinds: &[&str] = match channel {
            "npm" => &["npm-platform-package", "npm-package"],
            "pypi" => &["wheel", "sdist"],
            _ => &["crate"],
        };
        let artifacts = manifest["artifacts"].as_array().unwrap().iter();
        let of_it = artifacts.filter(|one| kinds.contains(&one["kind"].as_str().unwrap()));
        let digest = if channel == "npm" { "integrity" } else { "sha256" };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let wanted = of_it.map(|one| (text(&one["name"]), text(&one[digest]))).collect();
        Self { project, script, registry, channel, wanted }
    }

    fn publish(&self) -> Outcome {
        let Self { channel, .. } = self;
        let line = format!("publish --channel {channel} --mode live --version 1.2.3 --wait 4");
        self.script.sh(self.project.path(), &line)
    }

    /// What the receipt says of each file.
    fn account(&self) -> BTreeMap<String, String> {
        let receipt = fs::read(self.project.path().join("lockstep/receipt/receipt.json")).unwrap();
        let receipt: Value = serde_json::from_slice(&receipt).unwrap();
        let files = receipt["files"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        files.iter().map(|file| (text(&file["name"]), text(&file["now"]))).collect()
    }

    /// What there is has the manifest's bytes; what depends on others is there only with them.
    fn assert_right(&self, what: &str) -> BTreeMap<String, String> {
        let has = self.registry.has();
        for (file, digest) in &has {
            assert_eq!(self.wanted.get(file), Some(digest), "{what}: {file}");
        }
        let last = match self.channel {
            "npm" => "someone-beads-1.2.3.tgz",
            "pypi" => "beads-1.2.3.tar.gz",
            _ => "beads-1.2.3.crate",
        };
        assert!(!has.contains_key(last) || has.len() == self.wanted.len(), "{what}: {has:?}");
        has
    }

    /// The same, and the receipt says so.
    fn assert_sound(&self, what: &str) {
        let has = self.assert_right(what);
        for (file, now) in self.account() {
            let is_there = has.contains_key(&file);
            let fits = match now.as_str() {
                "ours" => is_there,
                "absent" => !is_there,
                _ => true,
            };
            assert!(fits, "{what}: {file} is {now}, and there: {is_there}");
        }
    }

    /// Each was taken once, but for those that never were.
    fn assert_once(&self, what: &str, but: usize) {
        let taken = self.registry.proxy().with(|state| state.taken.clone());
        assert!(taken.len() + but <= self.wanted.len(), "{what}: {taken:?}");
        assert!(but > 0 || taken.len() == self.wanted.len(), "{what}: {taken:?}");
    }
}

impl Scenario {
    fn run(self) {
        let trial = Trial::new(self.channel);
        let (write, read) = trial.registry.places(self.at);
        trial.registry.proxy().with(|state| {
            let mut writes = fault(self.write);
            if self.channel == "crates-io" && self.at == At::Last {
                writes.insert(0, Fault::Done);
            }
            state.rules.writes.insert(write.to_owned(), writes);
            state.rules.reads.insert(read.to_owned(), fault(self.read));
        });
        let what = format!("{self:?}");
        let first = trial.publish();
        if self.write == "swallowed" {
            // It never appears, and no later run sends it again.
            for _ in 0..2 {
                let outcome = trial.publish();
                assert_eq!(outcome.status, 1, "{what}: {}", outcome.text());
                assert!(outcome.text().contains("not-visible-yet"), "{what}: {}", outcome.text());
                trial.assert_sound(&what);
            }
            trial.registry.proxy().assert_all_went_wrong();
            return trial.assert_once(&what, 1);
        }
        trial.assert_sound(&what);
        let mut last = first;
        for _ in 0..2 {
            if last.status != 0 {
                last = trial.publish();
                trial.assert_sound(&what);
            }
        }
        // On a slow machine the first run can give up before it has asked as often.
        trial.registry.proxy().assert_all_went_wrong();
        assert_eq!(last.status, 0, "{what}: {}", last.text());
        assert_eq!(trial.registry.has(), trial.wanted, "{what}");
        trial.assert_once(&what, 0);
    }
}

/// Every combination, or a selection.
fn scenarios(all: bool) -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    let ats = [At::First, At::Last];
    for (row, write) in WRITES.into_iter().enumerate() {
        for (column, channel) in CHANNELS.into_iter().enumerate() {
            if all {
                for at in ats {
                    scenarios.extend(READS.map(|read| Scenario { channel, at, write, read }));
                }
            } else {
                let (at, read) = (ats[(row + column) % 2], READS[(row + 3 * column) % 4]);
                scenarios.push(Scenario { channel, at, write, read });
            }
        }
    }
    // cargo waits a minute itself for what does not appear.
    let is_slow =
        |one: &Scenario| one.channel == "crates-io" && ["swallowed", "stale"].contains(&one.write);
    scenarios.retain(|one| all || !is_slow(one));
    scenarios
}

fn is_all() -> bool {
    std::env::var("LOCKSTEP_FAULTS").is_ok_and(|faults| faults == "all")
}

#[test]
fn whatever_fails_every_file_is_published_once_or_the_account_is_true() {
    let mut scenarios = scenarios(is_all());
    if is_quick() {
        scenarios = scenarios.into_iter().step_by(6).collect();
    }
    let passed = AtomicUsize::new(0);
    at_a_time(4, &scenarios, |scenario| {
        scenario.run();
        passed.fetch_add(1, Ordering::Relaxed);
    });
    println!("{} of {} scenarios passed", passed.into_inner(), scenarios.len());
}

#[test]
fn the_selection_has_every_pair_with_a_fault_of_an_upload() {
    let selected = scenarios(false);
    for write in WRITES {
        let of_it: Vec<&Scenario> = selected.iter().filter(|one| one.write == write).collect();
        let channels = of_it.iter().filter(|one| CHANNELS.contains(&one.channel)).count();
        assert!(channels >= 2, "{write}");
        assert!(
            [At::First, At::Last].iter().all(|at| of_it.iter().any(|one| one.at == *at)),
            "{write}"
        );
    }
    for read in READS {
        assert!(selected.iter().any(|one| one.read == read), "{read}");
    }
}

/// Kills the program, and all that it started, in the place of its n-th request; whether it came that far.
fn killed_at(trial: &Trial, request: usize) -> bool {
    let (tell, told) = mpsc::channel();
    trial.registry.proxy().with(|state| state.at = Some((request, tell)));
    let mut child = Command::new(path("publish"))
        .args(["--channel", trial.channel, "--mode", "live", "--version", "1.2.3", "--wait", "4"])
        .current_dir(trial.project.path())
        .envs(&trial.script.env)
        .env("PATH", Npm::path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let came = loop {
        if told.recv_timeout(Duration::from_millis(50)).is_ok() {
            let group = format!("-{}", child.id());
            let status = Command::new("kill").args(["-KILL", "--", &group]).status().unwrap();
            assert!(status.success());
            break true;
        }
        if child.try_wait().unwrap().is_some() {
            break false;
        }
    };
    child.wait().unwrap();
    trial.registry.proxy().with(|state| state.at = None);
    came
}

/// At which requests it is killed. Among the first are the look, and among the others what npm asks and uploads.
fn requests() -> Vec<usize> {
    if is_all() {
        (0..60).collect()
    } else if is_quick() {
        vec![6]
    } else {
        vec![0, 6, 10]
    }
}

#[test]
fn a_run_that_is_killed_is_gone_on_with() {
    let requests = requests();
    let passed = AtomicUsize::new(0);
    at_a_time(3, &requests, |request| {
        let trial = Trial::new("npm");
        let what = format!("killed at request {request}");
        let came = killed_at(&trial, *request);
        assert!(came || is_all(), "{what}: there are fewer");
        // What was under way may have arrived after the receipt was written.
        trial.assert_right(&what);
        let again = trial.publish();
        assert_eq!(again.status, 0, "{what}: {}", again.text());
        trial.assert_sound(&what);
        assert_eq!(trial.registry.has(), trial.wanted, "{what}");
        // The answer to what was under way nobody saw; of what was seen nothing was taken twice.
        let taken = trial.registry.proxy().with(|state| state.taken.clone());
        let once: BTreeSet<&String> = taken.iter().collect();
        assert_eq!(once.len(), taken.len(), "{what}: {taken:?}");
        passed.fetch_add(1, Ordering::Relaxed);
    });
    println!("{} of {} kills passed", passed.into_inner(), requests.len());
}

/// Approves what is staged at a registry of npm's, and returns the names of the packages.
fn approve_all(trial: &Trial) -> Vec<String> {
    let npm = |arguments: &str| {
        let registry = &trial.script.env["npm_config_registry"];
        let key = format!("npm_config_{}:_authToken", registry.trim_start_matches("http:"));
        let token = &trial.script.env["LOCKSTEP_TOKEN"];
        let line = format!("env '{key}={token}' npm {arguments} --json --no-update-notifier");
        let outcome = trial.script.sh(trial.project.path(), &line);
        assert_eq!(outcome.status, 0, "{arguments}: {}", outcome.text());
        outcome.stdout
    };
    let staged: Vec<Value> = serde_json::from_str(&npm("stage list")).unwrap();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    for one in &staged {
        npm(&format!("stage approve {}", text(one, "id")));
    }
    staged.iter().map(|one| text(one, "packageName")).collect()
}

#[test]
fn a_run_that_stages_and_is_killed_is_gone_on_with() {
    let requests = requests();
    let passed = AtomicUsize::new(0);
    at_a_time(3, &requests, |request| {
        let trial = Trial::of("npm", Registry::Npm(Npm::with_stages()), Project::Staged);
        let what = format!("killed at request {request}, staging");
        let came = killed_at(&trial, *request);
        assert!(came || is_all(), "{what}: there are fewer");
        let again = trial.publish();
        assert_eq!(again.status, 1, "{what}: {}", again.text());
        assert!(again.text().contains("awaiting-approval"), "{what}: {}", again.text());
        // Nothing is public before a person approves it, and each waits once.
        assert_eq!(trial.registry.has(), BTreeMap::new(), "{what}");
        let mut staged = approve_all(&trial);
        staged.sort_unstable();
        let names = ["@someone/tool", "@someone/tool-darwin-arm64", "@someone/tool-linux-x64"];
        assert_eq!(staged, names, "{what}");
        let last = trial.publish();
        // On a slow machine the first run can give up before it has asked as often.
        trial.registry.proxy().assert_all_went_wrong();
        assert_eq!(last.status, 0, "{what}: {}", last.text());
        assert_eq!(trial.registry.has(), trial.wanted, "{what}");
        passed.fetch_add(1, Ordering::Relaxed);
    });
    println!("{} of {} kills of a run that stages passed", passed.into_inner(), requests.len());
}
