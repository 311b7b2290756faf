//! How much of a run from tag to bundle is Lockstep's: the steps of its actions, beside the whole run, and
//! what of them npm and cargo took, which pack what is theirs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lockstep_tests::runs::{Event, GitHub, Run};
use lockstep_tests::samples::{Sample, agoric_sdk, numerals, settings};

/// A client that notes who called it, and when it started and ended, in nanoseconds.
fn timed(client: &str, folder: &Path) {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join(client))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{client} is on the path"));
    let times = folder.join("times");
    let script = format!(
        "#!/bin/sh\nstart=$(date +%s%N)\n\"{}\" \"$@\"\nstatus=$?\necho $PPID $start $(date +%s%N) >> \"{}\"\nexit $status\n",
        found.display(),
        times.display(),
    );
    let file = folder.join(client);
    fs::write(&file, script).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// How long programs waited for clients: of calls of one program at the same time, each moment counts once.
fn within_clients(times: &str) -> Duration {
    let mut calls: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    for line in times.lines() {
        let numbers: Vec<u64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
        calls.entry(numbers[0]).or_default().push((numbers[1], numbers[2]));
    }
    let mut nanoseconds = 0;
    for calls in calls.values_mut() {
        calls.sort_unstable();
        let mut counted = 0;
        for (start, end) in calls {
            nanoseconds += end.saturating_sub(counted.max(*start));
            counted = counted.max(*end);
        }
    }
    Duration::from_nanos(nanoseconds)
}

fn measure(run: impl Fn(Vec<PathBuf>) -> Run) -> Measured {
    let clients = tempfile::tempdir().unwrap();
    timed("npm", clients.path());
    timed("cargo", clients.path());
    // Once to fill the caches of the builds.
    assert!(run(Vec::new()).succeeded());
    let run = run(vec![clients.path().to_owned()]);
    assert!(run.succeeded(), "{}", run.overview());
    let times = fs::read_to_string(clients.path().join("times")).unwrap();
    let mut programs: BTreeMap<&str, Duration> = BTreeMap::new();
    for step in run.jobs.iter().flat_map(|job| &job.steps) {
        if let Some(program) = &step.program {
            *programs.entry(program).or_default() += step.took;
        }
    }
    let ours: Duration = programs.values().sum();
    let clients = within_clients(&times);
    Measured { whole: run.took, ours, clients }
}

/// How long a run took, and of that Lockstep's steps, and of these the clients that they call.
struct Measured {
    whole: Duration,
    ours: Duration,
    clients: Duration,
}

/// A part of what a run took.
type Of = fn(&Measured) -> Duration;

fn main() {
    let xsnap = measure(|first| {
        let hub = GitHub::new();
        agoric_sdk(&hub);
        let repository = Sample::xsnap().publish(&hub);
        repository.tag("v0.15.0");
        repository.run("release.yml", &Event::tag("v0.15.0"), &settings().with_path(first))
    });
    let abacus = measure(|first| {
        let hub = GitHub::new();
        numerals(&hub);
        let repository = Sample::abacus().publish(&hub);
        repository.tag("v1.2.3");
        repository.run("release.yml", &Event::tag("v1.2.3"), &settings().with_path(first))
    });
    println!("| what | xsnap-worker | abacus |\n| --- | --: | --: |");
    let rows: [(&str, Of); 4] = [
        ("from the tag to the bundle", |run| run.whole),
        ("the steps of Lockstep's actions, over all jobs", |run| run.ours),
        ("of which npm and cargo, which pack what is theirs, twice", |run| run.clients),
        ("of which Lockstep's programs, and Python, which installs the wheels", |run| {
            run.ours.saturating_sub(run.clients)
        }),
    ];
    for (what, of) in rows {
        let [xsnap, abacus] = [&xsnap, &abacus].map(|run| of(run).as_secs_f64());
        println!("| {what} | {xsnap:.1} s | {abacus:.1} s |");
    }
}
