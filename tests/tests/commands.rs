//! The programs as a person calls them: command lines and all that they say, one file a case.

use lockstep_tests::commands::Script;

#[test]
fn commands() {
    insta::glob!("../cases/commands", "*.yaml", |path| {
        let outcome = Script::read(path).run();
        // A temporary folder's name differs from run to run, and a tarball's bytes from npm to npm.
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            snapshot_path => "snapshots/commands",
            omit_expression => true,
            filters => [(r"/tmp/\.tmp\w+", "[temporary]"), (r"\b[0-9a-f]{64}\b", "[sha256]"), (r"\b[0-9a-f]{40}\b", "[commit]"), (r"sha512-[A-Za-z0-9+/]{86}==", "[integrity]"), (r"\d+( +\d+ +(?:good|\d+ problem))", "[bytes]$1"), (r"\d+ bytes", "[bytes]"), (r#""size": \d+"#, r#""size": [bytes]"#)],
        }, { insta::assert_snapshot!(outcome.text()) });
    });
}
