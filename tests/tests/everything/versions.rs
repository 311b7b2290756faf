//! Versions of whole projects: drifted, set, set back, and taken by the ecosystems' own clients.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lockstep_tests::is_quick;
use lockstep_tests::program::{lockstep, lockstep_on_runner, path};
use lockstep_tests::project::{Project, model_with};
use lockstep_tests::tools;

/// Plasmite's six fields: file, the text before the version, and where it stands.
const PLASMITE: [(&str, &str, &str); 6] = [
    ("Cargo.toml", "version = \"", "3:12: [package].version"),
    ("bindings/python/pyproject.toml", "version = \"", "7:12: [project].version"),
    ("bindings/node/package.json", "\"version\": \"", "3:15: .version"),
    ("bindings/node/package-lock.json", "plasmite\",\n  \"version\": \"", "3:15: .version"),
    (
        "bindings/node/package-lock.json",
        "plasmite\",\n      \"version\": \"",
        "9:19: .packages[\"\"].version",
    ),
    ("bindings/node/native/Cargo.toml", "version = \"", "3:12: [package].version"),
];

fn plasmite() -> Project {
    let project = Project::reference("plasmite");
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    project
}

/// The files of a folder with their bytes.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(bytes(&path));
        } else {
            files.insert(path.display().to_string(), fs::read(&path).unwrap());
        }
    }
    files
}

/// Each of the six, drifted alone, is told with its place, and set again without another byte.
#[test]
fn each_of_plasmites_fields_in_turn() {
    let project = plasmite();
    let agreed = bytes(project.path());
    let good = lockstep(project.path(), &["check"]);
    assert_eq!(good.status, 0, "{}", good.text());
    assert!(good.stdout.contains("6 version fields say 0.2.3"), "{}", good.text());
    for (file, before, place) in PLASMITE {
        project.edit(file, &format!("{before}0.2.3"), &format!("{before}0.2.2"));
        let outcome = lockstep_on_runner(project.path(), &["check"]);
        assert_eq!(outcome.status, 1, "{file}: {}", outcome.text());
        let error = format!("error[version-mismatch]: {file}:{place} is 0.2.2, not 0.2.3\n");
        assert!(outcome.stderr.contains(&error), "{file}: {}", outcome.text());
        assert_eq!(outcome.stderr.matches("error[").count(), 1, "{}", outcome.text());
        let (line, _) = place.split_once(':').unwrap();
        let annotation = format!("::error file={file},line={line},col=");
        assert!(outcome.stdout.contains(&annotation), "{file}: {}", outcome.text());
        assert_eq!(lockstep(project.path(), &["bump", "0.2.3"]).status, 0);
        assert_eq!(bytes(project.path()), agreed, "{file}");
    }
}

/// A file that is gone, and a field that is, are a problem each, all in one run.
#[test]
fn everything_in_one_run() {
    let project = plasmite();
    fs::remove_file(project.file("Cargo.toml")).unwrap();
    project.edit("bindings/python/pyproject.toml", "version = \"0.2.3\"\n", "");
    project.edit("bindings/node/package.json", "0.2.3", "two");
    project.edit("bindings/node/native/Cargo.toml", "0.2.3", "0.2.4");
    let outcome = lockstep(project.path(), &["check", "--tag", "v0.2.3"]);
    assert_eq!(outcome.status, 1);
    insta::assert_snapshot!(outcome.text());
}

#[test]
fn set_and_set_back() {
    let project = plasmite();
    let before = bytes(project.path());
    for version in ["0.3.0", "1.0.0-rc.1", "10.20.30-beta.40"] {
        let outcome = lockstep(project.path(), &["bump", version]);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
        assert_eq!(lockstep(project.path(), &["check"]).status, 0);
        assert_ne!(bytes(project.path()), before);
        let back = ["bump", "0.2.3", "--allow-downgrade"];
        assert_eq!(lockstep(project.path(), &back).status, 0);
        assert_eq!(bytes(project.path()), before);
    }
}

/// Runs a client in a folder; it must end well.
fn client(folder: &Path, program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_NET_OFFLINE", "true")
        .env("npm_config_offline", "true")
        .env("UV_OFFLINE", "1")
        .env("UV_PYTHON_DOWNLOADS", "never")
        .env("PIP_NO_INDEX", "1")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let said =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{program} {arguments:?}: {}", said.join("\n"));
}

/// The version files of [`workspace`].
const WORKSPACE: &str = r#"[Cargo.toml, package.json, "packages/*/package.json", pyproject.toml, "libraries/*/pyproject.toml"]"#;

