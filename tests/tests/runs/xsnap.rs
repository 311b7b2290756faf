//! xsnap-worker, for real: from the tag to the verified bundle, under act.
//!
//! The Linux binaries are the real ones, at their glibc floor and in both modes; those for macOS are
//! Mach-O files of a small program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lockstep_schemas::manifest::{BinaryRecord, TargetRecord};
use lockstep_schemas::strings::TargetId;
use lockstep_tests::bundle::{Bundle, machine, sha256sum};
use lockstep_tests::runs::{Event, GitHub, Run};
use lockstep_tests::samples::{Sample, agoric_sdk};
use serde_json::Value;
use tempfile::TempDir;

use crate::trusted::World;

const TARGETS: [(&str, &str); 4] = [
    ("linux-x64", "ELF x86-64"),
    ("linux-arm64", "ELF aarch64"),
    ("darwin-x64", "Mach-O x86-64"),
    ("darwin-arm64", "Mach-O arm64"),
];

#[test]
fn from_tag_to_npm() {
    let (hub, world) = (GitHub::new(), World::new());
    let source = agoric_sdk(&hub);
    // The stand-in of GitHub knows this repository alone.
    let sample = Sample::xsnap().as_repository("someone/tool");
    world.trusted_by(sample.path());
    let repository = sample.publish(&hub);
    repository.tag("v0.15.0");
    let run = repository.run("release.yml", &Event::tag("v0.15.0"), &world.settings());
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
    assert_eq!(manifest.source.git_ref.as_str(), "v0.15.0");
    assert_eq!(manifest.sources[0].git_ref.as_str(), "master");
    assert_eq!(manifest.run.as_ref().unwrap().id, 4711);
    let with_manifest = bundle.unpack("xsnap-worker-binaries-0.15.0.tar.gz");
    let carried = with_manifest.path().join("manifests/0.15.0.json");
    assert_eq!(sha256sum(&carried), sha256sum(&bundle.folder.join("manifest.json")));
    consumers_keys(&carried);
    for (target, machine) in TARGETS {
        let record = &manifest.targets[&target.parse::<TargetId>().unwrap()];
        // What a container brings is said by its digest; elsewhere each toolchain says its version.
        assert_eq!(record.container.is_some(), record.toolchain.node.is_none(), "{target}");
        assert!(record.toolchain.other.keys().any(|name| name.as_str() == "cc"), "{target}");
        package(&bundle, target, machine, record);
        for (mode, binary) in modes(record) {
            let dist = with_manifest.path().join(format!("dist/{target}/{mode}/xsnap-worker"));
            assert_eq!(sha256sum(&dist), binary.sha256.as_str(), "{target} {mode}");
        }
    }
    smoke(&run);
    for (target, _) in TARGETS {
        installed(&bundle, target);
    }
    world.publishes(&repository, &run, &bundle);
    sample_has_the_form(&bundle.folder.join("manifest.json"));
    world.gates(&hub);
}

/// The sample that a repository downstream is shown has the form of a real manifest. `UPDATE=1` writes it anew.
fn sample_has_the_form(manifest: &Path) {
    let sample = lockstep_tests::root().join("workflows/xsnap-worker/downstream/manifest.json");
    if std::env::var_os("UPDATE").is_some() {
        let text = fs::read_to_string(manifest).unwrap();
        fs::write(&sample, text.replace("someone/tool", "Agoric/xsnap-worker-binaries")).unwrap();
    }
    let read = |file: &Path| serde_json::from_slice::<Value>(&fs::read(file).unwrap()).unwrap();
    assert_eq!(form(&read(&sample)), form(&read(manifest)));
}

/// A document with its texts and numbers left out, but for what consumers look for.
fn form(document: &Value) -> Value {
    match document {
        Value::Object(keys) => {
            let one = |(key, value): (&String, &Value)| {
                let stays =
                    matches!(key.as_str(), "package" | "path" | "name" | "schema" | "version");
                (key.clone(), if stays { value.clone() } else { form(value) })
            };
            Value::Object(keys.iter().map(one).collect())
        }
        Value::Array(items) => items.iter().map(form).collect(),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => Value::Null,
    }
}

/// An empty project, into which npm installs a package: as a dependency of this machine, or as one that other
/// platforms need not have, if it takes it for that of `--os` and `--cpu`.
fn install(bundle: &Bundle, target: &str, platform: Option<[&str; 2]>) -> (TempDir, Output) {
    let project = tempfile::tempdir().unwrap();
    let file = bundle.folder.join(format!("agoric-xsnap-{target}-0.15.0.tgz"));
    let kind = if platform.is_some() { "optionalDependencies" } else { "dependencies" };
    let name = format!("@agoric/xsnap-{target}");
    let json = serde_json::json!({ kind: { name: format!("file:{}", file.display()) } });
    fs::write(project.path().join("package.json"), json.to_string()).unwrap();
    let mut npm = Command::new("npm");
    npm.args(["install", "--offline", "--no-audit", "--no-fund"]).current_dir(project.path());
    if let Some([os, cpu]) = platform {
        npm.args([format!("--os={os}"), format!("--cpu={cpu}"), "--libc=glibc".to_owned()]);
    }
    let output = npm.output().expect("npm starts");
    (project, output)
}

/// npm installs a package from its tarball on its own platform, and on no other; what it installs is the
/// manifest's to the last byte, and starts where this machine can start it.
fn installed(bundle: &Bundle, target: &str) {
    let (os, cpu) = target.split_once('-').unwrap();
    let package = format!("node_modules/@agoric/xsnap-{target}");
    for platform in [["win32", cpu], ["freebsd", cpu], [os, "ia32"], [os, "riscv64"]] {
        let (project, output) = install(bundle, target, Some(platform));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!project.path().join(&package).exists(), "{target} on {platform:?}");
    }
    let is_own = target == "linux-x64";
    let (project, output) = install(bundle, target, None);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), is_own, "{target}: {said}");
    assert!(is_own || said.contains("EBADPLATFORM"), "{target}: {said}");
    let (project, output) =
        if is_own { (project, output) } else { install(bundle, target, Some([os, cpu])) };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let package = project.path().join(package);
    let mut found = Vec::new();
    files(&package, &mut found);
    found.sort();
    let record = bundle.record(&format!("agoric-xsnap-{target}-0.15.0.tgz"));
    let listed: Vec<&str> = record.members.iter().map(|member| member.path.as_str()).collect();
    let names: Vec<_> =
        found.iter().map(|path| path.strip_prefix(&package).unwrap().to_str().unwrap()).collect();
    assert_eq!(names, listed, "{target}: every file is in the manifest");
    for (path, member) in found.iter().zip(&record.members) {
        assert_eq!(sha256sum(path), member.sha256.as_str(), "{}", path.display());
        assert_eq!(fs::metadata(path).unwrap().len(), member.size, "{}", path.display());
    }
    if is_own {
        for mode in ["release", "debug"] {
            let output =
                Command::new(package.join(format!("bin/{mode}/xsnap-worker"))).arg("-v").output();
            let said = String::from_utf8(output.expect("it starts").stdout).unwrap();
            assert!(said.starts_with("xsnap 0.15.0"), "{mode}: {said}");
        }
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
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
