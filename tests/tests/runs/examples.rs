//! The workflow in each README, at a commit whose list has released programs: what a user types runs as it stands.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use lockstep_tests::actions;
use lockstep_tests::authority::{Authority, Claims};
use lockstep_tests::bundle::Bundle;
use lockstep_tests::commands::Script;
use lockstep_tests::github_api::{GitHubApi, TOKEN};
use lockstep_tests::registries::Npm;
use lockstep_tests::released::Released;
use lockstep_tests::root;
use lockstep_tests::runs::{Event, GitHub, Repository, Run, Settings};
use lockstep_tests::samples::{Sample, copy, settings};
use serde_json::json;

const COMMIT: &str = "5c1a9de0b7f3426e8d41c6a2f90b7e35d8a4c216";

/// The one example of a README that is a whole workflow.
fn example(readme: &str) -> String {
    let path = root().join(readme);
    let text = fs::read_to_string(&path).unwrap();
    let mut blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let block = blocks
        .find(|block| block.starts_with("on: "))
        .unwrap_or_else(|| panic!("{readme} has no workflow"));
    assert!(block.contains("lockstep-release/lockstep"), "{readme}");
    block.replace("@<commit>", &format!("@{COMMIT}")).replace("<build run>", "16")
}

/// Runs a README's workflow in the sample project, with programs that the launcher downloads.
fn run(readme: &str, event: &Event, more: impl FnOnce(&mut Settings)) -> Run {
    let (hub, released) = (GitHub::new(), Released::new());
    let sample = Sample::tool();
    sample.render();
    fs::write(sample.path().join(".github/workflows/example.yml"), example(readme)).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.list = Some(released.list.clone());
    settings.env.push(("STAND_IN_DOWNLOADS", released.assets.address().into()));
    settings.env.push(("RUNNER_TOOL_CACHE", cache.path().into()));
    more(&mut settings);
    let repository = sample.commit(&hub);
    if let Event::PullRequest { number } = event {
        let change = |set: &Path| fs::write(set.join("CHANGED.md"), "changed\n").unwrap();
        repository.pull_request(*number, change);
    }
    let run = repository.run("example.yml", event, &settings);
    assert!(run.succeeded(), "{readme}: {}", run.overview());
    let asked = released.assets.asked();
    assert!(!asked.is_empty(), "{readme}: the launcher downloads");
    let mut once = asked.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), asked.len(), "{readme}: each file is downloaded once: {asked:?}");
    run
}

const PULL_REQUEST: Event = Event::PullRequest { number: 7 };

#[test]
fn the_root_action() {
    run("README.md", &PULL_REQUEST, |_| ());
}

/// What touches bytes alone.
const OFFLINE: [&str; 5] =
    ["align-versions", "hash-artifacts", "pack-artifacts", "smoke-test", "verify-manifest"];

/// Each action has a short one, and the tests below run it.
#[test]
fn every_action_has_an_example() {
    for (path, interface) in actions::all() {
        let text = example(path.with_file_name("README.md").to_str().unwrap());
        assert!(text.lines().count() <= 15, "{}", path.display());
        if !interface.listed {
            let name = interface.program.as_str();
            assert!(OFFLINE.contains(&name) || ONLINE.contains(&name), "{name}");
            assert!(text.contains(&format!("/actions/{name}@{COMMIT} # v1.0.0")), "{name}");
        }
    }
}

#[test]
fn what_builds_and_packs() {
    for action in &OFFLINE[..4] {
        run(&format!("actions/{action}/README.md"), &PULL_REQUEST, |_| ());
    }
}

/// The bundle of an earlier run.
#[test]
fn verify_manifest() {
    let (built, uploads) = (Script::of_release().project(), tempfile::tempdir().unwrap());
    let bundle = uploads.path().join("bundle-1");
    fs::create_dir(&bundle).unwrap();
    copy(&built.path().join("lockstep/bundle"), &bundle);
    let dispatch = Event::Dispatch { git_ref: "refs/heads/main".to_owned(), inputs: [].into() };
    run("actions/verify-manifest/README.md", &dispatch, |settings| {
        settings.earlier.insert(16, uploads.path().to_owned());
    });
}

/// A repository whose release `release.yml` built, with the examples beside it.
struct Built<'a> {
    repository: Repository<'a>,
    released: Released,
    settings: Settings,
    api: GitHubApi,
}

