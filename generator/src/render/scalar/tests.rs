//! Any text comes out as one YAML scalar that means it, at any place where a template puts one.

use super::quote;
use proptest::prelude::*;
use serde_json::Value;

/// What a step says when its script is a text, with something before and behind it.
fn read_back(text: &str) -> Value {
    let yaml = format!("      - name: before\n        run: {}\n        after: end\n", quote(text));
    serde_yaml::from_str(&yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

fn assert_one_scalar(text: &str) {
    let expected = serde_json::json!([{ "name": "before", "run": text, "after": "end" }]);
    assert_eq!(read_back(text), expected, "{text:?} as {}", quote(text));
}

/// Words that some reader takes for something else, among them readers of YAML 1.1 such as GitHub's
/// ancestors.
#[test]
fn words_that_mean_something_else() {
    let words = [
        "",
        " ",
        "~",
        "null",
        "Null",
        "true",
        "False",
        "yes",
        "NO",
        "on",
        "Off",
        "y",
        "N",
        "0",
        "-1",
        "1.5",
        ".5",
        "1e3",
        "0x1F",
        "0o17",
        "017",
        "1_000",
        "12:30:45",
        ".inf",
        "-.inf",
        ".NaN",
        "2001-01-01",
        "=",
        "<<",
        "---",
        "...",
        "-",
        "?",
        ":",
        "- a",
        "a: b",
        "a #b",
        "#a",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "[a]",
        "{a}",
        "a,b",
        "'a'",
        "\"a\"",
        "a:",
        "a ",
        " a",
        "a\\b",
    ];
    for word in words {
        assert_one_scalar(word);
        let quoted = quote(word);
        let plain = quoted == word;
        assert!(
            !plain || word.starts_with(|c: char| c.is_ascii_alphabetic()),
            "{word:?} is quoted"
        );
    }
}

/// Expressions stand plain where they can, and are still one scalar where they cannot.
#[test]
fn expressions() {
    assert_eq!(quote("${{ inputs.version == '' }}"), "${{ inputs.version == '' }}");
    assert_eq!(quote("release-${{ github.ref }}"), "release-${{ github.ref }}");
    for text in [
        "${{ a }}: b",
        "${{ a }} # b",
        "${{ format('{0}: #', a) }}",
        "${{ a }}:",
        "${{ '\n' }} ",
        "a:\t${{ b }}",
    ] {
        assert_one_scalar(text);
    }
}

#[test]
fn scripts_are_readable() {
    assert_eq!(quote("make all"), "make all");
    assert_eq!(quote("a\nb\n"), "|\n          a\n          b");
    assert_eq!(quote("a\n\n  b"), "|-\n          a\n\n            b");
    // What a block cannot hold to the letter is quoted.
    assert_eq!(quote(" a\nb"), "\" a\\nb\"");
    assert_eq!(quote("a\n\n"), "\"a\\n\\n\"");
    assert_eq!(quote("a\n \nb"), "\"a\\n \\nb\"");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        assert_one_scalar(&text);
    }

    #[test]
    fn any_ascii(text in "[ -~\n\t]{0,40}") {
        assert_one_scalar(&text);
    }

    #[test]
    fn any_lines(lines in prop::collection::vec("[ ]{0,3}[-#:|>&*!%@a ]{0,4}[a-z\t]{0,3}", 0..6)) {
        assert_one_scalar(&lines.join("\n"));
    }
}
