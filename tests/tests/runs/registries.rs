//! From the tag to every registry, stopped by one of them and gone on with, under act.

use std::fs;
use std::process::Command;

use lockstep_tests::authority::{Authority, Claims};
use lockstep_tests::bundle::Bundle;
use lockstep_tests::github_api::{GitHubApi, TOKEN, environment_with};
use lockstep_tests::program;
use lockstep_tests::registries::{Cargo, Fault, Npm, Pypi};
use lockstep_tests::runs::{Event, GitHub, Outcome, Repository, Run, Settings};
use lockstep_tests::samples::{Sample, settings};
use serde_json::{Value, json};

use crate::publishing::{attest, dispatch};

/// The registries, and the GitHub that the release is on.
struct World {
    npm: Npm,
    pypi: Pypi,
    cargo: Cargo,
    api: GitHubApi,
}

impl World {
    fn new() -> Self {
        let (npm, pypi, cargo) = (Npm::new(), Pypi::new(), Cargo::new());
        Self { npm, pypi, cargo, api: GitHubApi::new() }
    }

    /// A runner on which every client is configured for these registries.
    fn settings(&self) -> Settings {
        let mut settings = settings();
        let env = self.npm.env().into_iter().chain(self.pypi.env()).chain(self.cargo.env());
        // Each job has the token of its own channel.
        let env = env.filter(|(name, _)| *name != "LOCKSTEP_TOKEN");
        settings.env.extend(env.map(|(name, value)| (name, value.into())));
        settings.env.push(("GITHUB_API_URL", self.api.address().into()));
        settings.path.splice(0..0, Npm::folders());
        for (name, token) in [
            ("GITHUB_TOKEN", TOKEN),
            ("NPM_TOKEN", self.npm.token()),
            ("PYPI_API_TOKEN", "pypi-aToken"),
            ("CARGO_REGISTRY_TOKEN", "a-token"),
            ("HOMEBREW_TAP_TOKEN", "ghp_aToken"),
        ] {
            settings.secrets.insert(name, token.to_owned());
        }
        settings
    }

    /// The names that the index of Python packages and that of crates have.
    fn names_are_begun(&self) {
        fs::write(self.pypi.files.path().join("beads-0.0.0.tar.gz"), "").unwrap();
        let registry = self.cargo.folder.path().join("registry");
        for name in ["beads", "beads-core"] {
            let place = registry.join("be/ad").join(name);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            let line = json!({ "name": name, "vers": "0.0.0", "deps": [], "cksum": "0".repeat(64), "features": {}, "yanked": false });
            fs::write(place, format!("{line}\n")).unwrap();
        }
        for arguments in [["add", "--all"], ["commit", "--message=Begin"]] {
            let git = Command::new("git")
                .args(["-c", "user.name=Test", "-c", "user.email=test@localhost"])
                .args(arguments)
                .current_dir(&registry)
                .output()
                .unwrap();
            assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
        }
    }

    /// What was written to registries so far.
    fn writes(&self) -> Vec<String> {
        let proxies = [&self.npm.proxy, &self.pypi.proxy, &self.cargo.proxy];
        let asked = proxies.into_iter().flat_map(|proxy| proxy.with(|state| state.asked.clone()));
        asked.filter(|asked| !asked.starts_with("GET") && !asked.starts_with("HEAD")).collect()
    }

    /// That no registry was asked to take anything twice, but what it had refused.
    fn took_each_once(&self) {
        let writes = self.writes();
        let count = |of: &str| writes.iter().filter(|write| write.contains(of)).count();
        assert_eq!(count("api/v1/crates/new"), 2, "{writes:?}");
        assert_eq!(count("POST /beads-1.2.3"), 3, "{writes:?}");
        // One of the three was asked for twice: npm had refused it.
        assert_eq!(count("PUT /@someone/beads"), 4, "{writes:?}");
    }

    /// A maintainer takes the version back, by logins of their own; what PyPI has is left, and said.
    fn takes_back(&self, repository: &Repository<'_>, hub: &GitHub) {
        let clone = tempfile::tempdir().unwrap();
        repository.clone_at("refs/heads/main", clone.path());
        let npmrc = clone.path().join("npmrc");
        let registry = self.npm.proxy.address();
        let registry = registry.trim_start_matches("http:");
        fs::write(&npmrc, format!("{registry}:_authToken={}\n", self.npm.token())).unwrap();
        let env = self.npm.env().into_iter().chain(self.pypi.env()).chain(self.cargo.env());
        let env = env.filter(|(name, _)| *name != "LOCKSTEP_TOKEN");
        let path = std::env::join_paths(
            Npm::folders()
                .into_iter()
                .chain([lockstep_tests::tools::folder().join("bin")])
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        );
        let output = Command::new(program::folder().join("lockstep"))
            .args(["yank", "v1.2.3", "--reason", "It deletes files"])
            .current_dir(clone.path())
            .env("PATH", path.unwrap())
            .envs(env)
            .env("npm_config_userconfig", npmrc)
            .env("CARGO_REGISTRIES_TEST_TOKEN", "a-token")
            .env("GITHUB_API_URL", self.api.address())
            .env("GITHUB_TOKEN", TOKEN)
            .env("GIT_CONFIG_GLOBAL", hub.git_config())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
        let said = said.concat();
        for wanted in [
            "put on record",
            "the release says that it is taken back",
            "deprecated @someone/beads@1.2.3 on npm",
            "yanked beads 1.2.3",
            "beads 1.2.3 is for you to yank on PyPI",
            // There is no formula before this one.
            "Formula/beads.rb of someone/homebrew-tap was never of a version before",
        ] {
            assert!(said.contains(wanted), "{wanted}: {said}");
        }
    }

