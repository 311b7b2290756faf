//! Version fields: found where they are and nowhere else, and set without touching another byte.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use lockstep_reader_tests::cases;
use lockstep_reader_tests::root;
use lockstep_schemas::diagnostic::{Diagnostic, Place, line_and_column};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use lockstep_versions::formats::by_name;
use lockstep_versions::formats::read;
use lockstep_versions::{Field, Notation, Package, Reading, Subject, set};
use proptest::prelude::*;
use proptest::sample::Index;

/// A file that carries versions, or should.
struct Case {
    name: String,
    reading: Reading,
    text: String,
}

/// Every folder of `cases/version-files`: a file, and where its name says nothing a locator as the plan has it.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let folders = fs::read_dir(root().join("tests/cases/version-files")).unwrap();
    let mut cases: Vec<Case> = folders.map(|folder| case(&folder.unwrap().path())).collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
});

fn case(folder: &Path) -> Case {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (locators, files): (Vec<_>, Vec<_>) =
        names.partition(|path| path.ends_with("locator.json"));
    let [file] = files.as_slice() else { panic!("{} is of one file", folder.display()) };
    let by_name = || {
        let format = by_name(&file.shown()).unwrap();
        serde_json::json!({ "by": "format", "format": format })
    };
    let locator = locators.first().map_or_else(by_name, |locator| {
        serde_json::from_str(&fs::read_to_string(locator).unwrap()).unwrap()
    });
    Case {
        name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
        reading: Reading::Located(serde_json::from_value(locator).unwrap()),
        text: fs::read_to_string(file).unwrap(),
    }
}

/// What the repository of the cases defines.
fn is_own(field: &Field) -> bool {
    let own = [
        Package::cargo("tool"),
        Package::cargo("other"),
        Package::cargo("third"),
        Package::cargo("fourth"),
        Package::npm("@someone/tool"),
        Package::npm("@someone/tool-linux-x64"),
        Package::python("tool"),
        Package::python("core-lib"),
    ];
    match &field.subject {
        Subject::File => true,
        Subject::Package(package) | Subject::PackageIn(package, _) => own.contains(package),
    }
}

impl Case {
    fn fields(&self, text: &str) -> Result<Vec<Field>, Diagnostic> {
        let mut fields = read(&self.reading, text)?.fields;
        fields.retain(is_own);
        fields.sort_by_key(|field| field.place.start);
        Ok(fields)
    }

    fn shown(&self) -> String {
        let place = |at: usize| {
            let (line, column) = line_and_column(&self.text, at);
            format!("{line}:{column}")
        };
        let contents = match read(&self.reading, &self.text) {
            Ok(contents) => contents,
            Err(Diagnostic { rule, message, place: Place { bytes, .. }, remedy, .. }) => {
                let at = bytes.map(|bytes| place(bytes.start)).unwrap_or_default();
                let remedy = remedy.unwrap_or_default();
                return format!("error[{rule}] {at}: {message}\n{remedy}");
            }
        };
        let fields = contents.fields.iter().map(|field| {
            let of = match &field.subject {
                Subject::File => String::new(),
                Subject::Package(package) => format!(" of {}", package.name()),
                Subject::PackageIn(package, folder) => {
                    format!(" of {} in `{folder}`", package.name())
                }
            };
            let place = place(field.place.start);
            format!("{place} {}{of}: {} ({:?})", field.name, field.text, field.notation)
        });
        let leads = contents.leads.iter().map(|lead| format!("→ {lead:?}"));
        let published =
            contents.published.iter().map(|package| format!("published: {}", package.name()));
        let package = contents.package.iter().map(|package| format!("is {}", package.name()));
        let missing =
            contents.missing.iter().map(|invalid| format!("missing: {}", invalid.message));
        package
            .chain(fields)
            .chain(missing)
            .chain(leads)
            .chain(published)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Every field and no other, each in its place; or what is wrong with the file.
#[test]
fn what_is_found() {
    for case in &*CASES {
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            snapshot_path => "snapshots/version-files",
            omit_expression => true,
        }, { insta::assert_snapshot!(case.name.as_str(), case.shown()) });
    }
}

