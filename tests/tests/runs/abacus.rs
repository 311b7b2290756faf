//! The sample project with a bit of everything: from the tag to the verified bundle, under act.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use lockstep_tests::bundle::{Bundle, machine};
use lockstep_tests::runs::{Event, GitHub, Repository};
use lockstep_tests::samples::{Sample, numerals, settings};
use serde_json::{Value, json};

fn released(hub: &GitHub) -> Repository<'_> {
    let repository = Sample::abacus().publish(hub);
    repository.tag("v1.2.3");
    repository
}

#[test]
fn from_tag_to_bundle() {
    let hub = GitHub::new();
    numerals(&hub);
    let run = released(&hub).run("release.yml", &Event::tag("v1.2.3"), &settings());
    let bundle = Bundle::of(&run);
    bundle.assert_sums();
    assert_eq!(
        bundle.names(),
        [
            "SHA256SUMS",
            "abacus-1.2.3-all.tar.xz",
            "abacus-calc-1.2.3.crate",
            "abacus_1.2.3_darwin_arm64.tar.gz",
            "abacus_1.2.3_linux_amd64.tar.gz",
            "abacus_1.2.3_linux_arm64.tar.gz",
            "abacus_1.2.3_windows_amd64.zip",
            "abacus_1.2.3_windows_amd64.zip.sha256",
            "abacus_calc-1.2.3-py3-none-macosx_11_0_arm64.whl",
            "abacus_calc-1.2.3-py3-none-manylinux_2_28_aarch64.whl",
            "abacus_calc-1.2.3-py3-none-manylinux_2_28_x86_64.whl",
            "abacus_calc-1.2.3-py3-none-win_amd64.whl",
            "abacus_calc-1.2.3.tar.gz",
            "manifest.json",
            "plan.json",
            "release-notes.md",
            "someone-abacus-1.2.3.tgz",
            "someone-abacus-darwin-arm64-1.2.3.tgz",
            "someone-abacus-linux-arm64-1.2.3.tgz",
            "someone-abacus-linux-x64-1.2.3.tgz",
            "someone-abacus-win32-x64-1.2.3.tgz",
        ]
    );
    let notes = fs::read_to_string(bundle.folder.join("release-notes.md")).unwrap();
    assert_eq!(notes, "It adds.\n");
    for (target, record) in &bundle.manifest.targets {
        let tools = record.toolchain.tools();
        assert!(tools.iter().all(|(_, version)| version.is_some()), "{target}: {tools:?}");
        let rust = record.toolchain.rust.as_ref().unwrap();
        assert!(rust.starts_with("rustc 1."), "{rust}");
    }
    sdk(&bundle);
    packages(&bundle);
    installed(&bundle);
    let summary = &run.job("Assemble").step("Verify the bundle against the plan").summary;
    assert!(summary.contains("| `abacus_1.2.3_linux_amd64.tar.gz` | linux-x64 |"), "{summary}");
}

/// Archives have the layout that the model gives them, and of each platform its own binaries.
fn sdk(bundle: &Bundle) {
    let of = |name: &str, path: &str| machine(&bundle.unpack(name).path().join(path));
    assert_eq!(of("abacus_1.2.3_linux_amd64.tar.gz", "bin/abacus"), "ELF x86-64");
    assert_eq!(of("abacus_1.2.3_linux_arm64.tar.gz", "lib/libabacus.so"), "ELF aarch64");
    assert_eq!(of("abacus_1.2.3_darwin_arm64.tar.gz", "lib/libabacus.dylib"), "Mach-O arm64");
    assert_eq!(of("abacus_1.2.3_windows_amd64.zip", "abacus.exe"), "PE");
    assert_eq!(of("abacus-1.2.3-all.tar.xz", "darwin-arm64/libabacus.dylib"), "Mach-O arm64");
    let all = bundle.unpack("abacus-1.2.3-all.tar.xz");
    assert!(all.path().join("win32-x64/abacus.dll").is_file());
    assert!(all.path().join("abacus.h").is_file());
}

/// Each platform package is npm's for its platform alone, and the root package names each at this version.
fn packages(bundle: &Bundle) {
    let of = |name: &str| -> Value {
        let unpacked = bundle.unpack(name);
        serde_json::from_slice(&fs::read(unpacked.path().join("package/package.json")).unwrap())
            .unwrap()
    };
    let linux = of("someone-abacus-linux-x64-1.2.3.tgz");
    assert_eq!(
        [&linux["os"], &linux["cpu"], &linux["libc"], &linux["license"]],
        [&json!(["linux"]), &json!(["x64"]), &json!(["glibc"]), &json!("MIT")]
    );
    assert_eq!(of("someone-abacus-win32-x64-1.2.3.tgz")["os"], json!(["win32"]));
    assert_eq!(
        of("someone-abacus-1.2.3.tgz")["optionalDependencies"],
        json!({
            "@someone/abacus-linux-x64": "1.2.3",
            "@someone/abacus-linux-arm64": "1.2.3",
            "@someone/abacus-darwin-arm64": "1.2.3",
            "@someone/abacus-win32-x64": "1.2.3",
        })
    );
}

/// What this machine's clients can install of it runs.
fn installed(bundle: &Bundle) {
    let folder = tempfile::tempdir().unwrap();
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    };
    let file = |name: &str| bundle.folder.join(name).to_str().unwrap().to_owned();
    let platform = file("someone-abacus-linux-x64-1.2.3.tgz");
    let root = file("someone-abacus-1.2.3.tgz");
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    let npm =
        ["install", "--offline", "--omit=optional", "--no-audit", "--no-fund", &platform, &root];
    run(Path::new("npm"), &npm);
    let abacus = folder.path().join("node_modules/.bin/abacus");
    assert_eq!(run(&abacus, &["--version"]), "abacus 1.2.3\n");

    run(Path::new("python3"), &["-m", "venv", "venv"]);
    let wheel = file("abacus_calc-1.2.3-py3-none-manylinux_2_28_x86_64.whl");
    run(&folder.path().join("venv/bin/pip"), &["install", "--quiet", "--no-index", &wheel]);
    assert_eq!(run(&folder.path().join("venv/bin/abacus"), &[]), "abacus 1.2.3\n");
}

/// A run that is dispatched on the tag builds with the source that the dispatch names.
#[test]
fn dispatched_with_another_source() {
    let hub = GitHub::new();
    let source = numerals(&hub);
    source.tag("v1");
    let before = source.commit("v1");
    let folder = tempfile::tempdir().unwrap();
    source.clone_at("main", folder.path());
    fs::write(folder.path().join("README.md"), "Newer.\n").unwrap();
    source.push(folder.path(), "Newer");
    assert_ne!(source.commit("main"), before);
    let inputs = BTreeMap::from([
        ("tag".to_owned(), "v1.2.3".to_owned()),
        ("numerals_ref".to_owned(), "v1".to_owned()),
    ]);
    let event = Event::Dispatch { git_ref: "refs/tags/v1.2.3".to_owned(), inputs };
    let run = released(&hub).run("release.yml", &event, &settings());
    let bundle = Bundle::of(&run);
    assert_eq!(bundle.manifest.sources[0].commit.as_str(), before);
}
