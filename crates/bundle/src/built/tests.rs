//! The built files that a member of the plan means, and their places.

use std::fs;

use super::built_files;
use lockstep_schemas::plan::Placement;
use proptest::prelude::*;

fn member(from: &str, to: &str) -> Placement {
    Placement { from: from.to_owned(), to: to.to_owned(), target: None, mode: None }
}

#[test]
fn a_place_takes_what_the_pattern_took() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["dist/x/liby.so", "dist/x/lib.so", "dist/x/.hidden.so", "dist/1.2.3/a", "x"] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    for (from, to, expected) in [
        ("dist/*/lib*.so", "*/*.so", vec!["x/.so", "x/y.so"]),
        ("dist/x/*", "lib/*", vec!["lib/lib.so", "lib/liby.so"]),
        ("dist/{version}/a", "a-{version}", vec!["a-1.2.3"]),
        ("*x*", "*-*", vec!["-"]),
        ("x", "y", vec!["y"]),
    ] {
        let found = built_files(folder.path(), &member(from, to), "1.2.3").unwrap();
        let places: Vec<&str> = found.iter().map(|file| file.to.as_str()).collect();
        assert_eq!(places, expected, "{from} → {to}");
    }
    for nothing in ["dist/*", "dist/y/*", "dist", "X", "*.txt"] {
        let problem = built_files(folder.path(), &member(nothing, "y"), "1.2.3").unwrap_err();
        assert!(problem.remedy.is_some(), "{nothing}: {problem}");
    }
}

proptest! {
    /// A pattern that is its own place moves nothing, whatever it matches.
    #[test]
    fn a_pattern_as_its_own_place_moves_nothing(
        names in prop::collection::vec("[a-c.-]{1,4}", 1..5),
        pattern in "[a-c*]{1,5}",
    ) {
        let folder = tempfile::tempdir().unwrap();
        for name in names.iter().filter(|name| !name.starts_with('.')) {
            fs::write(folder.path().join(name), "").unwrap();
        }
        if let Ok(found) = built_files(folder.path(), &member(&pattern, &pattern), "1.2.3") {
            for file in found {
                prop_assert_eq!(file.path, file.to);
            }
        }
    }
}
