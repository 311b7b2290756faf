//! xsnap-worker, for real: from the tag to the verified bundle, under act.
//!
//! The Linux binaries are the real ones, at their glibc floor and in both modes; those for macOS are
//! Mach-O files of a small program.

use std::fs;
use std::path::Path;
use std::process::Command;

use lockstep_schemas::manifest::{BinaryRecord, TargetRecord};
use lockstep_schemas::strings::TargetId;
use lockstep_tests::bundle::{Bundle, machine, sha256sum};
use lockstep_tests::runs::{Event, GitHub, Run};
use lockstep_tests::samples::{Sample, agoric_sdk, settings};
use serde_json::Value;

const TARGETS: [(&str, &str); 4] = [
    ("linux-x64", "ELF x86-64"),
    ("linux-arm64", "ELF aarch64"),
    ("darwin-x64", "Mach-O x86-64"),
    ("darwin-arm64", "Mach-O arm64"),
];

#[test]
fn from_tag_to_bundle() {
    let hub = GitHub::new();
    let source = agoric_sdk(&hub);
    let repository = Sample::xsnap().publish(&hub);
    repository.tag("v0.15.0");
    let run = repository.run("release.yml", &Event::tag("v0.15.0"), &settings());
    let bundle = Bundle::of(&run);

    let packages = TARGETS.map(|(target, _)| format!("agoric-xsnap-{target}-0.15.0.tgz"));
    let own = ["SHA256SUMS", "manifest.json", "plan.json", "xsnap-worker-binaries-0.15.0.tar.gz"];
    let mut names: Vec<&str> = packages.iter().map(String::as_str).chain(own).collect();
    names.sort_unstable();
    assert_eq!(bundle.names(), names);
    bundle.assert_sums();

    let manifest = &bundle.manifest;
    assert_eq!(manifest.source.commit.as_str(), repository.commit("v0.15.0"));
    assert_eq!(manifest.sources[0].commit.as_str(), source.commit("master"));
    assert_eq!(manifest.run.as_ref().unwrap().id, 4711);
    let with_manifest = bundle.unpack("xsnap-worker-binaries-0.15.0.tar.gz");
    let carried = with_manifest.path().join("manifests/0.15.0.json");
    assert_eq!(sha256sum(&carried), sha256sum(&bundle.folder.join("manifest.json")));
    consumers_keys(&carried);
    for (target, machine) in TARGETS {
        let record = &manifest.targets[&target.parse::<TargetId>().unwrap()];
        package(&bundle, target, machine, record);
        for (mode, binary) in modes(record) {
            let dist = with_manifest.path().join(format!("dist/{target}/{mode}/xsnap-worker"));
            assert_eq!(sha256sum(&dist), binary.sha256.as_str(), "{target} {mode}");
        }
    }
    smoke(&run);
}

fn modes(record: &TargetRecord) -> [(&'static str, &BinaryRecord); 2] {
    [("release", record.release.as_ref().unwrap()), ("debug", record.debug.as_ref().unwrap())]
}

/// What consumers of xsnap-worker read of the manifest stands where it always stood.
fn consumers_keys(manifest: &Path) {
    let manifest: Value = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
    for (target, _) in TARGETS {
        let target_record = &manifest["targets"][target];
        assert_eq!(target_record["package"], format!("@agoric/xsnap-{target}"));
        for mode in ["release", "debug"] {
            let binary = &target_record[mode];
            assert_eq!(binary["path"], format!("bin/{mode}/xsnap-worker"));
            assert_eq!(binary["sha256"].as_str().unwrap().len(), 64);
        }
    }
}

/// The package that npm would install: both binaries of its platform, executable, as the manifest says.
fn package(bundle: &Bundle, target: &str, platform: &str, record: &TargetRecord) {
    let unpacked = bundle.unpack(&format!("agoric-xsnap-{target}-0.15.0.tgz"));
    let package = unpacked.path().join("package");
    let json: Value =
        serde_json::from_slice(&fs::read(package.join("package.json")).unwrap()).unwrap();
    let (os, cpu) = target.split_once('-').unwrap();
    assert_eq!(json["name"], format!("@agoric/xsnap-{target}"));
    assert_eq!(json["version"], "0.15.0", "stamped");
    assert_eq!(json["os"], serde_json::json!([os]));
    assert_eq!(json["cpu"], serde_json::json!([cpu]));
    for (mode, binary) in modes(record) {
        let path = package.join(&binary.path);
        assert_eq!(sha256sum(&path), binary.sha256.as_str(), "{target} {mode}");
        assert_eq!(machine(&path), platform, "{target} {mode}");
        assert!(binary.executable && is_executable(&path), "{target} {mode}");
        if platform.starts_with("ELF") {
            assert!(newest_glibc(&path) <= (2, 31), "{target} {mode}: its floor is 2.31");
        }
    }
}

/// The newest glibc that a binary names.
fn newest_glibc(path: &Path) -> (u32, u32) {
    let bytes = fs::read(path).unwrap();
    let versions = bytes.windows(6).enumerate().filter(|(_, window)| *window == b"GLIBC_");
    let version = versions.filter_map(|(at, _)| {
        let text: String = bytes[at + 6..]
            .iter()
            .take_while(|b| b.is_ascii_digit() || **b == b'.')
            .map(|b| char::from(*b))
            .collect();
        let mut parts = text.split('.').map(|part| part.parse().ok());
        Some((parts.next()??, parts.next()??))
    });
    version.max().expect("it names glibc")
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o111 == 0o111
}

/// What this machine can run was run, in both modes, and said its version.
fn smoke(run: &Run) {
    let said = |target: &str| {
        let log = &run.job(target).step("Smoke-test what was packed").log;
        log.matches("\nxsnap 0.15.0").count()
    };
    assert_eq!(said("Build Linux / linux-x64"), 2);
    let emulated = Command::new("qemu-aarch64").arg("--version").output().is_ok();
    assert_eq!(said("Build Linux / linux-arm64"), if emulated { 2 } else { 0 });
}
