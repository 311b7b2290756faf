//! Cargo workspaces of all shapes: what is set in them is all that must be, in Cargo's own judgement.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use lockstep_tests::program::lockstep;
use lockstep_tests::project::{Project, model_with};
use lockstep_tests::{cases, is_quick};
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::{Config, TestRunner};

/// The crates, each in a folder of its name; one may take those before it.
const CRATES: [&str; 6] =
    ["crates/a", "crates/b", "crates/c", "tools/d", "tools/deep/e", "apart/f"];
const MEMBERS: [&str; 6] =
    ["crates/*", "crates/[ab]", "tools/d", "tools/**", "apart/f", "crates/c"];
const EXCLUDED: [&str; 5] = ["crates/b", "tools", "tools/deep", "apart", "crates/c"];

#[derive(Debug, Clone, Copy)]
enum Dependency {
    Path,
    Exact,
    TwoParts,
    OfWorkspace,
}

#[derive(Debug, Clone)]
struct Crate {
    inherits: bool,
    takes: Vec<(usize, Dependency)>,
}

#[derive(Debug, Clone)]
struct Shape {
    has_package: bool,
    lists_a_member: bool,
    members: Vec<&'static str>,
    excluded: Vec<&'static str>,
    crates: Vec<Crate>,
    root_takes: Vec<(usize, Dependency)>,
}

fn takes() -> impl Strategy<Value = Vec<(usize, Dependency)>> {
    let how = prop_oneof![
        Just(Dependency::Path),
        Just(Dependency::Exact),
        Just(Dependency::TwoParts),
        Just(Dependency::OfWorkspace),
    ];
    let pair = (0..CRATES.len(), how);
    prop::collection::vec(pair, 0..3)
}

fn shape() -> impl Strategy<Value = Shape> {
    let one = (prop::bool::weighted(0.6), takes())
        .prop_map(|(inherits, takes)| Crate { inherits, takes });
    (
        any::<bool>(),
        any::<bool>(),
        subsequence(&MEMBERS, 0..=3),
        subsequence(&EXCLUDED, 0..=2),
        prop::collection::vec(one, CRATES.len()),
        takes(),
    )
        .prop_map(|(has_package, lists_a_member, members, excluded, crates, root_takes)| {
            Shape { has_package, lists_a_member, members, excluded, crates, root_takes }
        })
}

fn name(index: usize) -> &'static str {
    CRATES[index].rsplit('/').next().unwrap()
}

impl Shape {
    fn version(&self, index: usize) -> &'static str {
        if self.crates[index].inherits { "1.2.3" } else { "0.5.0" }
    }

    fn dependencies(&self, folder: &str, takes: &[(usize, Dependency)]) -> String {
        let up = "../".repeat(folder.split('/').filter(|part| !part.is_empty()).count());
        let mut known = Vec::new();
        let mut text = "[dependencies]\n".to_owned();
        for (index, how) in takes {
            if known.contains(index) {
                continue;
            }
            known.push(*index);
            let (path, version) = (CRATES[*index], self.version(*index));
            let two = version.rsplit_once('.').unwrap().0;
            let item = match how {
                Dependency::Path => format!("{{ path = \"{up}{path}\" }}"),
                Dependency::Exact => {
                    format!("{{ path = \"{up}{path}\", version = \"={version}\" }}")
                }
                Dependency::TwoParts => format!("{{ version = \"{two}\", path = \"{up}{path}\" }}"),
                Dependency::OfWorkspace => "{ workspace = true }".to_owned(),
            };
            text.push_str(&format!("{} = {item}\n", name(*index)));
        }
        text
    }

    fn root(&self) -> String {
        let mut text = format!(
            "[workspace]\nresolver = \"3\"\nmembers = {:?}\nexclude = {:?}\n[workspace.package]\nversion = \"1.2.3\"\n[workspace.dependencies]\n",
            self.members, self.excluded
        );
        for (index, path) in CRATES.iter().enumerate() {
            let version = self.version(index);
            text.push_str(&format!(
                "{} = {{ path = \"{path}\", version = \"={version}\" }}\n",
                name(index)
            ));
        }
        if self.has_package {
            text.push_str(
                "[package]\nname = \"root\"\nversion.workspace = true\nedition = \"2024\"\n",
            );
            text.push_str(&self.dependencies("", &self.root_takes));
        }
        text
    }

    fn write(&self, project: &Project) {
        project.write("Cargo.toml", &self.root());
        project.write("src/lib.rs", "");
        for (index, of) in self.crates.iter().enumerate() {
            let folder = CRATES[index];
            let before: Vec<_> = of.takes.iter().filter(|(of, _)| *of < index).copied().collect();
            let version =
                if of.inherits { "version.workspace = true" } else { "version = \"0.5.0\"" };
            let manifest =
                format!("[package]\nname = \"{}\"\n{version}\nedition = \"2024\"\n", name(index));
            let manifest = manifest + &self.dependencies(folder, &before);
            project.write(&format!("{folder}/Cargo.toml"), &manifest);
            project.write(&format!("{folder}/src/lib.rs"), "");
        }
    }
}

/// The packages that Cargo sees, with their versions; an error in its words.
fn packages(folder: &Path, arguments: &[&str]) -> Result<BTreeMap<String, String>, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--offline", "--format-version=1"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    Ok(packages.map(|package| (text(&package["name"]), text(&package["version"]))).collect())
}

/// Where Cargo takes a workspace, it takes it with another version too; and what has a version of its own keeps that.
#[test]
fn cargo_takes_what_is_set() {
    let config = Config { cases: cases(32), failure_persistence: None, ..Config::default() };
    let (taken, followed) = (Cell::new(0), Cell::new(0));
    let property = |shape: Shape| {
        let project = Project::new(&model_with("[Cargo.toml]"));
        shape.write(&project);
        let at = project.path();
        let Ok(before) = packages(at, &[]) else { return Ok(()) };
        let inheriting = |(name, version): (&String, &String)| {
            let index = CRATES.iter().position(|path| path.rsplit('/').next() == Some(name));
            (version == "1.2.3").then_some(index?)
        };
        if let Some(member) = before.iter().find_map(inheriting).filter(|_| shape.lists_a_member) {
            let listed = format!("[{}/Cargo.toml]", CRATES[member]);
            project.write("lockstep.yaml", &model_with(&listed));
        }
        assert_eq!(lockstep(at, &["generate"]).status, 0);
        let bump = lockstep(at, &["bump", "2.0.0"]);
        prop_assert_eq!(bump.status, 0, "{}", bump.text());
        let after = packages(at, &["--locked"]).map_err(TestCaseError::fail)?;
        let expected = before.iter().map(|(name, version)| {
            let version = if version == "1.2.3" { "2.0.0" } else { version };
            (name.clone(), version.to_owned())
        });
        prop_assert_eq!(after, expected.collect::<BTreeMap<_, _>>());
        let check = lockstep(at, &["check"]);
        prop_assert_eq!(check.status, 0, "{}", check.text());
        taken.set(taken.get() + 1);
        followed.set(followed.get() + usize::from(before.len() > 2));
        Ok(())
    };
    TestRunner::new(config).run(&shape(), property).unwrap();
    let least = if is_quick() { (0, 0) } else { (12, 6) };
    let counts = (taken.get(), followed.get());
    assert!(counts.0 >= least.0 && counts.1 >= least.1, "{counts:?}");
}
