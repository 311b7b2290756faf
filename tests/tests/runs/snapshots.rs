//! A run that is dispatched on a branch: a snapshot, which is built, packed and verified as a release is, under a version
//! of its own, and never published.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use lockstep_tests::bundle::Bundle;
use lockstep_tests::program;
use lockstep_tests::runs::{Event, GitHub, Run};
use lockstep_tests::samples::{Sample, numerals, settings};

fn dispatched_on_main(sample: &Sample, hub: &GitHub) -> Run {
    let repository = sample.publish(hub);
    let event = Event::Dispatch { git_ref: "refs/heads/main".to_owned(), inputs: BTreeMap::new() };
    let run = repository.run("release.yml", &event, &settings());
    assert!(run.succeeded(), "{}", run.overview());
    run
}

/// Whether nothing of a job ran.
fn is_skipped(run: &Run, job: &str) -> bool {
    run.jobs.iter().all(|ran| ran.name != job || ran.steps.is_empty())
}

#[test]
fn every_ecosystem_has_its_version() {
    let hub = GitHub::new();
    numerals(&hub);
    let sample = Sample::abacus();
    let run = dispatched_on_main(&sample, &hub);
    let bundle = Bundle::of(&run);
    bundle.assert_sums();
    assert!(bundle.manifest.snapshot);
    assert_eq!(bundle.manifest.version.as_str(), "1.2.3-dev.4711");
    assert_eq!(bundle.manifest.source.git_ref.as_str(), bundle.manifest.source.commit.as_str());
    for name in [
        "abacus-calc-1.2.3-dev.4711.crate",
        "abacus_1.2.3-dev.4711_linux_amd64.tar.gz",
        "abacus_calc-1.2.3.dev4711-py3-none-manylinux_2_28_x86_64.whl",
        "abacus_calc-1.2.3.dev4711.tar.gz",
        "someone-abacus-1.2.3-dev.4711.tgz",
        "someone-abacus-linux-x64-1.2.3-dev.4711.tgz",
    ] {
        assert!(bundle.names().iter().any(|known| known == name), "{name} of {:?}", bundle.names());
    }
    let notes = fs::read_to_string(bundle.folder.join("release-notes.md")).unwrap();
    assert!(notes.starts_with("A snapshot, 1.2.3-dev.4711"), "{notes}");
    assert!(is_skipped(&run, "Attest"), "{}", run.overview());
    refused_by_what_publishes(&sample, &bundle);
}

/// What publishes verifies the bundle before, and does not take this one.
fn refused_by_what_publishes(sample: &Sample, bundle: &Bundle) {
    let verify = |snapshot: &[&str]| {
        let output = Command::new(program::folder().join("verify-manifest"))
            .args(["--version", "1.2.3-dev.4711", "--bundle"])
            .arg(&bundle.folder)
            .args(snapshot)
            .current_dir(sample.path())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, said) = verify(&["--snapshot"]);
    assert_eq!(status, Some(0), "{said}");
    let (status, said) = verify(&[]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("is never published"), "{said}");
}

/// A gate is for a release: a snapshot is built where it is closed, and the run says that nobody asked it.
#[test]
fn a_closed_gate_stops_no_snapshot() {
    let hub = GitHub::new();
    let sample = Sample::tool();
    let model = sample.path().join("lockstep.yaml");
    let gate = "gates: { closed: { before: build, check: { kind: script, run: exit 1 } } }\n";
    fs::write(&model, fs::read_to_string(&model).unwrap() + gate).unwrap();
    let run = dispatched_on_main(&sample, &hub);
    assert!(is_skipped(&run, "Gate closed"), "{}", run.overview());
    let bundle = Bundle::of(&run);
    bundle.assert_sums();
    assert!(bundle.manifest.snapshot);
}

/// A pull request that changes what builds is built, and one that changes nothing of it is not: the required check passes
/// both, and stops what does not build.
#[test]
fn a_pull_request_is_tried_where_it_changes_what_builds() {
    let hub = GitHub::new();
    let sample = Sample::tool();
    let model = sample.path().join("lockstep.yaml");
    let snapshots = "snapshots: { pull-request: { targets: [linux-x64], paths: [\"*.sh\", npm/**] }, push: { branch: main } }\n";
    fs::write(&model, fs::read_to_string(&model).unwrap() + snapshots).unwrap();
    let repository = sample.publish(&hub);
    let run = |number, change: &dyn Fn(&Path)| {
        repository.pull_request(number, change);
        repository.run("verify.yml", &Event::PullRequest { number }, &settings())
    };
    let other = run(7, &|folder| fs::write(folder.join("README.md"), "A tool\n").unwrap());
    assert!(other.succeeded(), "{}", other.overview());
    assert!(!is_skipped(&other, "Snapshot"), "{}", other.overview());
    assert!(is_skipped(&other, "Build Linux / linux-x64"), "{}", other.overview());

    let comment = |folder: &Path| append(&folder.join("build.sh"), "# A comment\n");
    let built = run(8, &comment);
    assert!(built.succeeded(), "{}", built.overview());
    assert!(!is_skipped(&built, "Build Linux / linux-x64"), "{}", built.overview());
    assert!(is_skipped(&built, "Assemble"), "{}", built.overview());

    let broken = run(9, &|folder| append(&folder.join("build.sh"), "exit 1\n"));
    assert!(!broken.succeeded(), "{}", broken.overview());
}

/// What is cross-built runs where an emulator is named, here a shell for the sample's scripts, and nowhere else.
#[test]
fn an_emulator_runs_what_is_cross_built() {
    let hub = GitHub::new();
    let sample = Sample::tool();
    let model = sample.path().join("lockstep.yaml");
    let text = fs::read_to_string(&model).unwrap();
    let cross = "{ runner: ubuntu-24.04, cross: true, emulator: sh }";
    let text =
        text.replace("darwin-arm64: { runner: macos-15 }", &format!("darwin-arm64: {cross}"));
    let text = text.replace(
        "'./\"$LOCKSTEP_MODE\"/tool --version'",
        "'echo \"by <$LOCKSTEP_EMULATOR>\" && $LOCKSTEP_EMULATOR ./\"$LOCKSTEP_MODE\"/tool --version'",
    );
    fs::write(&model, text).unwrap();
    let run = dispatched_on_main(&sample, &hub);
    let said = |job: &str| run.job(job).step("Smoke-test what was packed").log.clone();
    assert!(said("Build Linux / darwin-arm64").contains("by <sh>"), "{}", run.overview());
    assert!(said("Build Linux / linux-x64").contains("by <>"), "{}", run.overview());
}

fn append(file: &Path, text: &str) {
    fs::write(file, fs::read_to_string(file).unwrap() + text).unwrap();
}
