//! Version fields: found where they are and nowhere else, and set without touching another byte.

use lockstep_schemas::strings::Version;
use lockstep_version_files::{Field, Format, Own, fields, set};
use proptest::prelude::*;
use proptest::sample::Index;

/// A file of each format with everything that only looks like a version field, and how many fields it has.
const FILES: &[(&str, &str, usize)] = &[
    (
        "Cargo.toml",
        "# version = \"1.2.3\"\n[package]\nname = \"tool\" # the tool\nversion = \"1.2.3\"\t# ours\ndescription = 'version = \"1.2.3\"'\n\n[dependencies]\nserde = { version = \"1.2.3\" }\nother = { path = \"../other\", version = \"=1.2.3\" }\nthird.path = \"third\"\nthird.version = \"1.2\"\n\n[target.'cfg(unix)'.dependencies.fourth]\npath = \"fourth\"\nversion = '^1.2.3'\n[profile.release]\nlto = true",
        4,
    ),
    (
        "Cargo.toml",
        "[workspace]\nmembers = [\"a\"]\n[workspace.package]\nversion = \"1.2.3\"\r\n[workspace.dependencies]\r\na = { path = \"a\", version = \"1.2.3\" }\r\n",
        2,
    ),
    ("Cargo.toml", "package.name = \"tool\"\npackage.version = '''1.2.3'''\n", 1),
    ("Cargo.toml", "[package]\nname = \"tool\"\nversion.workspace = true\n", 0),
    (
        "Cargo.lock",
        "# @generated\nversion = 4\n\n[[package]]\nname = \"serde\"\nversion = \"1.2.3\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"tool\"\nversion = \"1.2.3\"\ndependencies = [\n \"serde\",\n]\n",
        1,
    ),
    (
        "pyproject.toml",
        "[build-system]\nrequires = [\"x==1.2.3\"]\n[project]\nname = \"tool\"\nversion = \"1.2.3\"\ndependencies = ['y==1.2.3']\n",
        1,
    ),
    ("pyproject.toml", "[tool.poetry]\nname = \"tool\"\nversion = '1.2.3'\n", 1),
    ("pyproject.toml", "[project]\nname = \"tool\"\ndynamic = [\"version\"]\n", 0),
    (
        "uv.lock",
        "version = 1\n[[package]]\nname = \"tool\"\nversion = \"1.2.3\"\nsource = { editable = \".\" }\n[[package]]\nname = \"numpy\"\nversion = \"1.2.3\"\nsource = { registry = \"x\" }\n",
        1,
    ),
    (
        "setup.cfg",
        "[options]\nversion = 9\n[metadata]\nname = tool\n# version = 1.2.3\nversion = 1.2.3\n\n[other]\nversion = 1.2.3\n",
        1,
    ),
    (
        "__init__.py",
        "\"\"\"D\u{f6}cs.\n__version__ = \"1.2.3\"\n\"\"\"\n# __version__ = \"1.2.3\"\nx = '#'; y = '''\n__version__ = '1.2.3'\n'''\n__version__ = '1.2.3'  # it's ours\n",
        1,
    ),
    (
        "package.json",
        "\u{feff}{\r\n\t\"name\": \"@someone/tool\",\r\n\t\"description\": \"\\\"version\\\": \\\"1.2.3\\\"\",\r\n\t\"version\" : \"1.2.3\",\r\n\t\"engines\": { \"version\": \"1.2.3\" },\r\n\t\"optionalDependencies\": { \"@someone/tool-linux-x64\": \"1.2.3\", \"other\": \"1.2.3\", \"@someone/tool\": \"^1.2.3\" }\r\n}",
        2,
    ),
    ("package.json", "{\"version\":\"1.2.3\",\"name\":\"@someone/tool\"}", 1),
    (
        "package-lock.json",
        "{\n  \"name\": \"@someone/tool\",\n  \"version\": \"1.2.3\",\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"\": { \"name\": \"@someone/tool\", \"version\": \"1.2.3\", \"optionalDependencies\": { \"@someone/tool-linux-x64\": \"1.2.3\" } },\n    \"node_modules/left\": { \"version\": \"1.2.3\" }\n  }\n}\n",
        3,
    ),
    (
        "tool.rb",
        "class Tool < Formula\n  desc \"version \\\"1.2.3\\\"\"\n  version \"1.2.3\"\nend\n",
        1,
    ),
    (
        "CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.10)\n# project(x VERSION 1.2.3)\nproject(tool\n  VERSION 1.2.3\n  LANGUAGES C)\n",
        1,
    ),
    ("meson.build", "project('tool', 'c',\n  version : '1.2.3',\n  meson_version: '>=1.2.3')\n", 1),
    ("build.gradle.kts", "plugins { id(\"x\") version \"1.2.3\" }\nversion = \"1.2.3\"\n", 1),
    ("gradle.properties", "# version=1.2.3\nversion=1.2.3\n", 1),
    (
        "tool.csproj",
        "<Project>\n  <PropertyGroup><Version>1.2.3</Version></PropertyGroup>\n</Project>\n",
        1,
    ),
];