/// A workspace of every client's kind, with lockfiles that the clients themselves wrote.
fn workspace() -> Project {
    let project = Project::new(&model_with(WORKSPACE));
    let files = [
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n[workspace.package]\nversion = \"1.2.3\"\n[workspace.dependencies]\ncore = { path = \"crates/core\", version = \"=1.2.3\", package = \"tool-core\" }\n",
        ),
        (
            "crates/core/Cargo.toml",
            "[package]\nname = \"tool-core\"\nversion.workspace = true\nedition = \"2024\"\n",
        ),
        ("crates/core/src/lib.rs", ""),
        (
            "crates/tool/Cargo.toml",
            "[package]\nname = \"tool\"\nversion.workspace = true\nedition = \"2024\"\n[dependencies]\ncore.workspace = true\n",
        ),
        ("crates/tool/src/main.rs", "fn main() {}\n"),
        (
            "package.json",
            "{\n  \"name\": \"@someone/tool\",\n  \"version\": \"1.2.3\",\n  \"workspaces\": [\"packages/*\"],\n  \"dependencies\": { \"@someone/lib\": \"^1.2.3\" },\n  \"optionalDependencies\": { \"@someone/tool-linux-x64\": \"1.2.3\" }\n}\n",
        ),
        (
            "packages/lib/package.json",
            "{\n  \"name\": \"@someone/lib\",\n  \"version\": \"1.2.3\"\n}\n",
        ),
        (
            "packages/linux-x64/package.json",
            "{\n  \"name\": \"@someone/tool-linux-x64\",\n  \"version\": \"1.2.3\"\n}\n",
        ),
        (
            "pyproject.toml",
            "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n[project]\nname = \"some-tool\"\nversion = \"1.2.3\"\nrequires-python = \">=3.11\"\ndependencies = [\"tool-core==1.2.3\"]\n[tool.uv.sources]\ntool-core = { workspace = true }\n[tool.uv.workspace]\nmembers = [\"libraries/*\"]\n[tool.setuptools]\npackages = []\n",
        ),
        (
            "libraries/core/pyproject.toml",
            "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n[project]\nname = \"Tool.Core\"\ndynamic = [\"version\"]\nrequires-python = \">=3.11\"\n[tool.setuptools.dynamic]\nversion = { attr = \"tool_core.__version__\" }\n[tool.setuptools]\npackages = [\"tool_core\"]\n",
        ),
        ("libraries/core/tool_core/__init__.py", "__version__ = \"1.2.3\"\n"),
    ];
    for (file, text) in files {
        project.write(file, text);
    }
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    project
}

/// cargo, npm, uv and pip take what was changed, and their lockfiles fit.
#[test]
fn clients_take_it() {
    let project = workspace();
    let at = project.path();
    let (uv, python) = (tools::path("uv"), tools::folder().join("venv/bin/python3"));
    let [uv, python] = [&uv, &python].map(|path| path.to_str().unwrap());
    client(at, "cargo", &["generate-lockfile", "--offline"]);
    client(at, "npm", &["install", "--package-lock-only", "--ignore-scripts", "--no-audit"]);
    client(at, uv, &["lock", "--no-build-isolation", "--python", python]);
    let locks = ["Cargo.lock", "package-lock.json", "uv.lock"];
    assert!(locks.iter().all(|lock| project.read(lock).contains("1.2.3")), "they lock versions");
    for version in ["1.3.0", "2.0.0-rc.1", "2.0.0"] {
        let outcome = lockstep(at, &["bump", version]);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
        for lock in locks {
            // A range that takes the version stays.
            let text = project.read(lock).replace("\"^1.2.3\"", "");
            assert!(!text.contains("1.2.3"), "{lock}: {text}");
        }
        client(at, "cargo", &["metadata", "--locked", "--offline", "--format-version=1"]);
        client(at, "npm", &["ci", "--dry-run", "--ignore-scripts", "--no-audit"]);
        client(at, uv, &["lock", "--check", "--no-build-isolation", "--python", python]);
        for folder in [".", "libraries/core"] {
            let pip = ["-m", "pip", "install", "--dry-run", "--no-deps", "--no-build-isolation"];
            client(at, python, &[&pip[..], &["--quiet", folder]].concat());
        }
    }
}

/// What the clients refuse where one version was left behind: the checks above can fail.
#[test]
fn clients_refuse_what_was_left_behind() {
    let project = workspace();
    let at = project.path();
    client(at, "cargo", &["generate-lockfile", "--offline"]);
    assert_eq!(lockstep(at, &["bump", "1.3.0"]).status, 0);
    project.edit("Cargo.lock", "1.3.0", "1.2.3");
    let refused = Command::new("cargo")
        .args(["metadata", "--locked", "--offline", "--format-version=1"])
        .current_dir(at)
        .output()
        .unwrap();
    assert!(!refused.status.success(), "an old lockfile is refused");
    let outcome = lockstep(at, &["check"]);
    assert_eq!(outcome.status, 1);
    assert!(outcome.stderr.contains("Cargo.lock:7:12: [[package]] tool"), "{}", outcome.text());
}

/// How many crates the workspace has that is large: more than files may be open in one of its tests.
fn crates() -> usize {
    if is_quick() { 80 } else { 300 }
}

