//! The smallest project: from the tag to the verified bundle, under act.

use std::fs;

use lockstep_schemas::manifest::Reproduced;
use lockstep_tests::bundle::Bundle;
use lockstep_tests::runs::{Event, GitHub};
use lockstep_tests::samples::{Sample, settings};

/// A project of one target: of one upload alone a pattern would leave out the folder. It is built twice.
#[test]
fn one_target() {
    let hub = GitHub::new();
    let sample = Sample::tool();
    let model = sample.path().join("lockstep.yaml");
    let text = fs::read_to_string(&model).unwrap();
    let text = text.replace("  darwin-arm64: { runner: macos-15 }\n", "");
    let one = "linux-x64: { runner: ubuntu-24.04";
    fs::write(model, text.replace(one, &format!("{one}, reproducible: true"))).unwrap();
    let repository = sample.publish(&hub);
    repository.tag("v1.2.3");
    let run = repository.run("release.yml", &Event::tag("v1.2.3"), &settings());
    let bundle = Bundle::of(&run);
    bundle.assert_sums();
    assert_eq!(bundle.manifest.targets.len(), 1);
    assert_eq!(bundle.manifest.targets[0].reproduced, Some(Reproduced::SameBytes));
    assert_eq!(run.artifacts(), ["bundle-1", "target-linux-x64-1"]);
}

/// The README's model works as it is printed. Secrets of its run are that run's alone: none is in a log or in what was uploaded.
#[test]
fn the_model_of_the_readme() {
    let hub = GitHub::new();
    let repository = Sample::readme().publish(&hub);
    repository.tag("v1.2.3");
    let settings = settings();
    let secret = &settings.secrets["GITHUB_TOKEN"];
    let run = repository.run("release.yml", &Event::tag("v1.2.3"), &settings);
    let bundle = Bundle::of(&run);
    bundle.assert_sums();
    for target in ["linux-x64", "darwin-arm64"] {
        let name = format!("someone-tool-{target}-1.2.3.tgz");
        assert!(bundle.names().contains(&name), "{:?}", bundle.names());
    }
    let folder = run.keep();
    let found = std::process::Command::new("grep")
        .args(["--recursive", "--files-with-matches", "--fixed-strings", secret])
        .arg(folder.join("log.jsonl"))
        .arg(folder.join("artifacts"))
        .output()
        .unwrap();
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}