fn own() -> Own {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Own {
        crates: names(&["tool", "other"]),
        npm: names(&["@someone/tool", "@someone/tool-linux-x64"]),
        python: names(&["tool"]),
    }
}

fn found(name: &str, text: &str) -> Vec<Field> {
    let format = Format::by_name(name).unwrap();
    fields(&format, text, &own()).unwrap_or_else(|invalid| panic!("{name}: {invalid:?}\n{text}"))
}

#[test]
fn every_field_and_no_other() {
    for (name, text, count) in FILES {
        let fields = found(name, text);
        assert_eq!(fields.len(), *count, "{name}: {fields:?}");
        for field in fields {
            assert!(field.says(&"1.2.3".parse().unwrap()), "{name}: {field:?}");
            assert_eq!(&text[field.place.clone()], field.text, "{name}");
        }
    }
}

fn version() -> impl Strategy<Value = Version> {
    let pre = prop_oneof![
        3 => Just(String::new()),
        1 => (prop::sample::select(vec!["alpha", "beta", "rc"]), 0_u32..20)
            .prop_map(|(kind, number)| format!("-{kind}.{number}")),
    ];
    ((0_u32..200, 0_u32..200, 0_u32..200), pre)
        .prop_map(|((a, b, c), pre)| format!("{a}.{b}.{c}{pre}").parse().unwrap())
}

/// A text without its version fields.
fn without(text: &str, fields: &[Field]) -> String {
    let mut places: Vec<_> = fields.iter().map(|field| field.place.clone()).collect();
    places.sort_by_key(|place| place.start);
    let mut text = text.to_owned();
    places.into_iter().rev().for_each(|place| text.replace_range(place, ""));
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is set is said; only the fields change; set back, the file is what it was.
    #[test]
    fn set_and_back(version in version()) {
        for (name, text, _) in FILES {
            let fields = found(name, text);
            let changed = set(text, &fields, &version).unwrap();
            let now = found(name, &changed);
            prop_assert_eq!(now.len(), fields.len(), "{}", name);
            for (old, new) in fields.iter().zip(&now) {
                prop_assert!(new.says(&version), "{}: {:?}", name, new);
                prop_assert_eq!(&old.name, &new.name);
            }
            prop_assert_eq!(without(text, &fields), without(&changed, &now), "{}", name);
            // What a prerelease made whole of a requirement of two parts stays whole.
            let is_whole = version.as_str().contains('-') && text.contains("\"1.2\"");
            let back = set(&changed, &now, &"1.2.3".parse().unwrap()).unwrap();
            prop_assert!(back == *text || is_whole, "{}: {}", name, back);
        }
    }

    /// No file ends the program.
    #[test]
    fn damage_is_told(
        which in 0..FILES.len(),
        changes in prop::collection::vec((any::<Index>(), any::<char>()), 1..6),
    ) {
        let (name, text, _) = FILES[which];
        let mut chars: Vec<char> = text.chars().collect();
        for (at, with) in changes {
            let at = at.index(chars.len());
            chars[at] = with;
        }
        let text: String = chars.into_iter().collect();
        if let Ok(fields) = fields(&Format::by_name(name).unwrap(), &text, &own()) {
            let _ = set(&text, &fields, &"2.0.0".parse().unwrap());
        }
    }
}
