//! How long it takes to see what each channel has of a release of two hundred files, where each answer takes 80 ms.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use lockstep_tests::commands::{Project, Script};
use lockstep_tests::github_api::{GitHubApi, TOKEN};
use lockstep_tests::registries::{Cargo, Npm, Pypi, Rules};
use tempfile::TempDir;

/// How long an answer takes.
const ANSWER: Duration = Duration::from_millis(80);
/// The platforms, as a model calls them, and as wheels do.
const TARGETS: [(&str, &str); 10] = [
    ("linux-x64", "manylinux_2_17_x86_64"),
    ("linux-x64-musl", "musllinux_1_2_x86_64"),
    ("linux-arm64", "manylinux_2_17_aarch64"),
    ("linux-arm64-musl", "musllinux_1_2_aarch64"),
    ("linux-ia32", "manylinux_2_17_i686"),
    ("linux-riscv64", "manylinux_2_31_riscv64"),
    ("linux-s390x", "manylinux_2_17_s390x"),
    ("darwin-x64", "macosx_10_12_x86_64"),
    ("darwin-arm64", "macosx_11_0_arm64"),
    ("win32-x64", "win_amd64"),
];
/// How many archives and how many packages there are of each platform.
const ARCHIVES: usize = 9;
const PACKAGES: usize = 10;

fn main() {
    let mut script =
        Script { project: Project::Beads, npm: Some(Rules::default()), ..Script::default() };
    let project = released(&script);
    let (npm, pypi, cargo, api) = (Npm::new(), Pypi::new(), Cargo::new(), GitHubApi::new());
    script.sh(project.path(), "git tag v1.2.3");
    api.with(|state| {
        state.delay = ANSWER;
        state.repository = Some(project.path().to_owned());
    });
    for proxy in [&npm.proxy, &pypi.proxy, &cargo.proxy] {
        proxy.with(|state| state.delay = ANSWER);
    }
    let mut env: Vec<(&str, String)> = cargo.env().to_vec();
    env.extend(npm.env());
    env.extend(pypi.env());
    env.push(("GITHUB_API_URL", api.address()));
    script.env = env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    println!("| channel | files | time |");
    println!("| --- | --: | --: |");
    let (mut all, mut in_all) = (0, Duration::ZERO);
    for channel in ["github-release", "npm", "pypi", "crates-io"] {
        let token = if channel == "npm" { npm.token() } else { TOKEN };
        script.env.insert("LOCKSTEP_TOKEN".to_owned(), token.to_owned());
        let line = format!(
            "publish --channel {channel} --mode look --version 1.2.3 --receipt lockstep/{channel}"
        );
        let began = Instant::now();
        let outcome = script.sh(project.path(), &line);
        let took = began.elapsed();
        // That names are not there yet is told, and no failure of the look.
        assert!(outcome.status < 2, "{}", outcome.text());
        let receipt = fs::read(project.path().join(format!("lockstep/{channel}/receipt.json")));
        let receipt: serde_json::Value = serde_json::from_slice(&receipt.unwrap()).unwrap();
        let files = receipt["files"].as_array().map_or(0, Vec::len);
        println!("| {channel} | {files} | {:.1} s |", took.as_secs_f32());
        (all, in_all) = (all + files, in_all + took);
    }
    println!("| all of them, one after the other | {all} | {:.1} s |", in_all.as_secs_f32());
}

/// The project with all of the platforms, and more than one archive and package of each, released.
fn released(script: &Script) -> TempDir {
    let project = script.project();
    let at = |name: &str| project.path().join(name);
    let model = fs::read_to_string(at("lockstep.yaml")).unwrap();
    let (before, after) = model.split_once("targets:").unwrap();
    let (_, after) = after.split_once("\nbuild:").unwrap();
    let (build, after) = after.split_once("  archive:").unwrap();
    let (_, after) = after.split_once("  node:").unwrap();
    let mut text = format!("{before}targets:\n");
    for (target, tag) in TARGETS {
        let own = ["linux-x64", "linux-x64-musl", "linux-ia32"].contains(&target);
        let cross = if own { "" } else { ", cross: true" };
        let _ = writeln!(text, "  {target}: {{ runner: ubuntu-24.04{cross}, wheel: {tag} }}");
    }
    let _ = write!(text, "build:{build}");
    for index in 0..ARCHIVES {
        let _ = writeln!(
            text,
            "  archive{index}: {{ kind: archive, name: \"beads{index}-{{version}}-{{target}}\", format: tar.gz, files: {{ \"dist/{{target}}/beads\": beads }} }}"
        );
    }
    for index in 0..PACKAGES {
        let _ = writeln!(
            text,
            "  platform{index}: {{ kind: npm-platform-package, package: \"@someone/beads{index}-{{target}}\", files: {{ \"dist/{{target}}/beads\": bin/beads }} }}"
        );
    }
    let list = |name: &str, count: usize| {
        (0..count).map(|index| format!("{name}{index}")).collect::<Vec<_>>().join(", ")
    };
    let after = after
        .replace("platform-packages: platform", "platform-packages: platform0")
        .replace("[archive]", &format!("[{}]", list("archive", ARCHIVES)))
        .replace("[platform, node]", &format!("[{}, node]", list("platform", PACKAGES)));
    let _ = write!(text, "  node:{after}");
    fs::write(at("lockstep.yaml"), text).unwrap();
    let names = TARGETS.map(|(target, _)| target).join(" ");
    let release = fs::read_to_string(at("release.sh")).unwrap();
    fs::write(at("release.sh"), release.replace("linux-x64 darwin-arm64", &names)).unwrap();
    let tags = TARGETS.map(|(target, tag)| format!("{target:?}: {tag:?}")).join(", ");
    let wheel = fs::read_to_string(at("wheel.py")).unwrap();
    let (before, after) = wheel.split_once("TAGS = {").unwrap();
    let (_, after) = after.split_once('}').unwrap();
    fs::write(at("wheel.py"), format!("{before}TAGS = {{{tags}}}{after}")).unwrap();
    let lines = "lockstep generate && git add --all && git commit --quiet --message=Platforms && ./release.sh";
    let outcome = script.sh(project.path(), lines);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    project
}
