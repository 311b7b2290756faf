//! The sample project with a bit of everything: from the tag to the verified bundle, under act.

use lockstep_tests::runs::{Event, GitHub};
use lockstep_tests::samples::{Sample, numerals, tool_box};

#[test]
fn from_tag_to_bundle() {
    let hub = GitHub::new();
    numerals(&hub);
    let repository = Sample::abacus().publish(&hub);
    repository.tag("v1.2.3");
    let run = repository.run("release.yml", &Event::tag("v1.2.3"), &tool_box());
    println!("{}", run.overview());
    println!("{:?} {:?}", run.took, run.artifacts());
    assert!(run.succeeded());
}
