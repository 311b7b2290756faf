//! What programs tell the runner, read as the runner reads it.

use lockstep_schemas::diagnostic::Diagnostic;
use proptest::prelude::*;

use lockstep_schemas::diagnostic::Rule;

use super::*;

/// Text that tries to be part of the protocol.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("::error::x".to_owned()),
        Just("##[group]".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("%0A".to_owned()),
        Just("name<<END_".to_owned()),
        "END_{0,4}",
        "[ _:,%a-z]{0,6}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Reads a file of outputs as the runner does
/// ([source](https://github.com/actions/runner/blob/main/src/Runner.Worker/FileCommandManager.cs)).
fn outputs(file: &str) -> Vec<(String, String)> {
    let mut lines = file.split('\n');
    let mut outputs = Vec::new();
    while let Some(line) = lines.next().filter(|line| !line.is_empty()) {
        let (name, end) = line.split_once("<<").expect("a name and a delimiter");
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
        outputs.push((name.to_owned(), value.join("\n")));
    }
    outputs
}

proptest! {
    #[test]
    fn an_output_comes_out_as_it_went_in(first in text(), second in text()) {
        let file = output("first", &first) + &output("second", &second);
        let read = outputs(&file);
        prop_assert_eq!(read, vec![("first".to_owned(), first), ("second".to_owned(), second)]);
    }

    #[test]
    fn an_annotation_is_one_line_that_says_all(message in text(), file in text(), remedy in text()) {
        let problem = Diagnostic::new(Rule::Drift, &message).in_file(&file).at(3, 7).with_remedy(&remedy);
        let annotation = annotation(Level::Error, &problem);
        prop_assert_eq!(annotation.matches('\n').count(), 1);
        prop_assert!(!annotation.contains('\r'));
        let (properties, said) = annotation.trim_end_matches('\n')[2..].split_once("::").unwrap();
        let unescaped = |text: &str| {
            text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
        };
        prop_assert_eq!(unescaped(said), format!("{message}\n{remedy}"));
        let properties: Vec<String> = properties["error ".len()..].split(',').map(unescaped).collect();
        prop_assert_eq!(properties, [format!("file={file}"), "line=3".to_owned(), "col=7".to_owned(), "title=drift".to_owned()]);
    }

    #[test]
    fn what_is_inert_commands_nothing(text in text()) {
        let inert = inert(&text);
        for line in inert.split(['\n', '\r']) {
            prop_assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line}");
        }
    }

    #[test]
    fn every_line_of_a_secret_is_masked(secret in text()) {
        let masks = mask(&secret);
        let lines = secret.lines().filter(|line| !line.is_empty()).count();
        prop_assert_eq!(masks.lines().filter(|line| line.starts_with("::add-mask::")).count(), lines);
        prop_assert_eq!(masks.lines().count(), lines);
    }
}
