//! How long it takes to publish twelve packages to npm's registry, eleven of platforms and the one that depends on them, beside a
//! loop of `npm publish`: on this machine, with time added to each request.

use std::fs;
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
        "| 12 packages, time added to each request | `publish --channel npm` | a loop of `npm publish` | ratio |"
    );
    println!("| --- | --: | --: | --: |");
    for milliseconds in [0, 80, 400] {
        let mut took = Vec::new();
        for lines in [
            "publish --channel npm --mode live --version 1.2.3",
            // The token stands where npm looks for it: in the environment it has no name that sh takes.
            "for tarball in $(ls lockstep/bundle/*.tgz | grep -v beads-1.2.3) lockstep/bundle/someone-beads-1.2.3.tgz; do npm publish --access public --userconfig npmrc \"./$tarball\"; done",
        ] {
            let npm = Npm::new();
            npm.proxy.with(|state| state.delay = Duration::from_millis(milliseconds));
            script.env = npm.env().map(|(name, value)| (name.to_owned(), value)).into();
            let at = npm.proxy.address();
            let npmrc = format!("{}:_authToken={}\n", at.trim_start_matches("http:"), npm.token());
            fs::write(project.path().join("npmrc"), npmrc).unwrap();
            let began = Instant::now();
            let outcome = script.sh(project.path(), lines);
            took.push(began.elapsed().as_secs_f32());
            assert_eq!(outcome.status, 0, "{}", outcome.text());
        }
        println!(
            "| {milliseconds} ms | {:.1} s | {:.1} s | {:.1} |",
            took[0],
            took[1],
            took[1] / took[0]
        );
    }
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
