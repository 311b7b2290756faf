//! Manifests that no Lockstep writes: each is refused with one clear problem, at its place.

use std::fs;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use lockstep_files::json;
use lockstep_schemas::manifest::Manifest;
use lockstep_tests::cases;
use lockstep_tests::commands::Script;
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

/// A project whose bundle is good, and its manifest.
static RELEASED: LazyLock<(TempDir, String)> = LazyLock::new(|| {
    let project = Script::of_release().project();
    let manifest = fs::read_to_string(project.path().join(MANIFEST)).unwrap();
    (project, manifest)
});

/// One test at a time has the bundle.
static TURN: Mutex<()> = Mutex::new(());

const MANIFEST: &str = "lockstep/bundle/manifest.json";

/// What is said of a manifest.
fn said(text: &[u8]) -> String {
    let (project, good) = &*RELEASED;
    let path = project.path().join(MANIFEST);
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    fs::write(&path, text).unwrap();
    let outcome = Script::default().sh(project.path(), "verify-manifest --version 1.2.3");
    fs::write(&path, good).unwrap();
    drop(turn);
    assert_eq!(outcome.status, 2, "{}", outcome.text());
    assert_eq!(outcome.stdout, "", "nothing is said of artifacts");
    outcome.stderr
}

fn assert_refused(what: &str, text: &[u8], says: &str) {
    let said = said(text);
    assert_eq!(said.matches("error[").count(), 1, "{what}: one problem, not\n{said}");
    let begins = format!("error[document-invalid]: {MANIFEST}:");
    assert!(said.starts_with(&begins), "{what}: its place, not\n{said}");
    assert!(said.contains(says), "{what}: {says}, not\n{said}");
}

/// One text of the manifest in the place of another, which is there.
fn with(from: &str, to: &str) -> String {
    let good = &RELEASED.1;
    assert!(good.contains(from), "{from} is in\n{good}");
    good.replacen(from, to, 1)
}

#[test]
fn what_is_said_twice() {
    let cases = [
        (
            with("\"version\"", "\"version\": \"1.2.3\", \"version\""),
            "key `version` is there twice",
        ),
        (
            with("\"linux-x64\": {", "\"linux-x64\": {}, \"linux-x64\": {"),
            "key `linux-x64` is there twice",
        ),
        (with("\"sha256\"", "\"sha256\": \"\", \"sha256\""), "key `sha256` is there twice"),
        // The same key, written in two ways.
        (with("\"tag\"", "\"tag\": \"v1\", \"t\\u0061g\""), "key `tag` is there twice"),
    ];
    for (text, says) in cases {
        assert_refused(says, text.as_bytes(), says);
    }
    // The place is the second one's.
    let text = with("\n  \"version\"", "\n  \"version\": \"1.2.3\",\n  \"version\"");
    assert_refused("its place", text.as_bytes(), &format!("{MANIFEST}:5:"));
}

#[test]
fn what_is_of_another_type() {
    let size = {
        let good: Value = serde_json::from_str(&RELEASED.1).unwrap();
        format!("\"size\": {}", good["artifacts"][0]["size"])
    };
    let number = |number: &str| with(&size, &format!("\"size\": {number}"));
    for (what, text, says) in [
        ("a text for a number", number("\"163\""), "invalid type: string"),
        ("a number that is none", number("1.5"), "invalid type: floating point"),
        ("a negative number", number("-1"), "invalid value: integer `-1`"),
        (
            "a number too large for 64 bits",
            number("18446744073709551616"),
            "invalid type: floating point",
        ),
        ("a number too large for anything", number("1e999999999"), "number out of range"),
        ("a number of a million digits", number(&"9".repeat(1_000_000)), "number out of range"),
        ("nothing for a number", number("null"), "invalid type: null"),
        (
            "a list for an object",
            with("\"targets\": {", "\"targets\": [], \"other\": {"),
            "invalid type: sequence",
        ),
        (
            "another format",
            with("\"schema\": 1", "\"schema\": 2"),
            "a manifest of format 2: this Lockstep reads format 1",
        ),
        (
            "a format that is no number",
            with("\"schema\": 1", "\"schema\": \"1\""),
            "invalid type: string",
        ),
        ("a format too large", with("\"schema\": 1", "\"schema\": 4294967297"), "invalid value"),
        (
            "a key that is not known",
            with("\"tag\"", "\"more\": 1, \"tag\""),
            "unknown field `more`",
        ),
        ("a key that is missing", with("\"tag\": \"v1.2.3\",", ""), "missing field `tag`"),
    ] {
        assert_refused(what, text.as_bytes(), says);
    }
}

