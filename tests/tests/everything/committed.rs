//! Files that come out of the code are committed, and equal to what the code says.

use lockstep_generator::render::action_yml;
use lockstep_schemas::document::Document;
use lockstep_tests::{actions, assert_committed, root, rules};

#[test]
fn schemas() {
    for document in Document::ALL {
        let path = root().join("schemas/json").join(document.schema_file());
        assert_committed(&path, &document.schema_text());
    }
}

/// Every rule has an example, which a case prints.
#[test]
fn page_of_rules() {
    assert_committed(&root().join("schemas/rules.md"), &rules::page());
}

#[test]
fn action_definitions() {
    for (path, interface) in actions::all() {
        assert_committed(&root().join(path), &action_yml(&interface));
    }
}

/// A folder of an action without a definition would be an action that no test looks at.
#[test]
fn every_action_has_a_definition() {
    let known: Vec<_> = actions::all().into_iter().map(|(path, _)| root().join(path)).collect();
    for entry in std::fs::read_dir(root().join("actions")).unwrap() {
        let file = entry.unwrap().path().join("action.yml");
        assert!(!file.exists() || known.contains(&file), "{}", file.display());
    }
}

/// Every template is part of the program, and every part of the program is a template.
#[test]
fn templates() {
    let folder = root().join("generator/templates");
    let mut there: Vec<String> = ["", "parts/"]
        .iter()
        .flat_map(|below| {
            let entries = std::fs::read_dir(folder.join(below)).unwrap();
            entries.map(move |entry| format!("{below}{}", entry.unwrap().file_name().display()))
        })
        .filter_map(|name| name.strip_suffix(".hbs").map(str::to_owned))
        .collect();
    there.sort();
    let mut known: Vec<&str> = lockstep_generator::render::template_names().collect();
    known.sort_unstable();
    assert_eq!(there, known);
}

/// A crate that is not tested by itself has no unit test, which nobody would run.
#[test]
fn unit_tests_are_run() {
    let mut manifests = Vec::new();
    for folder in ["actions", "crates", "generator", "."] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            manifests.push(entry.unwrap().path().join("Cargo.toml"));
        }
    }
    let mut without = 0;
    for manifest in manifests.into_iter().filter(|manifest| manifest.is_file()) {
        let text = std::fs::read_to_string(&manifest).unwrap();
        if !text.contains("[lib]\ntest = false") {
            continue;
        }
        without += 1;
        let mut folders = vec![manifest.parent().unwrap().join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let code = std::fs::read_to_string(&path).unwrap();
                    assert!(!code.contains("#[test]"), "{}", path.display());
                }
            }
        }
    }
    assert!(without > 10, "{without}");
}