/// A workspace of so many crates, each of which takes the one before it at its version.
fn large_workspace() -> Project {
    let project = Project::new(&model_with("[\"crates/*/Cargo.toml\", Cargo.lock]"));
    project.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n");
    let mut lock = "version = 4\n".to_owned();
    for index in 0..crates() {
        let name = format!("crate-{index:03}");
        let mut manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"1.2.3\"\nedition = \"2024\"\n");
        lock.push_str(&format!("\n[[package]]\nname = \"{name}\"\nversion = \"1.2.3\"\n"));
        if index > 0 {
            let before = format!("crate-{:03}", index - 1);
            manifest.push_str(&format!(
                "[dependencies]\n{before} = {{ path = \"../{before}\", version = \"=1.2.3\" }}\n"
            ));
            lock.push_str(&format!("dependencies = [\n \"{before}\",\n]\n"));
        }
        project.write(&format!("crates/{name}/Cargo.toml"), &manifest);
        project.write(&format!("crates/{name}/src/lib.rs"), "");
    }
    project.write("Cargo.lock", &lock);
    assert_eq!(lockstep(project.path(), &["generate"]).status, 0);
    project
}

#[test]
fn a_large_workspace() {
    let project = large_workspace();
    let before = bytes(project.path());
    // Some systems let a process open no more files than a few hundred.
    let script = "ulimit -n 64; exec \"$0\" bump minor";
    let mut bump = Command::new("sh");
    let output = bump.arg("-c").arg(script).arg(path("lockstep")).current_dir(project.path());
    let output = output.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    // Each has one of its own and one of the lockfile, and each but the first one of what it takes.
    let fields = 3 * crates() - 1;
    let sum = format!("{fields} version fields say 1.3.0, {fields} of them changed");
    assert!(said.contains(&sum), "{said}{stderr}");
    let metadata = ["metadata", "--locked", "--offline", "--format-version=1"];
    client(project.path(), "cargo", &metadata);
    assert_eq!(lockstep(project.path(), &["bump", "1.2.3", "--allow-downgrade"]).status, 0);
    assert_eq!(bytes(project.path()), before);
}

/// Of two runs at once one waits for the other, and writes nothing over what that changed: no file is damaged, all say
/// one version, and nothing is left behind.
#[test]
fn two_at_once() {
    let project = large_workspace();
    let pauses: &[u64] = if is_quick() { &[20] } else { &[0, 20, 40, 80] };
    for pause in pauses.iter().copied() {
        let bump = |version: &str| {
            let mut bump = Command::new(path("lockstep"));
            bump.args(["bump", version]).current_dir(project.path());
            bump.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let first = bump("1.3.0");
        std::thread::sleep(Duration::from_millis(pause));
        let second = bump("1.4.0");
        for run in [first, second] {
            let output = run.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!said.contains("cannot be") || said.contains("run this again"), "{said}");
        }
        let check = lockstep(project.path(), &["check"]);
        assert_eq!(check.status, 0, "{}", check.text());
        let left = bytes(project.path()).into_keys().find(|path| path.contains(".lockstep-"));
        assert_eq!(left, None);
        assert_eq!(lockstep(project.path(), &["bump", "1.2.3", "--allow-downgrade"]).status, 0);
    }
}

/// Killed at any moment, a run leaves each file as it was or as it should be; the same run again finishes, and
/// leaves nothing behind.
#[test]
fn killed_at_any_moment() {
    let project = large_workspace();
    let before = bytes(project.path());
    let started = Instant::now();
    assert_eq!(lockstep(project.path(), &["bump", "minor"]).status, 0);
    let whole = started.elapsed();
    let after = bytes(project.path());
    let changes: Vec<&String> =
        before.keys().filter(|path| after[*path] != before[*path]).collect();
    let mut half_way = 0;
    for part in (0..24_u32).step_by(if is_quick() { 4 } else { 1 }) {
        for (path, text) in &before {
            fs::write(path, text).unwrap();
        }
        let mut child = Command::new(path("lockstep"))
            .args(["bump", "minor"])
            .current_dir(project.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        if part < 8 {
            std::thread::sleep(whole * part / 8);
        } else {
            // When so many of the files are replaced.
            let at = (part as usize - 8) * crates() / 18;
            let replaced = project.file(&format!("crates/crate-{at:03}/Cargo.toml"));
            let old = &before[&replaced.display().to_string()];
            while child.try_wait().unwrap().is_none() && fs::read(&replaced).unwrap() == *old {}
        }
        // It may have ended by itself already.
        let _ = child.kill();
        child.wait().unwrap();
        let now = bytes(project.path());
        for (path, text) in &before {
            assert!(now[path] == *text || now[path] == after[path], "{path} is half-written");
        }
        let is_new = changes.iter().filter(|path| now[**path] == after[**path]).count();
        half_way += u32::from(is_new > 0 && is_new < changes.len());
        // Where all are new, the same step would be the next.
        let again = if is_new == changes.len() { "1.3.0" } else { "minor" };
        let outcome = lockstep(project.path(), &["bump", again]);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
        assert_eq!(bytes(project.path()), after, "nothing is left behind");
    }
    assert!(half_way > 0, "none was ended between the first file and the last");
}
