//! Installing what a channel serves, as its users do, and running it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lockstep_bundle::places;
use lockstep_channels::apart;
use lockstep_clients::users::{Ended, Log, binstall, brew, cargo, node, python};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{ArtifactKind, NpmClient, PypiClient, Smoke};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{
    CargoBinstallPlan, ChannelPlan, Destination, HomebrewPlan, Plan, PlannedFile, PypiPlan,
    TargetPlan,
};
use lockstep_schemas::strings::Version;
use lockstep_smoke::{Installed, Script, prints};

use crate::assets::Assets;
use crate::wanted::Wanted;

/// What users do who have no client.
const DOWNLOAD: &str = "download";

/// What is installed, for whom, and where it is told.
pub(crate) struct Installation<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) channel: &'a ChannelPlan,
    pub(crate) version: &'a Version,
    pub(crate) target: Option<&'a TargetPlan>,
    /// The check.
    pub(crate) smoke: Option<&'a Smoke>,
    /// All files of the channel.
    pub(crate) wanted: &'a [Wanted<'a>],
    /// The release's assets, for a channel that users download from.
    pub(crate) assets: Assets<'a>,
    pub(crate) server: &'a str,
    /// The folder of logs.
    pub(crate) logs: &'a Path,
    /// How long a client, or a check, may take.
    pub(crate) limit: Duration,
}

/// What came of one client.
#[derive(Debug)]
pub(crate) struct Tried {
    /// The client.
    pub(crate) client: &'static str,
    /// That it installed it and that ran, or what is wrong.
    pub(crate) result: Result<(), Diagnostic>,
    /// Whether it did not install it: it can be that it does not see the version yet, though the channel shows it.
    pub(crate) may_come: bool,
}

