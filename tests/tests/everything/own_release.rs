//! Lockstep's own release: the list that the launcher trusts comes of a manifest, and has what the release has for every platform.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use lockstep_tests::assets::{Answer, Assets};
use lockstep_tests::{program, root};

/// A target, its triple, and what `uname -sm` says there.
const TARGETS: [(&str, &str, &str); 5] = [
    ("linux-x64-musl", "x86_64-unknown-linux-musl", "Linux x86_64"),
    ("linux-arm64-musl", "aarch64-unknown-linux-musl", "Linux aarch64"),
    ("darwin-x64", "x86_64-apple-darwin", "Darwin x86_64"),
    ("darwin-arm64", "aarch64-apple-darwin", "Darwin arm64"),
    ("win32-x64", "x86_64-pc-windows-msvc", "MINGW64_NT-10.0-26100 x86_64"),
];

const FILES: [&str; 4] = ["lockstep", "lockstep-build", "lockstep-online", "lockstep-publish"];

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn the_launcher_runs_what_the_release_has() {
    let folder = tempfile::tempdir().unwrap();
    let at = |below: &str| folder.path().join(below);
    for file in ["lockstep.yaml", "LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root().join(file), at(file)).unwrap();
    }
    fs::write(at("Cargo.toml"), "[package]\nname = \"lockstep\"\nversion = \"1.0.0\"\n").unwrap();
    fs::write(at("CHANGELOG.md"), "# Changelog\n\n## 1.0.0 - 2026-11-29\n\n- The first.\n")
        .unwrap();
    fs::write(at(".gitignore"), "target\nlockstep\n").unwrap();
    for (_, triple, _) in TARGETS {
        let ending = if triple.contains("windows") { ".exe" } else { "" };
        for file in FILES {
            let built = at(&format!("target/{triple}/programs/{file}{ending}"));
            script(&built, &format!("echo \"{file} for {triple}: $*\""));
        }
    }
    let targets = TARGETS.map(|(target, _, _)| target).join(" ");
    program::sh(
        folder.path(),
        &program::folder(),
        &format!(
            "git init --quiet --initial-branch=main; lockstep generate; git add --all
             git commit --quiet --message=First
             commit=$(git rev-parse HEAD)
             for target in {targets}; do
                 pack-artifacts --target $target --version 1.0.0
                 hash-artifacts --target $target --version 1.0.0 --commit $commit
                 mkdir -p lockstep/targets; mv lockstep/out lockstep/targets/target-$target
             done
             hash-artifacts --merge --version 1.0.0 --commit $commit
             align-versions --version 1.0.0 --notes lockstep/bundle/release-notes.md
             hash-artifacts --sums --version 1.0.0
             verify-manifest --version 1.0.0"
        ),
    );
    let list = Command::new("jq")
        .args(["--raw-output", "--from-file"])
        .arg(root().join("actions/programs/list.jq"))
        .arg(at("lockstep/bundle/manifest.json"))
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    fs::create_dir(at("actions")).unwrap();
    fs::copy(root().join("actions/launch.sh"), at("actions/launch.sh")).unwrap();
    fs::write(at("actions/programs.list"), &list).unwrap();

    let assets = fs::read_dir(at("lockstep/bundle")).unwrap().map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let place = "/lockstep-release/lockstep/releases/download/programs-v1.0.0/";
        (format!("{place}{name}"), vec![Answer::Bytes(fs::read(entry.path()).unwrap())])
    });
    let server = Assets::serve(assets);
    for (_, triple, uname) in TARGETS {
        script(&at("bin/uname"), &format!("echo '{uname}'"));
        for file in ["lockstep", "lockstep-build", "lockstep-publish"] {
            let output = Command::new("sh")
                .arg(at("actions/launch.sh"))
                .args([file, "one", "two"])
                .env("PATH", format!("{}:{}", at("bin").display(), std::env::var("PATH").unwrap()))
                .env("GITHUB_SERVER_URL", server.address())
                .env("RUNNER_TOOL_CACHE", at("cache"))
                .env_remove("LOCKSTEP_PROGRAMS")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(said, format!("{file} for {triple}: one two\n"), "{list}");
        }
    }
}

/// What is committed is a list of this repository's own release, or names no release yet.
#[test]
fn the_committed_list_is_one() {
    let list = fs::read_to_string(root().join("actions/programs.list")).unwrap();
    let mut lines = list.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let Some(release) = lines.next() else { return };
    let own = lockstep_generator::plan::own_repository();
    assert!(release.starts_with(&format!("release {own} programs-v")), "{release}");
    let listed: Vec<(&str, &str)> = lines
        .map(|line| {
            let mut words = line.split(' ');
            (words.next().unwrap(), words.next().unwrap())
        })
        .collect();
    for (_, triple, _) in TARGETS {
        for file in ["lockstep", "lockstep-build", "lockstep-publish"] {
            assert!(listed.contains(&(triple, file)), "{file} for {triple} is missing");
        }
    }
}
