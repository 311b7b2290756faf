//! From the tag to what is published, as far as the first job that publishes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use lockstep_bundle::Digest;
use lockstep_provenance::Attestation;
use lockstep_tests::authority::{Authority, Claims};
use lockstep_tests::bundle::Bundle;
use lockstep_tests::github_api::{GitHubApi, TOKEN, environment_with, status_with};
use lockstep_tests::registries::Npm;
use lockstep_tests::runs::{Event, GitHub, Outcome, Repository, Run, Settings};
use lockstep_tests::samples::{Sample, settings};
use serde_json::{Value, json};

const RESOLVE: &str = "Resolve the build run";

pub(crate) fn dispatch(rehearsal: bool) -> Event {
    let inputs = [("release_tag", "v1.2.3".to_owned()), ("rehearsal", rehearsal.to_string())];
    let inputs = inputs.map(|(name, value)| (name.to_owned(), value)).into();
    Event::Dispatch { git_ref: "refs/tags/v1.2.3".to_owned(), inputs }
}

/// Attests what `SHA256SUMS` of a bundle lists, and returns the text of that.
pub(crate) fn attest(
    authority: &Authority,
    api: &GitHubApi,
    bundle: &Path,
    claims: &Claims,
) -> String {
    let sums = fs::read_to_string(bundle.join("SHA256SUMS")).unwrap();
    let files: Vec<(&str, &str)> =
        sums.lines().map(|line| line.split_once("  ").unwrap()).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(digest, name)| (*name, *digest)).collect();
    let bundle = authority.attest(&files, claims).to_string();
    let packed = snap::raw::Encoder::new().compress_vec(bundle.as_bytes()).unwrap();
    api.with(|state| {
        let name = format!("attestation-{}", state.downloads.len());
        state.downloads.insert(name.clone(), packed);
        let place = format!("{}/downloads/{name}?signature=a-secret", state.downloads_at);
        for (_, digest) in files {
            let attested = json!({ "bundle_url": place, "repository_id": 1 });
            state.attestations.entry(digest.to_owned()).or_default().push(attested);
        }
    });
    bundle
}