impl Installation<'_> {
    /// Installs it by each client, and runs the channel's check.
    pub(crate) fn install(&self) -> Vec<Tried> {
        let tried = |client: &'static str, by: &dyn Fn(&Path, &Log) -> Install| {
            let installed = self.by(client, by);
            let may_come =
                installed.as_ref().is_err_and(|problem| problem.rule == Rule::ClientFailed);
            let result = installed.map_err(|problem| self.worded(client, problem));
            Tried { client, result, may_come }
        };
        match &self.channel.to {
            Destination::GithubRelease(_) => {
                vec![tried(DOWNLOAD, &|folder, _| self.assets.install(self.own(), folder))]
            }
            Destination::Npm(npm) => {
                let by = |client: &NpmClient| {
                    tried(client.id(), &|folder, log| self.npm_packages(*client, folder, log))
                };
                npm.clients.iter().map(by).collect()
            }
            Destination::Pypi(PypiPlan { clients, index, .. }) => {
                let index = index.as_ref().map(|index| index.install.as_str());
                let by = |client: &PypiClient| {
                    tried(client.id(), &|folder, log| self.projects(*client, index, folder, log))
                };
                clients.iter().map(by).collect()
            }
            Destination::CratesIo(_) => {
                vec![tried("cargo", &|folder, log| self.crates(folder, log))]
            }
            Destination::Homebrew(plan) => {
                vec![tried("brew", &|folder, log| self.formula(plan, folder, log))]
            }
            Destination::CargoBinstall(plan) => {
                vec![tried("cargo-binstall", &|folder, log| self.programs(plan, folder, log))]
            }
        }
    }

    fn own(&self) -> impl Iterator<Item = &Wanted<'_>> {
        self.wanted.iter().filter(|one| one.is_own)
    }

    /// Installs by one client in folders of its own, and runs the check.
    fn by(
        &self,
        client: &'static str,
        install: &dyn Fn(&Path, &Log) -> Install,
    ) -> Result<(), Diagnostic> {
        let folder = apart()?;
        let log = Log::begin(self.log(client), self.limit)?;
        let (installed, file) = install(folder.path(), &log)?;
        self.check(client, &installed, file.as_deref(), &log)
    }

    /// Where what a client says is kept.
    fn log(&self, client: &str) -> PathBuf {
        self.logs.join(format!("{}-{client}.log", self.channel.kind().id()))
    }

    /// What is wrong, as a release's maintainers are told.
    fn worded(&self, client: &str, problem: Diagnostic) -> Diagnostic {
        // Those say it all.
        let says_all =
            [Rule::ClientMissing, Rule::FileUnwritable, Rule::OtherBytes, Rule::DeliveryFailed];
        if says_all.contains(&problem.rule) {
            return problem;
        }
        let place = self.channel.kind().place();
        let message = format!("what users get from {place}: {}", problem.message);
        let kept = format!("all that {client} said is in {}", self.log(client).shown());
        Diagnostic::new(Rule::DeliveryFailed, message).with_remedy(problem.remedy.unwrap_or(kept))
    }

    /// Runs the channel's check, where it has one, in each build mode.
    fn check(
        &self,
        client: &str,
        installed: &Installed,
        file: Option<&Path>,
        log: &Log,
    ) -> Result<(), Diagnostic> {
        let Some(smoke) = self.smoke else { return Ok(()) };
        let script = Script { smoke, file, installed, target: self.target, version: self.version };
        let what = match client {
            DOWNLOAD => "what users download from".to_owned(),
            client => format!("what {client} installs from"),
        };
        let what = format!("{what} {}", self.channel.kind().place());
        for mode in &self.plan.modes {
            let (ended, said) = log.follow(&mut script.command(*mode)?)?;
            let how = match ended {
                Ended::TooLate => {
                    let late = log.too_late(&format!("{what} does not run in mode {}", mode.id()));
                    return Err(Diagnostic { rule: Rule::DeliveryFailed, ..late });
                }
                Ended::With(status) if !status.success() => {
                    format!("does not run in mode {}: the script ended with {status}", mode.id())
                }
                Ended::With(_) if smoke.prints_version && !prints(&said, self.version) => {
                    format!("does not print {} in mode {}", self.version, mode.id())
                }
                Ended::With(_) => continue,
            };
            let message = format!("{what} {how}\n{}", Log::tail(&said));
            return Err(Diagnostic::new(Rule::DeliveryFailed, message.trim_end())
                .with_remedy(format!("all that was said is in {}", log.path().shown())));
        }
        Ok(())
    }

    /// Packages of npm: those that users name. What those list of a platform comes with them.
    fn npm_packages(&self, client: NpmClient, folder: &Path, log: &Log) -> Install {
        let listed: Vec<&lockstep_schemas::strings::Id> = self
            .own()
            .filter_map(|one| {
                let Some(PlannedFile::NpmPackage(plan)) = one.planned else { return None };
                plan.platform_packages.as_ref()
            })
            .collect();
        let comes_along = |one: &&Wanted<'_>| {
            one.planned.is_some_and(|planned| {
                listed.contains(&planned.artifact()) && one.kind == ArtifactKind::NpmPlatformPackage
            })
        };
        let named: Vec<&str> =
            self.own().filter(|one| !comes_along(one)).map(Wanted::package).collect();
        // npm leaves out what stands behind a `+`.
        let version = self.version.without_build();
        let packages: Vec<String> = named.iter().map(|name| format!("{name}@{version}")).collect();
        let modules = node::install(client, &packages, folder, log)?;
        for one in self.own() {
            if places(&modules, one.package()).is_empty() {
                let message = format!(
                    "{} does not install `{}` with {}",
                    client.id(),
                    one.package(),
                    packages.join(" ")
                );
                return Err(Diagnostic::new(Rule::DeliveryFailed, message).with_remedy(
                    "`os`, `cpu`, `libc` or `engines` of the package do not match this machine",
                ));
            }
        }
        let folder = named.first().map_or_else(|| modules.clone(), |name| modules.join(name));
        let programs = vec![modules.join(".bin")];
        Ok((Installed { folder, programs, how: format!("by {}", client.id()) }, None))
    }

    fn projects(
        &self,
        client: PypiClient,
        index: Option<&str>,
        folder: &Path,
        log: &Log,
    ) -> Install {
        let version = self.version.python();
        let version = version.as_deref().unwrap_or(self.version.as_str());
        let mut projects: Vec<python::Project<'_>> = Vec::new();
        for one in self.own() {
            let form = match one.kind {
                ArtifactKind::Sdist => python::Form::Source,
                ArtifactKind::Wheel
                | ArtifactKind::Archive
                | ArtifactKind::NpmPackage
                | ArtifactKind::NpmPlatformPackage
                | ArtifactKind::Crate
                | ArtifactKind::Binary => python::Form::Wheel,
            };
            let name = one.package();
            if !projects.iter().any(|project| project.name == name) {
                projects.push(python::Project { name, version, form, digests: Vec::new() });
            }
            if let Some(project) = projects.iter_mut().find(|project| project.name == name) {
                project.digests.extend(&one.sha256);
            }
        }
        let environment = python::install(client, &projects, index, folder, log)?;
        let programs = vec![python::programs(&environment)];
        Ok((Installed { folder: environment, programs, how: format!("by {}", client.id()) }, None))
    }

    fn crates(&self, folder: &Path, log: &Log) -> Install {
        let mut installed = Installed {
            folder: folder.to_owned(),
            programs: Vec::new(),
            how: "by cargo".to_owned(),
        };
        for one in self.own() {
            let (name, version) = (one.package(), self.version.as_str());
            let fetched = cargo::fetch(name, version, folder, log)?;
            let wanted = one.sha256.as_ref().map(ToString::to_string);
            if fetched.checksum.is_some() && fetched.checksum != wanted {
                let message = format!("cargo downloads other bytes as {name} {version}");
                return Err(Diagnostic::new(Rule::OtherBytes, message));
            }
            if fetched.has_programs {
                installed.programs = vec![cargo::install(name, version, folder, log)?];
            } else {
                cargo::check(&fetched.project, folder, log)?;
            }
            installed.folder = fetched.project;
        }
        Ok((installed, None))
    }

    fn formula(&self, plan: &HomebrewPlan, folder: &Path, log: &Log) -> Install {
        // What it leads to, whatever Homebrew keeps of an earlier download.
        self.assets.install(self.own(), &folder.join("archives"))?;
        let address = format!("{}/{}", self.server, plan.tap);
        let path = plan.formula.as_str();
        let name = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rb");
        let prefix = brew::install(&plan.tap, &address, name, folder, log)?;
        let programs = vec![prefix.join("bin")];
        Ok((Installed { folder: prefix, programs, how: "by brew".to_owned() }, None))
    }

    fn programs(&self, plan: &CargoBinstallPlan, folder: &Path, log: &Log) -> Install {
        let mut crates = self.plan.crates().filter(|one| one.id == plan.crate_artifact);
        let package = crates.next().map_or("", |one| one.package.as_str());
        self.assets.install(self.own(), &folder.join("archives"))?;
        let triple = self.target.map(|target| target.triple.as_str());
        let programs =
            vec![binstall::install(package, self.version.as_str(), triple, folder, log)?];
        let (folder, how) = (folder.to_owned(), "by cargo-binstall".to_owned());
        Ok((Installed { folder, programs, how }, None))
    }
}

/// What was installed, and the one file that it is, where it is one.
type Install = Result<(Installed, Option<PathBuf>), Diagnostic>;
