//! Lockstep's own release: the list that the launcher trusts comes of a manifest, and has what the release has for every platform.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use lockstep_tests::assets::{Answer, Assets};
use lockstep_tests::samples::Sample;
use lockstep_tests::{program, root, tools};

/// A target, its triple, and what `uname -sm` says there.
const TARGETS: [(&str, &str, &str); 5] = [
    ("linux-x64", "x86_64-unknown-linux-musl", "Linux x86_64"),
    ("linux-arm64", "aarch64-unknown-linux-musl", "Linux aarch64"),
    ("darwin-x64", "x86_64-apple-darwin", "Darwin x86_64"),
    ("darwin-arm64", "aarch64-apple-darwin", "Darwin arm64"),
    ("win32-x64", "x86_64-pc-windows-msvc", "MINGW64_NT-10.0-26100 x86_64"),
];

const VERSION: &str = env!("CARGO_PKG_VERSION");

const FILES: [&str; 4] = ["lockstep", "lockstep-build", "lockstep-online", "lockstep-publish"];

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A program for a platform that says what it stands in for, with that platform's own header.
fn stand_in(triple: &str, file: &str, out: &Path) {
    let machine = match triple {
        "x86_64-unknown-linux-musl" => "x86_64-linux-musl",
        "aarch64-unknown-linux-musl" => "aarch64-linux-musl",
        "x86_64-apple-darwin" => "x86_64-macos.10.12",
        "aarch64-apple-darwin" => "aarch64-macos.11.0",
        "x86_64-pc-windows-msvc" => "x86_64-windows-gnu",
        other => panic!("no stand-in for {other}"),
    };
    fs::create_dir_all(out.parent().unwrap()).unwrap();
    let source = out.with_extension("c");
    let says = format!("a stand-in for {file} of {triple}:");
    let text = "#include <stdio.h>\nint main(int count, char **words) { printf(\"%s\", SAYS); \
        for (int at = 1; at < count; at++) printf(\" %s\", words[at]); puts(\"\"); return 0; }";
    fs::write(&source, text).unwrap();
    let cache = tools::folder().join("cache/zig");
    let output = Command::new(tools::folder().join("venv/bin/python-zig"))
        .args(["cc", "-target", machine, "-Os", "-s"])
        .arg(format!("-DSAYS=\"{says}\""))
        .arg("-o")
        .arg(out)
        .arg(&source)
        .env("ZIG_GLOBAL_CACHE_DIR", &cache)
        .env("ZIG_LOCAL_CACHE_DIR", &cache)
        .output()
        .unwrap();
    assert!(output.status.success(), "{triple}: {}", String::from_utf8_lossy(&output.stderr));
    fs::remove_file(source).unwrap();
    for left in ["pdb", "lib"] {
        let _ = fs::remove_file(out.with_extension(left));
    }
}

/// Whether a file below a folder has these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() { holds(&path, bytes) } else { fs::read(&path).unwrap() == bytes }
    })
}

#[test]
fn the_launcher_runs_what_the_release_has() {
    let sample = Sample::lockstep();
    let at = |below: &str| sample.path().join(below);
    let manifest = format!("[package]\nname = \"lockstep\"\nversion = \"{VERSION}\"\n");
    fs::write(at("Cargo.toml"), manifest).unwrap();
    let changelog = format!("# Changelog\n\n## {VERSION} - 2026-11-29\n\n- The first.\n");
    fs::write(at("CHANGELOG.md"), changelog).unwrap();
    fs::write(at(".gitignore"), "/target\n/lockstep\n").unwrap();
    for (_, triple, _) in TARGETS {
        let ending = if triple.contains("windows") { ".exe" } else { "" };
        for file in FILES {
            let built = at(&format!("target/{triple}/programs/{file}{ending}"));
            stand_in(triple, file, &built);
        }
    }
    // Nothing of the deferred one is shipped, and it is built.
    let targets = TARGETS.map(|(target, _, _)| target).join(" ") + " win32-arm64";
    program::sh(
        sample.path(),
        &program::folder(),
        &format!(
            "git init --quiet --initial-branch=main; lockstep generate; git add --all
             git commit --quiet --message=First
             commit=$(git rev-parse HEAD)
             for target in {targets}; do
                 fact() {{ jq --raw-output \".targets[] | select(.id == \\\"$target\\\") | .$1\" .github/lockstep.plan.json; }}
                 LOCKSTEP_VERSION={VERSION} LOCKSTEP_WHEEL=$(fact wheel) LOCKSTEP_TRIPLE=$(fact triple) \
                     python3 generator/packages/python/wheel.py || [ $target = win32-arm64 ]
                 pack-artifacts --target $target --version {VERSION}
                 hash-artifacts --target $target --version {VERSION} --commit $commit
                 mkdir -p lockstep/targets; mv lockstep/out lockstep/targets/target-$target
             done
             pack-artifacts --version {VERSION}
             hash-artifacts --merge --version {VERSION} --commit $commit
             align-versions --version {VERSION} --notes lockstep/bundle/release-notes.md
             hash-artifacts --sums --version {VERSION}
             verify-manifest --version {VERSION}"
        ),
    );
    let list = Command::new("jq")
        .args(["--raw-output", "--from-file"])
        .arg(root().join("actions/programs/list.jq"))
        .arg(at("lockstep/bundle/manifest.json"))
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    fs::write(at("actions/programs.list"), &list).unwrap();

    let assets = fs::read_dir(at("lockstep/bundle")).unwrap().map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let place = format!("/lockstep-release/lockstep/releases/download/programs-v{VERSION}/");
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
            let ending = if triple.contains("windows") { ".exe" } else { "" };
            let built = at(&format!("target/{triple}/programs/{file}{ending}"));
            assert!(holds(&at("cache"), &fs::read(built).unwrap()), "{file} of {triple}: {list}");
            // Of the others this machine can start none.
            if triple.starts_with(std::env::consts::ARCH) && triple.contains("linux") {
                let said = String::from_utf8_lossy(&output.stdout);
                let own = format!("a stand-in for {file} of {triple}: one two\n");
                assert_eq!(said, own, "{}", String::from_utf8_lossy(&output.stderr));
            }
        }
    }
}

/// After its first release the model names no programs: the launcher runs those of the release before.
#[test]
fn each_version_is_released_by_the_one_before() {
    let sample = Sample::lockstep();
    fs::copy(root().join("Cargo.toml"), sample.path().join("Cargo.toml")).unwrap();
    let model = sample.path().join("lockstep.yaml");
    let text = fs::read_to_string(&model).unwrap();
    let (before, own) = text.split_once("# Until the first release its own workflows").unwrap();
    let (_, after) = own.split_once("\nversions:\n").unwrap();
    fs::write(&model, format!("{before}versions:\n{after}")).unwrap();
    sample.render();
    let mut launched = 0;
    for file in fs::read_dir(sample.path().join(".github/workflows")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("LOCKSTEP_PROGRAMS") && !text.contains("lockstep-programs"));
        launched += text.matches("uses: $/actions/").count();
    }
    assert!(launched > 20, "{launched}");
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
