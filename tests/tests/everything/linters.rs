//! actionlint with shellcheck, zizmor, GitHub's own parser and SchemaStore's schemas find nothing, with no ignore and no
//! configuration but the labels of a project's own runners.

use std::path::{Path, PathBuf};

use lockstep_tests::sets::{COMMITTED, SETS, all, workflows as workflows_of};
use lockstep_tests::{actions, github, root, tools};

/// The workflows that are written by hand: our own, and what a repository downstream takes over.
fn by_hand() -> [PathBuf; 2] {
    [".github/workflows/ci.yml", "workflows/xsnap-worker/downstream/gate.yml"]
        .map(|file| root().join(file))
}

/// Every rendered workflow, and those that are written by hand.
fn workflows() -> Vec<PathBuf> {
    all().into_iter().map(|file| file.path).chain(by_hand()).collect()
}

fn definitions() -> Vec<PathBuf> {
    actions::all().into_iter().map(|(path, _)| root().join(path)).collect()
}

#[test]
fn actionlint() {
    // actionlint finds a project's runner labels from its folder.
    for set in &*SETS {
        let files: Vec<PathBuf> = workflows_of(set).into_iter().map(|file| file.path).collect();
        let labels = set.join(".github/actionlint.yaml");
        let config = format!("-config-file={}", labels.display());
        let mut arguments = vec!["-shellcheck=shellcheck", "-pyflakes="];
        arguments.extend(labels.exists().then_some(config.as_str()));
        tools::assert_clean("actionlint", &arguments, &files);
    }
    tools::assert_clean("actionlint", &[], &by_hand());
}

#[test]
fn zizmor() {
    let arguments =
        ["--persona", "auditor", "--offline", "--no-config", "--no-progress", "--quiet"];
    let files: Vec<PathBuf> = workflows().into_iter().chain(definitions()).collect();
    tools::assert_clean("zizmor", &arguments, &files);
}

#[test]
fn schemastore() {
    let workflow = ["--builtin-schema", "vendor.github-workflows"];
    tools::assert_clean("check-jsonschema", &workflow, &workflows());
    let action = ["--builtin-schema", "vendor.github-actions"];
    tools::assert_clean("check-jsonschema", &action, &definitions());
}

/// The schemas are schemas, and by another validator than ours the models are models.
#[test]
fn schemas() {
    let schemas: Vec<PathBuf> = ["model", "plan", "manifest", "partial-manifest"]
        .map(|name| root().join(format!("schemas/json/{name}.schema.json")))
        .to_vec();
    tools::assert_clean("check-jsonschema", &["--check-metaschema"], &schemas);
    let mut models: Vec<PathBuf> = std::fs::read_dir(root().join("tests/cases/models"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    models.extend(COMMITTED.iter().map(|set| root().join(set).join("lockstep.yaml")));
    let model = ["--schemafile", "schemas/json/model.schema.json"];
    tools::assert_clean("check-jsonschema", &model, &models);
}

#[test]
fn shellcheck() {
    let named = [
        ".ci/run",
        "actions/launch.sh",
        "tests/benchmark",
        "tests/fuzz/run",
        "tests/mutants",
        "tests/run",
        "tests/sizes",
    ];
    let mut scripts: Vec<PathBuf> = named.iter().map(|name| root().join(name)).collect();
    for folder in ["tests/benchmarks", "tests/stand-ins", "tests/projects"] {
        scripts_below(&root().join(folder), &mut scripts);
    }
    tools::assert_clean("shellcheck", &["--severity=style"], &scripts);
}

fn scripts_below(folder: &Path, scripts: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_tool = path
            .parent()
            .is_some_and(|parent| parent.ends_with("bin") || parent.ends_with("benchmarks"));
        if path.is_dir() {
            scripts_below(&path, scripts);
        } else if is_tool || path.extension().is_some_and(|extension| extension == "sh") {
            scripts.push(path);
        }
    }
}

/// Nothing tells a linter to look away.
#[test]
fn no_ignores() {
    for file in all() {
        for word in ["zizmor:", "shellcheck disable", "actionlint-ignore"] {
            assert!(!file.text.contains(word), "{}: {word}", file.path.display());
        }
    }
}

/// GitHub's own parser has nothing against any rendered workflow, and something against one that is broken.
#[test]
fn github_parses() {
    let all = all();
    let files: Vec<(&str, &str)> =
        all.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect();
    for (file, refused) in all.iter().zip(github::refused(&files)) {
        assert!(refused.is_empty(), "{}: {refused:?}", file.path.display());
    }
    let publish = all.iter().find(|file| file.name == "release-publish.yml").unwrap();
    let text = &publish.text;
    let broken = [
        text.replace("runs-on:", "runs-in:"),
        text.replace("${{ needs.", "${{ nobody."),
        text.replace("\njobs:\n", "\nworks:\n"),
    ];
    let broken: Vec<(&str, &str)> =
        broken.iter().map(|text| ("broken.yml", text.as_str())).collect();
    for refused in github::refused(&broken) {
        assert!(!refused.is_empty(), "what is broken is refused");
    }
}