#[test]
fn a_field_is_what_stands_at_its_place() {
    for case in &*CASES {
        let Ok(fields) = case.fields(&case.text) else { continue };
        for field in &fields {
            assert_eq!(&case.text[field.place.clone()], field.text, "{}", case.name);
        }
        for pair in fields.windows(2) {
            assert!(pair[0].place.end <= pair[1].place.start, "{}: {pair:?}", case.name);
        }
    }
}

fn version() -> impl Strategy<Value = Version> {
    let pre = prop_oneof![
        3 => Just(String::new()),
        1 => (prop::sample::select(vec!["alpha", "beta", "rc"]), 0_u32..20)
            .prop_map(|(kind, number)| format!("-{kind}.{number}")),
    ];
    ((1_u32..200, 0_u32..200, 0_u32..200), pre)
        .prop_map(|((a, b, c), pre)| format!("{a}.{b}.{c}{pre}").parse().unwrap())
}

/// A text without its version fields.
fn without(text: &str, fields: &[Field]) -> String {
    let mut text = text.to_owned();
    fields.iter().rev().for_each(|field| text.replace_range(field.place.clone(), ""));
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(48), failure_persistence: None, ..ProptestConfig::default() })]

    /// In every format: what is set is said; only the fields change; set back, the file is what it was.
    #[test]
    fn set_and_back(version in version()) {
        let old: Version = "1.2.3".parse().unwrap();
        let mut set_somewhere = 0;
        for case in &*CASES {
            let Ok(fields) = case.fields(&case.text) else { continue };
            // A requirement that takes the version says another one, which nobody knows when it is taken back.
            let lags = |field: &&Field| {
                let says = field.saying(&old).is_ok_and(|text| text == field.text);
                matches!(field.notation, Notation::Requirement(_)) && !says
            };
            if !fields.iter().all(|field| field.says(&old)) || fields.iter().any(|field| lags(&field)) {
                continue;
            }
            let changed = match set(&case.text, fields.iter(), std::slice::from_ref(&old), &version) {
                Ok(changed) => changed,
                // What has no counterpart there is told, and nothing is set.
                Err(unable) => {
                    let is_good = |(field, _): &(&Field, String)| {
                        matches!(field.notation, Notation::Requirement(_))
                            || version.as_str().contains('-')
                    };
                    prop_assert!(unable.iter().all(is_good), "{}: {unable:?}", case.name);
                    continue;
                }
            };
            let now = case.fields(&changed).unwrap();
            prop_assert_eq!(now.len(), fields.len(), "{}", case.name);
            for (old, new) in fields.iter().zip(&now) {
                prop_assert!(new.says(&version), "{}: {:?}", case.name, new);
                prop_assert_eq!(&old.name, &new.name);
            }
            prop_assert_eq!(without(&case.text, &fields), without(&changed, &now), "{}", case.name);
            // What a prerelease made whole of a requirement of two parts stays whole.
            let is_whole = version.as_str().contains('-') && case.name == "cargo-manifest-two-parts";
            let back = set(&changed, now.iter(), std::slice::from_ref(&version), &old).unwrap();
            // A range that went down takes what is above it.
            let went_down = !VersionScheme::Semver.is_above(&version, &old);
            let is_same = back == case.text || is_whole || went_down;
            prop_assert!(is_same, "{}: {}", case.name, back);
            set_somewhere += usize::from(!fields.is_empty());
        }
        prop_assert!(set_somewhere > 25, "{set_somewhere}");
    }

    /// No file ends the program.
    #[test]
    fn damage_is_told(
        which in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), any::<char>()), 1..6),
    ) {
        let case = which.get(&CASES);
        let mut chars: Vec<char> = case.text.chars().collect();
        for (at, with) in changes.into_iter().filter(|_| !case.text.is_empty()) {
            let at = at.index(chars.len());
            chars[at] = with;
        }
        let text: String = chars.into_iter().collect();
        if let Ok(fields) = case.fields(&text) {
            let _ = set(&text, fields.iter(), &[], &"2.0.0".parse().unwrap());
        }
    }
}