/// A stand-in for `gh`, which keeps what it is asked.
fn second_opinion(folder: &Path, agrees: bool) {
    let script = format!(
        "#!/bin/sh\ncase $* in\n  *--help | 'auth status'*) exit 0 ;;\nesac\necho \"$*\" >> {}/asked\n{agrees} || {{ echo no >&2; exit 1; }}\n",
        folder.display()
    );
    let program = folder.join("gh");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Attests a bundle as a job does that runs again and again, beside one that signs the manifest alone; returns the digest of the
/// file with what the release carries: what the first attempt signed.
fn attest_again(authority: &Authority, api: &GitHubApi, bundle: &Path, commit: &str) -> String {
    let claims = || Claims::of_run("v1.2.3", commit, 17);
    let of = |attempt: u32| {
        let attempt = format!("https://github.com/someone/tool/actions/runs/17/attempts/{attempt}");
        attest(authority, api, bundle, &claims().but(21, &attempt))
    };
    let sums = fs::read_to_string(bundle.join("SHA256SUMS")).unwrap();
    let manifest = sums.lines().find_map(|line| line.strip_suffix("  manifest.json")).unwrap();
    let alone = authority.attest(&[("manifest.json", manifest)], &claims());
    api.with(|state| {
        let attested = json!({ "bundle": alone, "repository_id": 1 });
        state.attestations.entry(manifest.to_owned()).or_default().push(attested);
    });
    let [_, first, _] = [2, 1, 10].map(of);
    digest_of(&first)
}

/// The SHA-256 of the file with an attestation.
fn digest_of(attestation: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("attestation.jsonl");
    let text = Attestation::read(attestation).unwrap().text().unwrap();
    fs::write(&file, format!("{text}\n")).unwrap();
    Digest::of_file(&file).unwrap().sha256.to_string()
}

fn said(run: &Run) -> String {
    let steps = run.job(RESOLVE).steps.iter();
    let said = steps.flat_map(|step| &step.annotations).map(|annotation| annotation.text.as_str());
    said.collect::<Vec<_>>().join("\n")
}

/// Without npm, which nothing can publish to yet, all that is left is published; and once, however often it is asked for.
fn is_published_once(
    repository: &Repository<'_>,
    api: &GitHubApi,
    settings: &Settings,
    commit: &str,
    attestation: &str,
) {
    let mut to_github = dispatch(false);
    if let Event::Dispatch { inputs, .. } = &mut to_github {
        inputs.insert("npm".to_owned(), "false".to_owned());
    }
    let run = || {
        let run = repository.run("release-publish.yml", &to_github, settings);
        assert!(run.succeeded(), "{}", run.overview());
        let mut shown = (Vec::new(), Vec::new());
        api.with(|state| {
            let names = state.assets.iter().map(|(_, asset)| asset["name"].clone());
            let mut names: Vec<String> =
                names.map(|name| name.as_str().unwrap().to_owned()).collect();
            names.sort();
            let is_attestation = |asset: &Value| {
                asset["name"].as_str().is_some_and(|name| name.ends_with(".attestation.jsonl"))
            };
            let carried = state.assets.iter().find(|(_, asset)| is_attestation(asset)).unwrap();
            assert_eq!(carried.1["digest"], format!("sha256:{attestation}"));
            shown = (state.releases.clone(), names);
        });
        let writes = api.asked().iter().filter(|asked| !asked.starts_with("GET")).count();
        api.know(&run, settings.run_id, commit, &json!({ "event": "workflow_dispatch" }));
        (shown, writes)
    };
    let ((releases, assets), before) = run();
    assert_eq!((releases.len(), &releases[0]["draft"]), (1, &json!(false)));
    let archive = "tool-1.2.3-linux-x64.tar.gz";
    let sidecar = format!("{archive}.sha256");
    let attestation = "tool-1.2.3.attestation.jsonl";
    let (all, manifest) = ("tool-1.2.3-all.zip", "tool-1.2.3.manifest.json");
    assert_eq!(assets, ["SHA256SUMS", all, archive, &sidecar, attestation, manifest]);
    // It is on record, and public: nothing is written any more.
    assert_eq!(run(), ((releases, assets), before));
}

#[test]
fn a_release_is_resolved_and_proven() {
    let (hub, api, authority) = (GitHub::new(), GitHubApi::new(), Authority::new());
    let sample = Sample::tool();
    let model = sample.path().join("lockstep.yaml");
    let text = fs::read_to_string(&model).unwrap();
    let root = "publishing: { trusted-root: trusted-root.json }\n";
    let text = text.replace("  darwin-arm64: { runner: macos-15 }\n", "");
    let carried = "artifacts: [archive, all], attestation: \"tool-{version}.attestation.jsonl\"";
    let text = text.replace("artifacts: [archive, all]", carried);
    fs::write(&model, text + root).unwrap();
    fs::write(sample.path().join("trusted-root.json"), authority.root()).unwrap();
    let repository = sample.publish(&hub);
    repository.tag("v1.2.3");
    let commit = repository.commit("v1.2.3");
    let mut settings = Settings { run_id: 17, ..settings() };
    // A registry that nobody may publish to: no job of act's has an identity.
    let npm = Npm::new();
    settings.env.push(("npm_config_registry", npm.proxy.address().into()));
    api.with(|state| state.repository = Some(repository.bare().to_owned()));
    settings.env.push(("GITHUB_API_URL", api.address().into()));
    settings.secrets.insert("GITHUB_TOKEN", TOKEN.to_owned());
    let built = repository.run("release.yml", &Event::tag("v1.2.3"), &settings);
    let bundle = Bundle::of(&built);
    api.with(|state| {
        state.environments = ["github-release", "npm"]
            .map(|name| environment_with(name, false, false, false))
            .into();
    });
    api.know(&built, 17, &commit, &json!({}));
    settings.earlier.insert(17, built.uploads());
    settings.run_id = 50;

    // Nobody attested it: that nothing proves where it comes from is said, and no job goes on.
    let unproven = repository.run("release-publish.yml", &dispatch(false), &settings);
    assert_eq!(unproven.job(RESOLVE).outcome, Some(Outcome::Failure), "{}", unproven.overview());
    assert!(said(&unproven).contains("there is no attestation of it"), "{}", said(&unproven));
    assert_eq!(unproven.artifacts(), ["receipt-resolve-1"]);

    // Another run of the same tag attested the same bytes.
    attest(&authority, &api, &bundle.folder, &Claims::of_run("v1.2.3", &commit, 16));
    let of_another = repository.run("release-publish.yml", &dispatch(false), &settings);
    assert!(
        said(&of_another).contains("the run is https://github.com/someone/tool/actions/runs/16")
    );
    assert_eq!(of_another.artifacts(), ["receipt-resolve-1"]);

    // It is proven, but the second opinion that is asked differs.
    let carried = attest_again(&authority, &api, &bundle.folder, &commit);
    let path = settings.path.clone();
    let gh = tempfile::tempdir().unwrap();
    settings.path.insert(0, gh.path().to_owned());
    second_opinion(gh.path(), false);
    let disputed = repository.run("release-publish.yml", &dispatch(true), &settings);
    assert_eq!(disputed.job(RESOLVE).outcome, Some(Outcome::Failure), "{}", disputed.overview());
    let words = "`gh attestation verify` does not agree that release.yml built `manifest.json`: no";
    assert!(said(&disputed).contains(words), "{}", said(&disputed));

    // Both agree. A rehearsal records nothing.
    second_opinion(gh.path(), true);
    let rehearsal = repository.run("release-publish.yml", &dispatch(true), &settings);
    assert_eq!(rehearsal.job(RESOLVE).outcome, Some(Outcome::Success), "{}", rehearsal.overview());
    assert!(rehearsal.artifact("bundle-1").is_some());
    let asked = fs::read_to_string(gh.path().join("asked")).unwrap();
    for claim in [
        "--repo someone/tool --source-ref refs/tags/v1.2.3",
        &format!("--source-digest {commit}"),
        "--signer-workflow someone/tool/.github/workflows/release.yml",
        "--deny-self-hosted-runners",
        "--custom-trusted-root trusted-root.json",
    ] {
        assert!(asked.contains(claim), "{claim}: {asked}");
    }
    settings.path = path;
    let live = repository.run("release-publish.yml", &dispatch(false), &settings);
    assert_eq!(live.job(RESOLVE).outcome, Some(Outcome::Success), "{}", live.overview());

    is_published_once(&repository, &api, &settings, &commit, &carried);

    // It was published in part, and built again: what is recorded counts, and not what is newer.
    let sums = Digest::of_file(&bundle.folder.join("SHA256SUMS")).unwrap().sha256;
    api.with(|state| {
        let record = json!({
            "context": "lockstep/publishes v1.2.3",
            "description": format!("run 17, bundle-1, sha256:{sums}"),
            "creator": { "login": "github-actions[bot]" },
            "target_url": "https://github.com/someone/tool/actions/runs/50",
        });
        state.statuses = vec![status_with(&commit, record)];
    });
    api.know(&live, 50, &commit, &json!({ "event": "workflow_dispatch" }));
    api.know(&built, 18, &commit, &json!({}));
    let again = repository.run("release-publish.yml", &dispatch(false), &settings);
    let resolved = &again.job(RESOLVE).step("Find the build run").outputs;
    assert_eq!(resolved["run-id"], "17", "{}", again.overview());

    // What is attested are other bytes than those that are there now.
    let other = authority.attest(&[("a", &"a".repeat(64))], &Claims::of_run("v1.2.3", &commit, 17));
    api.with(|state| {
        for attested in state.attestations.values_mut() {
            *attested = vec![json!({ "bundle": other, "repository_id": 1 })];
        }
    });
    let exchanged = repository.run("release-publish.yml", &dispatch(false), &settings);
    assert_eq!(exchanged.job(RESOLVE).outcome, Some(Outcome::Failure), "{}", exchanged.overview());
    assert!(said(&exchanged).contains("the signature does not hold"), "{}", said(&exchanged));
}