#[test]
fn digests_and_names() {
    let good: Value = serde_json::from_str(&RELEASED.1).unwrap();
    let digest = good["artifacts"][0]["sha256"].as_str().unwrap().to_owned();
    let name = good["artifacts"][0]["name"].as_str().unwrap().to_owned();
    let digests = [
        digest.to_uppercase(),
        digest[1..].to_owned(),
        format!("{digest}0"),
        format!("sha256:{digest}"),
        digest.replace(|c: char| c.is_ascii_digit(), "g"),
        String::new(),
    ];
    for other in digests.into_iter().filter(|other| *other != digest) {
        let text = with(&format!("\"{digest}\""), &format!("\"{other}\""));
        assert_refused(
            &other,
            text.as_bytes(),
            "is not a SHA-256 digest: 64 lower-case hexadecimal digits",
        );
    }
    for other in ["../x", "/x", "a/b", "a\\\\b", ".", "", "a\\u0000b", "C:x", "a\\nb"] {
        let text = with(&format!("\"name\": \"{name}\""), &format!("\"name\": \"{other}\""));
        assert_refused(other, text.as_bytes(), "is not a file name");
    }
}

#[test]
fn what_is_no_json() {
    let good = RELEASED.1.as_bytes();
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("nothing", Vec::new(), "EOF while parsing"),
        ("half of it", good[..good.len() / 2].to_vec(), "EOF while parsing"),
        ("more behind it", [good, b"{}"].concat(), "trailing characters"),
        ("a mark before it", [b"\xef\xbb\xbf", good].concat(), "expected value"),
        (
            "half a character",
            with("\"tag\": \"v", "\"tag\": \"\\ud800v").into_bytes(),
            "hex escape",
        ),
        ("a comment", [b"// more\n", good].concat(), "expected value"),
        ("deep", b"[".repeat(1_000_000), "recursion limit exceeded"),
        ("deep in a key", [b"{\"a\":".repeat(1_000_000)].concat(), "recursion limit exceeded"),
    ];
    for (what, text, says) in &cases {
        assert_refused(what, text, says);
    }
    let mut text = good.to_vec();
    let at = RELEASED.1.find("\"tag\": \"v").unwrap() + 8;
    text[at] = 0xff;
    assert_refused("not UTF-8", &text, "invalid unicode code point");
}

/// A manifest of an older Lockstep is read by every later one. The format may grow by keys that this one lacks.
#[test]
fn the_first_format_is_read_for_ever() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/manifests/format-1.json");
    let manifest: Manifest = json::read(&path, "the manifest").unwrap();
    let written = json::text(&manifest);
    assert_eq!(written, fs::read_to_string(path).unwrap(), "and nothing of it is lost");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(2000), failure_persistence: None, ..ProptestConfig::default() })]

    /// Any damage is refused, or read as something that is still a manifest.
    #[test]
    fn damage_ends_no_program(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut text = RELEASED.1.clone().into_bytes();
        for (at, with) in changes {
            let at = at.index(text.len());
            text[at] = with;
        }
        let read = json::of_json::<Manifest>(&text);
        if let Ok(manifest) = read {
            let again = json::text(&manifest);
            prop_assert!(json::of_json::<Manifest>(again.as_bytes()).is_ok_and(|same| same == manifest));
        }
        prop_assert!(json::of_json::<Manifest>(&text[..cut.index(text.len() - 1)]).is_err());
    }
}