    /// Whether the release is public.
    fn is_public(&self) -> bool {
        let mut public = false;
        self.api.with(|state| public = state.releases.iter().any(|one| one["draft"] == false));
        public
    }
}

fn receipt(run: &Run, name: &str) -> Vec<(String, String, String)> {
    let file = run.artifact(&format!("receipt-{name}-1")).unwrap().join("receipt.json");
    let receipt: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let files = receipt["files"].as_array().unwrap().iter();
    files.map(|file| (text(&file["name"]), text(&file["did"]), text(&file["now"]))).collect()
}

/// A formula that Lockstep writes and pushes, below the other channels of the model.
const FORMULA: &str = "  homebrew:
    artifacts: [archive]
    tap: someone/homebrew-tap
    formula: Formula/beads.rb
    update: push
    contents: { install: bin.install \"beads\" }
    tiers: { default: preview }
";

/// Each address of a formula is that of an asset, with its digest below.
fn formula_leads_to_the_release(formula: &str, bundle: &Bundle) {
    let sums = fs::read_to_string(bundle.folder.join("SHA256SUMS")).unwrap();
    let is_archive = |line: &&str| line.contains("  beads-1.2.3-") && line.ends_with(".tar.gz");
    let archives = sums.lines().filter(is_archive);
    for archive in archives {
        let (digest, name) = archive.split_once("  ").unwrap();
        let place = format!("releases/download/v1.2.3/{name}\"\n      sha256 \"{digest}\"\n");
        assert!(formula.contains(&place), "{formula}");
    }
    assert_eq!(formula.matches("sha256").count(), 2, "{formula}");
}

/// Users of this machine's platform can have all of it, and it ran; of what nobody is promised it is told what is wrong.
fn delivered(run: &Run) {
    let of = |channel: &str, users: &str| {
        let job = format!("deliver-{channel}-{users}");
        let file = run.artifact(&format!("receipt-{job}-1")).unwrap().join("receipt.json");
        let receipt: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let [delivery] = receipt["deliveries"].as_array().unwrap().as_slice() else {
            panic!("{receipt}");
        };
        let clients = delivery["clients"].as_array().into_iter().flatten();
        let clients: Vec<&str> = clients.map(|client| client.as_str().unwrap()).collect();
        format!("{} {}", delivery["result"].as_str().unwrap(), clients.join(","))
    };
    for (channel, users, wanted) in [
        ("github-release", "linux-x64", "passed download"),
        ("npm", "linux-x64", "passed npm,pnpm"),
        ("pypi", "linux-x64", "passed uv,pip"),
        ("pypi", "any", "passed uv,pip"),
        ("crates-io", "any", "passed cargo"),
        // What is of another platform is not installed here, and no Homebrew is.
        ("npm", "darwin-arm64", "failed "),
        ("pypi", "darwin-arm64", "failed "),
        ("homebrew", "linux-x64", "failed "),
    ] {
        assert_eq!(of(channel, users), wanted, "{channel} {users}: {}", run.overview());
    }
    assert!(run.artifact("delivery-npm-linux-x64-1").unwrap().join("npm-pnpm.log").is_file());
}

/// That a run stopped where the registries have none of the names.
fn nameless(run: &Run) {
    for (job, outcome) in [
        ("Check npm", Outcome::Success),
        ("Check PyPI", Outcome::Failure),
        ("Check crates.io", Outcome::Failure),
    ] {
        assert_eq!(run.job(job).outcome, Some(outcome), "{}", run.overview());
    }
}

fn published(repository: &Repository<'_>, settings: &Settings, rehearsal: bool) -> Run {
    let event: Event = dispatch(rehearsal);
    repository.run("release-publish.yml", &event, settings)
}

#[test]
fn from_tag_to_every_registry() {
    let (hub, world, authority) = (GitHub::new(), World::new(), Authority::new());
    let sample = Sample::beads();
    let model = sample.path().join("lockstep.yaml");
    let text = fs::read_to_string(&model).unwrap();
    let root = "publishing: { trusted-root: trusted-root.json, delivery-interval-seconds: 1 }\n";
    fs::write(&model, text + FORMULA + root).unwrap();
    fs::write(sample.path().join("trusted-root.json"), authority.root()).unwrap();
    let repository = sample.publish(&hub);
    repository.tag("v1.2.3");
    let taps = tempfile::tempdir().unwrap();
    let tap = hub.create("someone/homebrew-tap", taps.path());
    let heads =
        || hub.git(&["for-each-ref", "--format=%(refname:lstrip=2) %(subject)"], tap.bare());
    let commit = repository.commit("v1.2.3");
    world.api.with(|state| {
        state.repository = Some(repository.bare().to_owned());
        state.environments = ["github-release", "npm", "pypi", "crates-io", "homebrew"]
            .map(|name| environment_with(name, false, false, false))
            .into();
    });
    let mut settings = Settings { run_id: 17, ..world.settings() };
    let built = repository.run("release.yml", &Event::tag("v1.2.3"), &settings);
    let bundle = Bundle::of(&built);
    world.api.know(&built, 17, &commit, &json!({}));
    let claims = Claims::of_run("v1.2.3", &commit, 17);
    attest(&authority, &world.api, &bundle.folder, &claims);
    settings.earlier.insert(17, built.uploads());
    settings.run_id = 50;

    // Names that are not there are found before anything is written anywhere.
    nameless(&published(&repository, &settings, false));
    assert_eq!(world.writes(), [""; 0]);
    world.names_are_begun();

    let rehearsal = published(&repository, &settings, true);
    assert!(rehearsal.succeeded(), "{}", rehearsal.overview());
    assert_eq!(world.writes(), [""; 0]);
    assert_eq!(heads(), "main First");
    for name in ["npm", "pypi", "crates-io", "prepare-formula", "publish-formula"] {
        let files = receipt(&rehearsal, name);
        let is_rehearsed =
            |(_, did, now): &(String, String, String)| did == "rehearsed" && now == "absent";
        assert!(files.iter().all(is_rehearsed), "{name}: {files:?}");
    }

    // npm does not take one package: what depends on it stays back, and the release is not public.
    let refused = vec![Fault::Answer(401, [].into(), "{}".to_owned())];
    world.npm.proxy.with(|state| {
        state.rules.writes.insert("@someone/beads-linux-x64".to_owned(), refused);
    });
    let stopped = published(&repository, &settings, false);
    assert_eq!(
        stopped.job("Publish to npm").outcome,
        Some(Outcome::Failure),
        "{}",
        stopped.overview()
    );
    assert!(!world.is_public(), "{}", stopped.overview());
    assert_eq!(heads(), "lockstep/beads/v1.2.3 beads 1.2.3\nmain First");
    let files = receipt(&stopped, "npm");
    let of = |name: &str| files.iter().find(|file| file.0.starts_with(name)).unwrap().2.clone();
    assert_eq!(of("someone-beads-1.2.3"), "absent");
    assert_eq!(of("someone-beads-darwin-arm64"), "ours");
    world.api.know(
        &stopped,
        50,
        &commit,
        &json!({ "event": "workflow_dispatch", "conclusion": "failure" }),
    );

    // The same again goes on, and publishes nothing twice.
    settings.run_id = 51;
    let resumed = published(&repository, &settings, false);
    for job in [
        "Publish to npm",
        "Publish to PyPI",
        "Publish to crates.io",
        "Publish the GitHub release",
        "Publish the formula",
    ] {
        assert_eq!(resumed.job(job).outcome, Some(Outcome::Success), "{}", resumed.overview());
    }
    assert!(resumed.succeeded(), "{}", resumed.overview());
    delivered(&resumed);
    assert!(world.is_public());
    assert_eq!(heads(), "main beads 1.2.3");
    formula_leads_to_the_release(&hub.git(&["show", "main:Formula/beads.rb"], tap.bare()), &bundle);
    world.api.know(&resumed, 51, &commit, &json!({ "event": "workflow_dispatch" }));
    world.took_each_once();

    // Everything is there: nothing is left to do.
    let before = world.writes();
    settings.run_id = 52;
    let again = published(&repository, &settings, false);
    assert_eq!(world.writes(), before, "{}", again.overview());
    assert_eq!(heads(), "main beads 1.2.3");
    for name in ["npm", "pypi", "crates-io", "publish-formula"] {
        let files = receipt(&again, name);
        assert!(files.iter().all(|(_, did, now)| did == "nothing" && now == "ours"), "{files:?}");
    }
    // The same of any version that is public, by hand: its release has the manifest.
    let inputs = [("version".to_owned(), "1.2.3".to_owned())].into();
    let event = Event::Dispatch { git_ref: "refs/tags/v1.2.3".to_owned(), inputs };
    delivered(&repository.run("verify.yml", &event, &settings));
    world.takes_back(&repository, &hub);
    let again = repository.run("release.yml", &Event::tag("v1.2.3"), &settings);
    let said = &again.job("Context").step("Resolve tag, commit and sources").log;
    assert!(said.contains("v1.2.3 was taken back: It deletes files"), "{}", again.overview());
}
