//! One version in the words of each ecosystem, and the version that comes next: held to the ecosystems' own programs.

use std::io::Write as _;
use std::process::{Command, Stdio};

use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use lockstep_tests::tools;
use lockstep_versions::next::{Step, next};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Versions, and prereleases as people write them.
fn versions() -> Vec<Version> {
    let mut versions = Vec::new();
    for release in ["0.0.1", "0.1.0", "1.2.3", "1.2.10", "1.10.0", "10.0.0"] {
        versions.push(release.to_owned());
        for word in ["alpha", "a", "beta", "b", "c", "rc", "pre", "preview", "dev"] {
            for number in ["", ".0", ".1", ".2", ".10", "1"] {
                versions.push(format!("{release}-{word}{number}"));
            }
        }
    }
    versions.iter().map(|version| version.parse().unwrap()).collect()
}

/// What a program of another ecosystem answers of some JSON.
fn answer(program: &std::path::Path, arguments: &[&str], input: &Value) -> Value {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", program.display());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Python's own library reads both spellings as one version, writes it as Lockstep does, and orders it the same.
#[test]
fn python_agrees() {
    let versions = versions();
    let ours: Vec<String> =
        versions.iter().map(|version| VersionScheme::Pep440.write(version).unwrap()).collect();
    let theirs: Vec<&str> = versions.iter().map(Version::as_str).collect();
    let script = "import json, sys\n\
        from packaging.version import Version as V\n\
        ours, theirs = json.load(sys.stdin)\n\
        print(json.dumps([[str(V(one)) for one in ours], [V(a) == V(b) for a, b in zip(ours, theirs)],\n\
            [[V(a) > V(b) for b in ours] for a in ours]]))";
    let python = tools::folder().join("venv/bin/python3");
    let answer = answer(&python, &["-c", script], &json!([ours, theirs]));
    assert_eq!(answer[0], json!(ours), "each is in its normal form");
    for (index, version) in versions.iter().enumerate() {
        assert_eq!(answer[1][index], json!(true), "{version}");
        assert!(VersionScheme::Pep440.says(version.as_str(), version), "{version}");
        let read = VersionScheme::Pep440.read(&ours[index]).unwrap();
        assert!(VersionScheme::Pep440.says(&ours[index], &read), "{version}");
        for (other_index, other) in versions.iter().enumerate() {
            let is_above = VersionScheme::Pep440.is_above(version, other);
            assert_eq!(answer[2][index][other_index], json!(is_above), "{version} > {other}");
        }
    }
}

proptest! {
    /// A snapshot has a version that every ecosystem has a word for, and that comes before what it leads to.
    #[test]
    fn a_snapshot_of_any_version(
        numbers in "(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})",
        rest in "(-(alpha|rc|beta\\.7|0))?(\\+build\\.5)?",
        run: u64,
    ) {
        let version: Version = format!("{numbers}{rest}").parse().unwrap();
        let released: Version = numbers.parse().unwrap();
        let snapshot = version.snapshot(run).unwrap();
        for scheme in [VersionScheme::Semver, VersionScheme::Pep440] {
            let written = scheme.write(&snapshot).unwrap();
            prop_assert_eq!(scheme.read(&written), Some(snapshot.clone()));
            prop_assert!(scheme.is_above(&released, &snapshot));
        }
        prop_assert_eq!(VersionScheme::Numeric.write(&snapshot), Ok(numbers));
    }
}

/// What Python has no word for is refused.
#[test]
fn what_has_no_counterpart() {
    for version in [
        "1.2.3-1",
        "1.2.3-nightly.1",
        "1.2.3-rc.1.2",
        "1.2.3+5",
        "1.2.3-rc.1+5",
        "1.2.3-RC.1",
        "1.2.3-x",
    ] {
        let version: Version = version.parse().unwrap();
        let why = VersionScheme::Pep440.write(&version).unwrap_err();
        assert!(why.contains("no counterpart in Python's versions"), "{version}: {why}");
        assert!(VersionScheme::Numeric.write(&version).is_err(), "{version}");
    }
    for text in
        ["1.2.3.post1", "1!1.2.3", "1.2", "1.2.3.4", "v1.2.3", "1.2.3rc", "", "1.2.3-", "1..3"]
    {
        let read = VersionScheme::Pep440.read(text);
        assert!(read.is_none() || text == "1.2.3rc", "{text}: {read:?}");
    }
}

/// The library that npm itself counts with takes the same steps.
#[test]
fn npm_agrees() {
    let root = Command::new("npm").args(["root", "--global"]).output().unwrap();
    let root = String::from_utf8(root.stdout).unwrap();
    let script = format!(
        "const semver = require({:?} + '/npm/node_modules/semver');\
         const input = JSON.parse(require('fs').readFileSync(0));\
         console.log(JSON.stringify(input.map((version) => ['major', 'minor', 'patch'].map((step) => semver.inc(version, step)))));",
        root.trim()
    );
    let versions = versions();
    let answer = answer(std::path::Path::new("node"), &["-e", &script], &json!(versions));
    for (index, version) in versions.iter().enumerate() {
        for (step_index, step) in [Step::Major, Step::Minor, Step::Patch].into_iter().enumerate() {
            let ours = next(version, Some(step), None).unwrap();
            assert_eq!(answer[index][step_index], json!(ours), "{version} {step:?}");
        }
    }
}

fn version() -> impl Strategy<Value = Version> {
    let pre = prop_oneof![
        Just(String::new()),
        (prop::sample::select(vec!["alpha", "beta", "rc", "x-y"]), 0_u64..30)
            .prop_map(|(word, number)| format!("-{word}.{number}")),
    ];
    ((0_u64..30, 0_u64..30, 0_u64..30), pre)
        .prop_map(|((a, b, c), pre)| format!("{a}.{b}.{c}{pre}").parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The next version is above, and a step leads to a release unless a prerelease is asked for.
    #[test]
    fn next_is_above(
        version in version(),
        step in prop::sample::select(vec![Step::Major, Step::Minor, Step::Patch]),
        word in prop::option::of(prop::sample::select(vec!["alpha", "beta", "rc"])),
    ) {
        let after = next(&version, Some(step), word).unwrap();
        prop_assert!(VersionScheme::Semver.is_above(&after, &version), "{version} {after}");
        prop_assert_eq!(after.as_str().contains('-'), word.is_some());
        if let Some(word) = word {
            prop_assert!(after.as_str().ends_with(&format!("-{word}.1")), "{after}");
            let again = next(&after, None, Some(word)).unwrap();
            prop_assert!(again.as_str().ends_with(&format!("-{word}.2")), "{again}");
            let release = next(&again, Some(Step::Patch), None).unwrap();
            prop_assert!(VersionScheme::Semver.is_above(&release, &again));
            prop_assert!(!release.as_str().contains('-'));
        }
    }
}

#[test]
fn there_is_no_next() {
    let huge: Version = "1.2.18446744073709551615".parse().unwrap();
    assert!(next(&huge, Some(Step::Patch), None).unwrap_err().contains("no larger number"));
    let longer: Version = "1.2.18446744073709551616".parse().unwrap();
    assert!(next(&longer, Some(Step::Minor), None).is_err());
    let unnumbered: Version = "1.2.3-rc".parse().unwrap();
    assert!(next(&unnumbered, None, Some("rc")).unwrap_err().contains("name it"));
}
