//! Hostile text is data: whatever stands in a model's strings, the model is refused, or each string
//! comes out as exactly one scalar and the job graph is that of a harmless one.

use std::cell::Cell;
use std::sync::LazyLock;

use lockstep_generator::load::{Source, load};
use lockstep_generator::plan::plan;
use lockstep_generator::proof::Proved;
use lockstep_generator::render::{Content, WORKFLOWS, render};
use lockstep_generator::workflows::workflows;
use lockstep_runner::protocol::{Level, annotation};
use lockstep_schemas::diagnostic::Place;
use lockstep_tests::root;
use lockstep_tests::{cases, is_quick};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

/// A harmless text that stands nowhere else, and that is of no string type but free text.
const MARKER: &str = "harmless, marked text";

/// The models whose strings are replaced, as JSON: which is YAML, and has no layout to respect.
static MODELS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = root().join("tests/cases/models");
    let read = |path: std::path::PathBuf| {
        let mut model: Value =
            serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for steps in ["/build", "/extra-steps", "/lockstep/setup"] {
            model.pointer_mut(steps).into_iter().for_each(name_steps);
        }
        assert!(rendered(&model).is_some(), "the models are good before they are made hostile");
        model
    };
    ["everything.yaml", "plasmite-at-the-seed.yaml"].map(|name| read(folder.join(name))).to_vec()
});

/// Names every step: without a name it is called after its script, shortened.
fn name_steps(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            entries.values_mut().for_each(name_steps);
            if ["run", "uses"].iter().any(|key| entries.contains_key(*key)) {
                entries.entry("name").or_insert_with(|| Value::from("a step"));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(name_steps),
        _ => {}
    }
}

/// The pointers of all strings of a value.
fn strings(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(i, item)| strings(item, &format!("{at}/{i}"), found));
        }
        Value::Object(entries) => {
            let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
            entries.iter().for_each(|(k, v)| strings(v, &format!("{at}/{}", escape(k)), found));
        }
        _ => {}
    }
}

/// The rendered workflows of a model, read back, or nothing where it is refused.
fn rendered(model: &Value) -> Option<Vec<(String, Value)>> {
    let text = serde_json::to_string_pretty(model).unwrap();
    let source = Source { name: "lockstep.yaml".to_owned(), text, rust: None };
    let model = match load(&source) {
        Ok(model) => model,
        Err(problems) => {
            assert!(!problems.list.is_empty());
            assert!(
                problems.list.iter().all(|problem| problem.place.bytes.is_some()),
                "{problems:?}"
            );
            return None;
        }
    };
    let plan = plan(&model);
    let workflows = workflows(&model, &plan).expect("no limit is near");
    let workflows = Proved::new(&plan, workflows).expect("no promise is broken");
    let read = |text: &str| serde_yaml::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let files =
        render(&plan, &workflows).into_iter().filter(|file| file.path.starts_with(WORKFLOWS));
    let whole = files.map(|file| match file.content {
        Content::Whole(text) => (file.path, read(&text)),
        Content::Passages(_) => panic!("{}: a workflow is rendered whole", file.path),
    });
    Some(whole.collect())
}

/// That two values have one shape, and that each text of the one is the text of the other with the
/// marker replaced.
fn assert_same_but(hostile: &Value, harmless: &Value, text: &str) {
    match (hostile, harmless) {
        (Value::String(hostile), Value::String(harmless)) => {
            assert_eq!(*hostile, harmless.replace(MARKER, text));
        }
        (Value::Array(hostile), Value::Array(harmless)) => {
            assert_eq!(hostile.len(), harmless.len());
            hostile.iter().zip(harmless).for_each(|(a, b)| assert_same_but(a, b, text));
        }
        (Value::Object(hostile), Value::Object(harmless)) => {
            assert!(hostile.keys().eq(harmless.keys()), "{hostile:?}\n{harmless:?}");
            hostile.iter().for_each(|(key, value)| assert_same_but(value, &harmless[key], text));
        }
        _ => assert_eq!(hostile, harmless),
    }
}

