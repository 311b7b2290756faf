//! Runs of which a job failed, and of which the failed jobs run again.

use std::ffi::OsString;
use std::fs;

use lockstep_tests::bundle::Bundle;
use lockstep_tests::runs::{Event, GitHub, Run, Settings};
use lockstep_tests::samples::{Sample, settings};

/// The smallest project, some step of which fails where `FAILS` names it.
fn flaky() -> Sample {
    let sample = Sample::tool();
    let model = sample.path().join("lockstep.yaml");
    let text = fs::read_to_string(&model).unwrap();
    let compile = "compile: [{ name: Build, run: ./build.sh }]";
    let fails = |what: &str| format!("run: 'if [ \"$FAILS\" = {what} ]; then exit 1; fi'");
    let flaky = format!(
        "compile: [{{ name: Build, run: ./build.sh }}, {{ name: Perhaps, {} }}]",
        fails("\"$LOCKSTEP_TARGET\"")
    );
    let extra = format!("extra-steps: {{ assemble: [{{ {} }}] }}\n", fails("assemble"));
    assert!(text.contains(compile), "the model compiles so");
    fs::write(model, text.replace(compile, &flaky) + &extra).unwrap();
    sample
}

fn failing(what: &str) -> Settings {
    let mut settings = settings();
    settings.env.push(("FAILS", OsString::from(what)));
    settings
}

/// The files of a run's bundle, and the digests that stand in it.
fn sums(run: &Run, attempt: u32) -> String {
    assert!(run.succeeded(), "{}", run.overview());
    let bundle = run.artifact(&format!("bundle-{attempt}")).expect("a bundle of this attempt");
    fs::read_to_string(bundle.join("SHA256SUMS")).unwrap()
}

/// After any failed job, the failed jobs run again end as if they had worked the first time.
#[test]
fn failed_jobs_run_again() {
    let hub = GitHub::new();
    let repository = flaky().publish(&hub);
    repository.tag("v1.2.3");
    let event = Event::tag("v1.2.3");
    let well = repository.run("release.yml", &event, &failing("nothing"));
    let wanted = without_the_run(&sums(&well, 1));
    for what in ["linux-x64", "darwin-arm64", "assemble"] {
        let first = repository.run("release.yml", &event, &failing(what));
        assert!(!first.succeeded(), "{what} fails");
        assert_eq!(first.artifact("bundle-1"), None, "{what}: no bundle");
        let again = repository.run_again(&first, &event, &failing("nothing"));
        assert_eq!(without_the_run(&sums(&again, 2)), wanted, "{what}");
        // What had succeeded did not run again.
        let runs_build = |run: &Run| run.overview().matches("✓ Build (release)").count();
        assert!(runs_build(&again) < runs_build(&well), "{what}:\n{}", again.overview());
    }
}

/// Where the signature alone failed, it alone is made again, of the bundle that is there.
#[test]
fn a_failed_attestation_runs_again() {
    let hub = GitHub::new();
    let repository = flaky().publish(&hub);
    repository.tag("v1.2.3");
    let event = Event::tag("v1.2.3");
    let first = repository.run("release.yml", &event, &failing("attest"));
    assert!(!first.succeeded(), "{}", first.overview());
    let bundle = first.artifact("bundle-1").expect("the bundle is there before it is signed");
    let wanted = fs::read_to_string(bundle.join("SHA256SUMS")).unwrap();
    let again = repository.run_again(&first, &event, &failing("nothing"));
    assert_eq!(sums(&again, 1), wanted);
    assert_eq!(again.artifact("bundle-2"), None);
    assert!(again.overview().contains("✓ Attest"), "{}", again.overview());
    assert!(!again.overview().contains("✓ Pack"), "{}", again.overview());
}

/// But for what names the attempt: the manifest, what carries it, and what sums them up.
fn without_the_run(sums: &str) -> Vec<String> {
    let is_of_run = |line: &&str| {
        ["manifest.json", "tool-1.2.3-all.zip"].iter().any(|name| line.ends_with(name))
    };
    sums.lines().filter(|line| !is_of_run(line)).map(str::to_owned).collect()
}

/// All jobs run again: the uploads of the first attempt stand beside those of the second, and are not taken.
#[test]
fn a_stale_upload_is_not_taken() {
    let hub = GitHub::new();
    let repository = flaky().publish(&hub);
    repository.tag("v1.2.3");
    let event = Event::tag("v1.2.3");
    let mut first = repository.run("release.yml", &event, &failing("nothing"));
    let wanted = without_the_run(&sums(&first, 1));
    for name in ["target-linux-x64-1", "bundle-1"] {
        let stale = first.artifact(name).unwrap();
        fs::write(stale.join("manifest.json"), "{}").unwrap();
    }
    // Nothing that ran is taken for done.
    first.jobs.clear();
    let again = repository.run_again(&first, &event, &failing("nothing"));
    assert_eq!(without_the_run(&sums(&again, 2)), wanted);
    Bundle::of_attempt(&again, 2).assert_sums();
}
