//! xsnap-worker's packages get to npm by trusted publishing, under act: a switch that is off, a rehearsal, one platform that is
//! refused, and the rest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use lockstep_tests::authority::{Authority, Claims};
use lockstep_tests::bundle::Bundle;
use lockstep_tests::github_api::{GitHubApi, TOKEN, environment_with};
use lockstep_tests::registries::{Fault, Npm};
use lockstep_tests::root;
use lockstep_tests::runs::{Event, GitHub, Outcome, Repository, Run, Settings};
use lockstep_tests::samples::settings;
use serde_json::{Value, json};

use crate::publishing::attest;

const TARGETS: [&str; 4] = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

/// npm's registry, the GitHub that the release is on, and who attests what it built.
pub(crate) struct World {
    npm: Npm,
    api: GitHubApi,
    authority: Authority,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { npm: Npm::new(), api: GitHubApi::new(), authority: Authority::new() }
    }

    /// A project takes the word of this authority.
    pub(crate) fn trusted_by(&self, project: &Path) {
        let model = project.join("lockstep.yaml");
        let text = fs::read_to_string(&model).unwrap();
        fs::write(&model, text + "publishing: { trusted-root: trusted-root.json, delivery-interval-seconds: 1 }\n").unwrap();
        fs::write(project.join("trusted-root.json"), self.authority.root()).unwrap();
    }

    /// A runner with an identity that npm trusts, and without any token of its registry.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = settings();
        settings.env.extend(self.npm.trusts().map(|(name, value)| (name, value.into())));
        settings.env.push(("GITHUB_API_URL", self.api.address().into()));
        settings.path.splice(0..0, Npm::folders());
        settings.secrets.insert("GITHUB_TOKEN", TOKEN.to_owned());
        settings
    }

    /// Publishes a bundle: not while the switch is off, then but for one package, then all of it.
    pub(crate) fn publishes(&self, repository: &Repository<'_>, built: &Run, bundle: &Bundle) {
        let commit = repository.commit("v0.15.0");
        self.api.with(|state| {
            state.repository = Some(repository.bare().to_owned());
            state.environments = ["github-release", "npm"]
                .map(|name| environment_with(name, false, false, false))
                .into();
        });
        self.api.know(built, 4711, &commit, &json!({ "head_branch": "v0.15.0" }));
        let claims = Claims::of_run("v0.15.0", &commit, 4711);
        attest(&self.authority, &self.api, &bundle.folder, &claims);
        for target in TARGETS {
            self.npm.begin(&format!("@agoric/xsnap-{target}"));
        }
        let mut settings = Settings { run_id: 50, ..self.settings() };
        settings.earlier.insert(4711, built.uploads());

        let off = dispatched(repository, &settings, false);
        assert_eq!(off.job("Check npm").outcome, Some(Outcome::Failure), "{}", off.overview());
        settings.variables.insert("NPM_PUBLISH_ENABLED", "true");
        let rehearsal = dispatched(repository, &settings, true);
        assert!(rehearsal.succeeded(), "{}", rehearsal.overview());
        assert_eq!(self.has(), BTreeMap::new());

        let refused = vec![Fault::Answer(401, [].into(), "{}".to_owned())];
        self.npm.proxy.with(|state| {
            state.rules.writes.insert("@agoric/xsnap-linux-arm64".to_owned(), refused);
        });
        let stopped = dispatched(repository, &settings, false);
        let outcome = |run: &Run, job: &str| run.job(job).outcome;
        let overview = stopped.overview();
        assert_eq!(outcome(&stopped, "Publish to npm"), Some(Outcome::Failure), "{overview}");
        assert!(!self.is_public(), "{overview}");
        self.api.know(
            &stopped,
            50,
            &commit,
            &json!({ "head_branch": "v0.15.0", "event": "workflow_dispatch", "conclusion": "failure" }),
        );

        settings.run_id = 51;
        let resumed = dispatched(repository, &settings, false);
        for job in ["Publish to npm", "Publish the GitHub release"] {
            assert_eq!(outcome(&resumed, job), Some(Outcome::Success), "{}", resumed.overview());
        }
        assert!(self.is_public());
        // Users of this machine's platform can have it; it is of no other.
        let file =
            resumed.artifact("receipt-deliver-npm-linux-x64-1").unwrap().join("receipt.json");
        let receipt: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        assert_eq!(receipt["deliveries"][0]["result"], "passed", "{}", resumed.overview());
        let wanted: BTreeMap<String, String> = bundle
            .manifest
            .artifacts
            .iter()
            .filter_map(|one| Some((one.name.to_string(), one.integrity.as_ref()?.to_string())))
            .collect();
        assert_eq!(self.has(), wanted);
        let taken = self.npm.proxy.with(|state| state.taken.clone());
        assert_eq!(taken.len(), TARGETS.len(), "{taken:?}");
    }

    /// In another repository, which has no plan, the gate opens: npm serves what the release has, and so does what is installed. It
    /// stays shut for a package that is another.
    pub(crate) fn gates(&self, hub: &GitHub) {
        let folder = tempfile::tempdir().unwrap();
        let gate = folder.path().join(".github/workflows/gate.yml");
        fs::create_dir_all(gate.parent().unwrap()).unwrap();
        let downstream = root().join("workflows/xsnap-worker/downstream/gate.yml");
        let text = fs::read_to_string(downstream).unwrap();
        // The stand-in of GitHub knows one repository, and no authority of Sigstore's.
        let text = text.replace("Agoric/xsnap-worker-binaries", "someone/tool");
        let token = "          token: ${{ github.token }}\n";
        assert!(text.contains(token), "{text}");
        let root_of = "          trusted-root: trusted-root.json\n";
        fs::write(&gate, text.replace(token, &format!("{token}{root_of}"))).unwrap();
        fs::write(folder.path().join("trusted-root.json"), self.authority.root()).unwrap();
        let packages = TARGETS.map(|target| (format!("@agoric/xsnap-{target}"), "0.15.0"));
        let packages: BTreeMap<String, &str> = packages.into();
        let package = json!({ "name": "sdk", "version": "1.0.0", "private": true, "optionalDependencies": packages });
        fs::write(folder.path().join("package.json"), package.to_string()).unwrap();
        let lock = Command::new("npm")
            .args([
                "install",
                "--package-lock-only",
                "--omit-lockfile-registry-resolved",
                "--no-audit",
            ])
            .current_dir(folder.path())
            .env("PATH", Npm::path())
            .envs(self.npm.env())
            .output()
            .unwrap();
        assert!(lock.status.success(), "{}", String::from_utf8_lossy(&lock.stderr));
        let repository = hub.create("someone/sdk", folder.path());
        let settings = Settings { run_id: 90, ..self.settings() };
        let gate = |version: &str| {
            let inputs = [("version".to_owned(), version.to_owned())].into();
            let event = Event::Dispatch { git_ref: "refs/heads/main".to_owned(), inputs };
            repository.run("gate.yml", &event, &settings)
        };
        let open = gate("0.15.0");
        assert!(open.succeeded(), "{}", open.overview());
        let compared =
            &open.job("xsnap-worker 0.15.0").step("Compare what is installed with the release").log;
        assert!(compared.contains("@agoric/xsnap-linux-x64 0.15.0"), "{compared}");
        let place = "@agoric/xsnap-darwin-x64/-/xsnap-darwin-x64-0.15.0.tgz";
        self.npm.proxy.with(|state| {
            let other = Fault::Answer(200, [].into(), "something else".to_owned());
            state.rules.reads.insert(place.to_owned(), vec![other]);
        });
        let other = gate("0.15.0");
        let job = other.job("xsnap-worker 0.15.0");
        let said = &job.step("Wait until npm serves what the release has").log;
        assert!(said.contains("npm serves another file"), "{}", other.overview());
        let installs =
            job.steps.iter().any(|step| step.name == "Install" && step.outcome.is_some());
        assert!(!installs, "{}", other.overview());
    }

    /// The digest of each package that npm has, by its file's name.
    fn has(&self) -> BTreeMap<String, String> {
        let names: Vec<String> = TARGETS.map(|target| format!("@agoric/xsnap-{target}")).into();
        self.npm.digests_of(names.iter().map(String::as_str), "0.15.0")
    }

    fn is_public(&self) -> bool {
        let mut public = false;
        self.api.with(|state| public = state.releases.iter().any(|one| one["draft"] == false));
        public
    }
}

fn dispatched(repository: &Repository<'_>, settings: &Settings, rehearsal: bool) -> Run {
    let inputs = [("release_tag", "v0.15.0".to_owned()), ("rehearsal", rehearsal.to_string())];
    let inputs = inputs.map(|(name, value)| (name.to_owned(), value)).into();
    let event = Event::Dispatch { git_ref: "refs/tags/v0.15.0".to_owned(), inputs };
    repository.run("release-publish.yml", &event, settings)
}
