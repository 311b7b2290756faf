//! How long it takes to publish twelve packages to npm's registry, eleven of platforms and the one that depends on them, beside a
//! loop of `npm publish`: on this machine, with time added to each request. Each is the median of three runs, to names that are new
//! and to names that have a first version, of which npm asks less.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use lockstep_tests::commands::{Project, Script};
use lockstep_tests::registries::{Npm, Rules};
use tempfile::TempDir;

/// The platforms, as a model calls them.
const TARGETS: [&str; 11] = [
    "linux-x64",
    "linux-x64-musl",
    "linux-arm64",
    "linux-arm64-musl",
    "linux-arm",
    "linux-ia32",
    "linux-riscv64",
    "linux-s390x",
    "darwin-x64",
    "darwin-arm64",
    "win32-x64",
];

fn main() {
    let mut script =
        Script { project: Project::Beads, npm: Some(Rules::default()), ..Script::default() };
    let project = released(&script);
    println!(
        "| 12 packages | time added to each request | `publish --channel npm` | a loop of `npm publish` | ratio |"
    );
    println!("| --- | --: | --: | --: | --: |");
    for are_new in [true, false] {
        for milliseconds in [0, 80, 400] {
            let delay = Duration::from_millis(milliseconds);
            let mut took = LINES.map(|_| [0.0; 3]);
            // One beside the other, so that what else the machine does falls on both.
            for run in 0..3 {
                for (took, lines) in took.iter_mut().zip(LINES) {
                    took[run] = publish(&mut script, project.path(), are_new, delay, lines);
                }
            }
            let [ours, theirs] = took.map(|mut took| {
                took.sort_by(f32::total_cmp);
                took[1]
            });
            let names = if are_new { "new names" } else { "names that exist" };
            let ratio = theirs / ours;
            println!("| {names} | {milliseconds} ms | {ours:.1} s | {theirs:.1} s | {ratio:.1} |");
        }
    }
}

/// What is compared.
const LINES: [&str; 2] = [
    "publish --channel npm --mode live --version 1.2.3",
    // The token stands where npm looks for it: in the environment it has no name that sh takes.
    "for tarball in $(ls lockstep/bundle/*.tgz | grep -v beads-1.2.3) lockstep/bundle/someone-beads-1.2.3.tgz; do npm publish --access public --userconfig npmrc \"./$tarball\"; done",
];

/// How many seconds it takes to publish to a registry of its own.
fn publish(
    script: &mut Script,
    project: &Path,
    are_new: bool,
    delay: Duration,
    lines: &str,
) -> f32 {
    let npm = Npm::new();
    // Some have their first version in any case.
    let there = ["linux-x64", "darwin-arm64"];
    for target in TARGETS.iter().filter(|target| !are_new && !there.contains(target)) {
        npm.begin(&format!("@someone/beads-{target}"));
    }
    npm.proxy.with(|state| state.delay = delay);
    script.env = npm.env().map(|(name, value)| (name.to_owned(), value)).into();
    let at = npm.proxy.address();
    let npmrc = format!("{}:_authToken={}\n", at.trim_start_matches("http:"), npm.token());
    fs::write(project.join("npmrc"), npmrc).unwrap();
    let began = Instant::now();
    let outcome = script.sh(project, lines);
    let took = began.elapsed().as_secs_f32();
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    took
}

/// The project with all of the platforms, released.
fn released(script: &Script) -> TempDir {
    let project = script.project();
    let at = |name: &str| project.path().join(name);
    let model = fs::read_to_string(at("lockstep.yaml")).unwrap();
    let before = model.split("targets:").next().unwrap();
    let targets = TARGETS.map(|target| {
        let own = ["linux-x64", "linux-x64-musl", "linux-ia32"].contains(&target);
        let cross = if own { "" } else { ", cross: true" };
        format!("  {target}: {{ runner: ubuntu-24.04{cross} }}\n")
    });
    let model = format!(
        "{before}targets:\n{}build: {{ compile: [{{ name: Build, run: ./build.sh }}] }}\nartifacts:\n  platform: {{ kind: npm-platform-package, package: \"@someone/beads-{{target}}\", files: {{ \"dist/{{target}}/beads\": bin/beads }} }}\n  node: {{ kind: npm-package, package: \"@someone/beads\", directory: node, platform-packages: platform }}\nchannels:\n  npm: {{ artifacts: [platform, node], auth: token, tiers: {{ default: preview }} }}\n",
        targets.concat()
    );
    fs::write(at("lockstep.yaml"), model).unwrap();
    let release = fs::read_to_string(at("release.sh")).unwrap();
    let release = release
        .replace("linux-x64 darwin-arm64", &TARGETS.join(" "))
        .replace("    python3 wheel.py\n", "");
    fs::write(at("release.sh"), release).unwrap();
    let lines = "lockstep generate && git add --all && git commit --quiet --message=Platforms && ./release.sh";
    let outcome = script.sh(project.path(), lines);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    project
}
