//! The model's JSON Schema, which editors read and which explains what is wrong, and the model's
//! types, which decide, say the same.

use jsonschema::Validator;
use lockstep_generator::load::decode;
use lockstep_schemas::document::Document;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{GRAMMARS, Grammar};
use lockstep_tests::cases;
use lockstep_tests::root;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

static VALIDATOR: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&Document::Model.schema()).unwrap());

static MODELS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let entries = std::fs::read_dir(root().join("tests/cases/models")).unwrap();
    let read = |path| serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    entries.map(|entry| read(entry.unwrap().path())).collect()
});

fn agree(model: &Value) -> Result<(), String> {
    let by_schema = VALIDATOR.is_valid(model);
    let by_types = decode(model);
    if by_schema == by_types.is_ok() {
        return Ok(());
    }
    let why = VALIDATOR.iter_errors(model).map(|error| error.to_string()).collect::<Vec<_>>();
    Err(format!("schema: {by_schema} {why:?}, types: {by_types:?}"))
}

fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(i, item)| pointers(item, &format!("{at}/{i}"), found));
        }
        Value::Object(entries) => entries.iter().for_each(|(key, value)| {
            let key = key.replace('~', "~0").replace('/', "~1");
            pointers(value, &format!("{at}/{key}"), found);
        }),
        _ => {}
    }
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2..400_i64).prop_map(Value::from),
        (0.0..9.0_f64).prop_map(Value::from),
        prop::sample::select(GRAMMARS).prop_map(|grammar| json!(grammar.example)),
        "[a-z-]{0,12}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([1, "a"])),
        Just(json!({ "kind": "archive", "run": "make", "tier": "preview" })),
    ]
}

#[test]
fn every_model_of_the_cases_is_one() {
    for model in &*MODELS {
        agree(model).unwrap();
        assert!(VALIDATOR.is_valid(model));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(1500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schema_and_types_agree_on_a_changed_value(
        which in any::<prop::sample::Index>(),
        position in any::<prop::sample::Index>(),
        value in scalar(),
    ) {
        let mut model = which.get(&MODELS).clone();
        let mut found = Vec::new();
        pointers(&model, "", &mut found);
        *model.pointer_mut(position.get::<String>(&found)).unwrap() = value;
        prop_assert!(agree(&model).is_ok(), "{}", agree(&model).unwrap_err());
    }

    #[test]
    fn schema_and_types_agree_on_a_changed_key(
        which in any::<prop::sample::Index>(),
        position in any::<prop::sample::Index>(),
        key in any::<prop::sample::Index>(),
        name in prop_oneof![Just(None), "[a-zA-Z_-]{1,10}".prop_map(Some), any::<String>().prop_map(Some)],
    ) {
        let mut model = which.get(&MODELS).clone();
        let mut found = Vec::new();
        pointers(&model, "", &mut found);
        let value = model.pointer_mut(position.get::<String>(&found)).unwrap();
        if let Value::Object(entries) = value
            && !entries.is_empty()
        {
            let keys: Vec<String> = entries.keys().cloned().collect();
            let removed = entries.shift_remove(key.get(&keys)).unwrap();
            if let Some(name) = name {
                entries.insert(name, removed);
            }
        }
        prop_assert!(agree(&model).is_ok(), "{}", agree(&model).unwrap_err());
    }

    /// One regular expression, two engines: the types' and the schema's.
    #[test]
    fn grammars_are_read_alike(
        grammar in prop::sample::select(GRAMMARS),
        text in prop_oneof!["[a-z0-9./{}@:_-]{0,20}", "\\PC{0,10}", any::<String>()],
        splice in any::<prop::sample::Index>(),
    ) {
        let example: Vec<char> = grammar.example.chars().collect();
        let (before, after) = example.split_at(splice.index(example.len() + 1));
        let spliced: String = before.iter().copied().chain(text.chars()).chain(after.iter().copied()).collect();
        for text in [text, spliced] {
            prop_assert_eq!(by_schema(&grammar, &text), grammar.accepts(&text), "{} {:?}", grammar.name, text);
        }
    }
}

fn by_schema(grammar: &Grammar, text: &str) -> bool {
    let schema = json!({ "pattern": grammar.pattern, "maxLength": grammar.max_length });
    jsonschema::is_valid(&schema, &json!(text))
}

#[test]
fn every_grammar_takes_its_example() {
    for grammar in GRAMMARS {
        assert!(grammar.accepts(grammar.example), "{}", grammar.name);
        assert!(by_schema(grammar, grammar.example), "{}", grammar.name);
        let long = grammar.example.repeat(grammar.max_length + 1);
        assert!(!grammar.accepts(&long), "{} has an end", grammar.name);
    }
}

/// Free text may hold dollars and braces, but never what GitHub evaluates.
#[test]
fn no_expression_in_free_text() {
    let of = |name: &str| GRAMMARS.iter().find(|grammar| grammar.name == name).unwrap();
    for grammar in [of("Text"), of("Script")] {
        for good in ["$", "${", "${x}", "$${x", "{{ }}", "a $ { {b", "${$", "${ {", "", "$$"] {
            assert!(grammar.accepts(good), "{}: {good}", grammar.name);
        }
        for bad in
            ["${{", "a ${{ b }}", "$${{", "${${{", "{${{", "$ ${{", "\u{0}", "a\rb", "\u{2028}"]
        {
            assert!(!grammar.accepts(bad), "{}: {bad}", grammar.name);
        }
    }
    assert!(
        of("Script").accepts("a\n\tb\n")
            && !of("Text").accepts("a\nb")
            && !of("Text").accepts("a\tb")
    );
}

#[test]
fn committed_plans_are_plans() {
    let validator = jsonschema::validator_for(&Document::Plan.schema()).unwrap();
    for set in lockstep_tests::sets::COMMITTED.iter() {
        let text = std::fs::read_to_string(root().join(set).join(lockstep_generator::render::PLAN))
            .unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{set}: {errors:#?}");
        let plan: Plan = serde_json::from_str(&text).unwrap();
        assert_eq!(lockstep_generator::render::plan_text(&plan), text, "{set}: nothing is lost");
    }
}

/// An editor shows what a key means.
#[test]
fn every_key_is_described() {
    fn undescribed(schema: &Value, at: &str, found: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for (key, property) in properties {
                let is_tag = property.get("const").is_some();
                if property.get("description").is_none() && !is_tag {
                    found.push(format!("{at}.{key}"));
                }
            }
        }
        match schema {
            Value::Object(entries) => entries
                .iter()
                .for_each(|(key, value)| undescribed(value, &format!("{at}/{key}"), found)),
            Value::Array(items) => items.iter().for_each(|item| undescribed(item, at, found)),
            _ => {}
        }
    }
    for document in Document::ALL {
        let mut found = Vec::new();
        undescribed(&document.schema(), "", &mut found);
        assert!(found.is_empty(), "{found:#?}");
    }
}
