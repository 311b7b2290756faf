//! What the documents say of the repository is there.

use std::fs;

use lockstep_tests::root;

const DOCUMENTS: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "tests/README.md"];
const FOLDERS: [&str; 6] =
    ["actions/", "crates/", "generator/", "schemas/", "tests/", "workflows/"];

#[test]
fn paths_lead_somewhere() {
    let mut wrong = Vec::new();
    let mut found = 0;
    for document in DOCUMENTS {
        let path = root().join(document);
        let text = fs::read_to_string(&path).unwrap();
        // What stands between backticks is every second part.
        for code in text.split('`').skip(1).step_by(2) {
            let is_path = FOLDERS.iter().any(|folder| code.starts_with(folder));
            let is_pattern = code.contains(['<', '*', ' ', '{', '@', '…']);
            if !is_path || is_pattern {
                continue;
            }
            found += 1;
            let beside = path.with_file_name(code);
            if !root().join(code).exists() && !beside.exists() {
                wrong.push(format!("{document}: {code}"));
            }
        }
    }
    assert!(found > 30, "{found} paths");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
