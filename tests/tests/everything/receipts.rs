//! The page of receipts, opened in a browser: what a person would look for is there, and nothing that stands in a receipt runs.

use std::fs;
use std::process::Command;

use lockstep_tests::program::lockstep;
use serde_json::json;

/// A page as a browser has it, when all of it is loaded.
fn opened(page: &std::path::Path) -> String {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("chromium, which tests/run installs, starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_browser_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, now: &str, link: &str| {
        json!({
            "channel": "npm", "name": name, "sha256": "a".repeat(64), "before": "absent", "did": "published",
            "now": now, "link": link,
        })
    };
    let hostile = "</td><script>document.title = 'ran'</script>";
    let receipt = json!({
        "schema": 1, "tag": "v1.2.3", "version": "1.2.3", "commit": "b".repeat(40), "stage": "publish",
        "rehearsal": false, "checks": [], "gates": [],
        "waivers": [{ "waived": { "gate": "ci" }, "approver": "somebody", "reason": hostile }],
        "files": [
            file("tool-1.2.3.tgz", "ours", "https://registry.example/tool"),
            file("tool-linux-1.2.3.tgz", "accepted", "javascript:document.title='ran'"),
        ],
        "deliveries": [{ "channel": "npm", "target": "linux-x64", "tier": "official", "result": "not-yet", "why": hostile }],
    });
    let place = folder.path().join("lockstep/receipts/receipt-npm-1");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("receipt.json"), receipt.to_string()).unwrap();
    let outcome = lockstep(folder.path(), &["receipt", "--html", "receipt.html"]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    let page = opened(&folder.path().join("receipt.html"));
    for wanted in [
        "<title>Release v1.2.3</title>",
        "Users can have 1 of 2 files; the others are not public.",
        "1 of 2 public",
        "tool-linux-1.2.3.tgz",
        "not visible yet",
        "href=\"https://registry.example/tool\"",
        "somebody: &lt;/td&gt;&lt;script&gt;",
        "<td>linux-x64</td><td>official</td><td class=\"open\">not yet</td>",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("javascript:"), "{page}");
}