impl<'a> Built<'a> {
    fn new(hub: &'a GitHub, folder: &Path) -> Self {
        let (api, released, sample) = (GitHubApi::new(), Released::new(), Sample::tool());
        let model = sample.path().join("lockstep.yaml");
        let text = fs::read_to_string(&model).unwrap();
        let text = text.replace("  darwin-arm64: { runner: macos-15 }\n", "");
        fs::write(&model, text + TAP).unwrap();
        sample.render();
        let write = |name: &str, text: String| {
            fs::write(sample.path().join(".github/workflows").join(name), text).unwrap();
        };
        for action in ONLINE {
            write(&format!("{action}.yml"), example(&format!("actions/{action}/README.md")));
        }
        let release = example("actions/github-release/README.md").replace("rehearsal", "live");
        write("draft.yml", release.clone());
        write("public.yml", release.replace("stage: prepare", "stage: publish"));
        let provenance = example("actions/verify-provenance/README.md");
        write(
            "verify-provenance.yml",
            provenance.replace("tag: v1.2.3,", "tag: v1.2.3, trusted-root: tool-1.2.3.root.json,"),
        );
        let tap = folder.join("tap");
        fs::create_dir(&tap).unwrap();
        fs::write(tap.join("README.md"), "# A tap\n").unwrap();
        hub.create("someone/homebrew-tap", &tap);
        let repository = sample.commit(hub);
        repository.tag("v1.2.3");
        api.with(|state| state.repository = Some(repository.bare().to_owned()));
        let mut settings = Settings { run_id: 16, ..settings() };
        settings.env.push(("GITHUB_API_URL", api.address().into()));
        settings.env.push(("STAND_IN_DOWNLOADS", released.assets.address().into()));
        settings.env.push(("RUNNER_TOOL_CACHE", folder.join("cache").into()));
        settings.secrets.insert("GITHUB_TOKEN", TOKEN.to_owned());
        Self { repository, released, settings, api }
    }

    /// Runs one of them, with programs that the launcher downloads.
    fn example(&self, name: &str, event: &Event) {
        let mut settings = self.settings.clone();
        settings.list = Some(self.released.list.clone());
        let run = self.repository.run(&format!("{name}.yml"), event, &settings);
        assert!(run.succeeded(), "{name}: {}", run.overview());
    }
}

/// What asks GitHub or a registry.
const ONLINE: [&str; 7] = [
    "await-delivery",
    "github-release",
    "homebrew",
    "publish",
    "report-blocker",
    "resolve-build",
    "verify-provenance",
];

const TAP: &str = r#"
  homebrew:
    artifacts: [archive]
    tap: someone/homebrew-tap
    formula: Formula/tool.rb
    update: push
    contents: { description: A tool, install: 'bin.install Dir["**/tool"]', test: 'system bin/"tool"' }
    tiers: { default: preview }
"#;

#[test]
fn what_publishes() {
    let (hub, authority, folder) = (GitHub::new(), Authority::new(), tempfile::tempdir().unwrap());
    let mut built = Built::new(&hub, folder.path());
    let npm = Npm::new();
    built.settings.env.push(("npm_config_registry", npm.proxy.address().into()));
    let commit = built.repository.commit("v1.2.3");
    let run = built.repository.run("release.yml", &Event::tag("v1.2.3"), &built.settings);
    let bundle = Bundle::of(&run);
    built.api.know(&run, 16, &commit, &json!({}));
    built.settings.earlier.insert(16, run.uploads());
    built.settings.run_id = 50;
    let on_tag = Event::tag("v1.2.3");
    for example in ["resolve-build", "report-blocker"] {
        built.example(example, &on_tag);
    }
    let dispatch = Event::Dispatch { git_ref: "refs/tags/v1.2.3".to_owned(), inputs: [].into() };
    for example in ["publish", "github-release", "homebrew", "draft", "public", "await-delivery"] {
        built.example(example, &dispatch);
    }

    // What `gh` would download of the release.
    let sums = fs::read_to_string(bundle.folder.join("SHA256SUMS")).unwrap();
    let files: Vec<(&str, &str)> = sums
        .lines()
        .map(|line| line.split_once("  ").map(|(digest, name)| (name, digest)).unwrap())
        .collect();
    let attestation = authority.attest(&files, &Claims::of_run("v1.2.3", &commit, 16));
    fs::write(bundle.folder.join("tool-1.2.3.attestation.jsonl"), format!("{attestation}\n"))
        .unwrap();
    fs::write(bundle.folder.join("tool-1.2.3.root.json"), authority.root()).unwrap();
    let gh = folder.path().join("gh");
    let script = format!("#!/bin/sh\ncp {}/tool-1.2.3* .\n", bundle.folder.display());
    fs::write(&gh, script).unwrap();
    fs::set_permissions(&gh, fs::Permissions::from_mode(0o755)).unwrap();
    built.settings.path.insert(0, folder.path().to_owned());
    built.example("verify-provenance", &dispatch);
}
