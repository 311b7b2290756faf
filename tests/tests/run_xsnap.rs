//! xsnap-worker, for real: from the tag to the verified bundle, under act.

use std::process::Command;

use lockstep_tests::runs::{Event, GitHub};
use lockstep_tests::samples::{Sample, agoric_sdk, tool_box};

#[test]
fn from_tag_to_bundle() {
    let hub = GitHub::new();
    agoric_sdk(&hub);
    let repository = Sample::xsnap().publish(&hub);
    repository.tag("v0.15.0");
    let run = repository.run("release.yml", &Event::tag("v0.15.0"), &tool_box());
    println!("{}", run.overview());
    println!("{:?} {:?}", run.took, run.artifacts());
    let bundle = run.artifact("bundle").unwrap();
    let out = Command::new("sha256sum").args(["-c", "SHA256SUMS"]).current_dir(&bundle).output().unwrap();
    println!("{}", String::from_utf8_lossy(&out.stdout));
    println!("{}", std::fs::read_to_string(bundle.join("manifest.json")).unwrap());
    assert!(run.succeeded());
}