/// Pieces that are something else in YAML, in an expression or in a shell.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "\"",
        "'",
        "\\",
        "\n",
        "\r\n",
        "\t",
        "`",
        "$(id)",
        "${{ github.token }}",
        "${{",
        "}}",
        "${",
        "$",
        "{",
        "}",
        "[",
        "]",
        ": ",
        " #",
        "#",
        "- ",
        "? ",
        "| ",
        ">-",
        "&a",
        "*a",
        "!!str ",
        "%",
        "@",
        "---",
        "...",
        "<<: ",
        "~",
        "null",
        "true",
        "yes",
        "on",
        "0x10",
        "1_000",
        "12:30:45",
        ".5",
        "1e3",
        "=",
        ",",
        ";",
        "&&",
        "||",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{202e}",
        "\u{feff}",
        "\u{fffd}",
        "\u{1f600}",
        "é",
        "模",
        "  ",
        " ",
        "\n\n",
        "\n  uses: a/b@c",
        "\n      - run: id",
        "EOF",
        "::error::",
        "a",
    ];
    prop_oneof![
        8 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{1,20}",
        1 => any::<String>(),
    ]
}

fn hostile() -> impl Strategy<Value = String> {
    let long = (piece(), 1_000..10_000_usize)
        .prop_map(|(piece, length)| piece.repeat(length / piece.len().max(1)));
    prop_oneof![20 => prop::collection::vec(piece(), 1..8).prop_map(|pieces| pieces.concat()), 1 => long]
}

#[test]
fn a_string_is_refused_or_one_scalar() {
    let accepted = Cell::new(0);
    let config = ProptestConfig {
        cases: cases(384),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let strategy = (0..2_usize, any::<prop::sample::Index>(), hostile());
    TestRunner::new(config)
        .run(&strategy, |(which, position, text)| {
            let base = &MODELS[which];
            let mut positions = Vec::new();
            strings(base, "", &mut positions);
            let pointer = position.get(&positions);
            let with = |text: &str| {
                let mut model = base.clone();
                *model.pointer_mut(pointer).unwrap() = Value::String(text.to_owned());
                rendered(&model)
            };
            let Some(hostile) = with(&text) else { return Ok(()) };
            // What is no free text takes no marker; then the text was a lawful one, such as `yes`.
            let Some(harmless) = with(MARKER) else { return Ok(()) };
            accepted.set(accepted.get() + 1);
            prop_assert_eq!(hostile.len(), harmless.len());
            for ((path, hostile), (_, harmless)) in hostile.iter().zip(&harmless) {
                prop_assert!(path.starts_with(".github/workflows/"));
                assert_same_but(hostile, harmless, &text);
            }
            Ok(())
        })
        .unwrap();
    assert!(
        accepted.get() > if is_quick() { 0 } else { 15 },
        "hostile text was tried where free text may stand: {}",
        accepted.get()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(512), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_model_or_a_list_of_problems(text in any::<String>()) {
        let source = Source { name: "lockstep.yaml".to_owned(), text, rust: None };
        if let Err(problems) = load(&source) {
            prop_assert!(!problems.list.is_empty());
            // Every rendering of them holds, whatever the places.
            prop_assert!(!problems.for_people(false).is_empty());
            let mut annotations = problems.list.iter().map(|problem| annotation(Level::Error, problem));
            prop_assert!(annotations.all(|line| line.starts_with("::error ")));
        }
    }

    /// A model with some bytes of it changed: refused with problems at places that exist, or read.
    #[test]
    fn a_damaged_model_is_told_where(
        cut in any::<prop::sample::Index>(),
        length in 0..40_usize,
        put in piece(),
    ) {
        let text = std::fs::read_to_string(root().join("tests/cases/models/everything.yaml")).unwrap();
        let chars: Vec<char> = text.chars().collect();
        let at = cut.index(chars.len());
        let rest = &chars[(at + length).min(chars.len())..];
        let text: String = chars[..at].iter().chain(&put.chars().collect::<Vec<_>>()).chain(rest).collect();
        let source = Source { name: "lockstep.yaml".to_owned(), text, rust: None };
        if let Err(problems) = load(&source) {
            for problem in &problems.list {
                if let Place { bytes: Some(bytes), line: Some(line), .. } = &problem.place {
                    prop_assert!(source.text.get(bytes.clone()).is_some());
                    prop_assert!(*line <= source.text.lines().count() + 1);
                }
            }
            prop_assert!(!problems.for_people(false).is_empty());
        }
    }
}
