//! Installing what a channel serves, as its users do, and running it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lockstep_archives::{Format, unpack};
use lockstep_bundle::{Digest, is_executable};
use lockstep_clients::npm::places;
use lockstep_clients::users::{Ended, Log, binstall, brew, cargo, node, python};
use lockstep_registries::Web;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{ArtifactKind, NpmClient};
use lockstep_schemas::plan::{
    CargoBinstallPlan, ChannelPlan, Destination, HomebrewPlan, NpmPlan, Plan, PlannedFile,
    PypiPlan, TargetPlan,
};
use lockstep_schemas::strings::Version;
use lockstep_smoke::{Installed, Script, prints};

use crate::look::{Look, apart};
use crate::outcome::place;
use crate::wanted::Wanted;

/// What users do who have no client.
const DOWNLOAD: &str = "download";

/// What is installed, for whom, and where it is told.
pub(crate) struct Installation<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) channel: &'a ChannelPlan,
    pub(crate) version: &'a Version,
    pub(crate) target: Option<&'a TargetPlan>,
    /// All files of the channel.
    pub(crate) wanted: &'a [Wanted<'a>],
    /// The channel, as it was looked at.
    pub(crate) look: &'a dyn Look,
    pub(crate) web: &'a Web<'a>,
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
}

impl Installation<'_> {
    /// Installs it by each client, and runs the channel's check.
    pub(crate) fn install(&self) -> Vec<Tried> {
        let tried = |client: &'static str, by: &dyn Fn(&Path, &Log) -> Install| Tried {
            client,
            result: self.by(client, by),
        };
        match &self.channel.to {
            Destination::GithubRelease(_) => {
                let own = self
                    .own()
                    .filter(|one| matches!(one.kind, ArtifactKind::Archive | ArtifactKind::Binary));
                own.map(|one| tried(DOWNLOAD, &|folder, _| self.asset(one, folder))).collect()
            }
            Destination::Npm(npm) => {
                let by = |client: &NpmClient| {
                    tried(client.id(), &|folder, log| self.npm_packages(*client, folder, log))
                };
                let NpmPlan { clients, .. } = npm;
                clients.iter().map(by).collect()
            }
            Destination::Pypi(PypiPlan { clients, index, .. }) => {
                let index = index.as_ref().map(|index| index.install.as_str());
                let by = |client: &lockstep_schemas::model::PypiClient| {
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
        let (folder, place) = (apart()?, place(self.channel.kind()));
        let path = self.logs.join(format!("{}-{client}.log", self.channel.kind().id()));
        let log = Log::begin(path, self.limit)?;
        let failed = |problem: Diagnostic| {
            // Those say it all.
            if [Rule::ClientMissing, Rule::FileUnwritable, Rule::OtherBytes].contains(&problem.rule)
            {
                return problem;
            }
            let message = format!("what users get from {place}: {}", problem.message);
            let kept = format!("all that {client} said is in {}", log.path().display());
            Diagnostic::new(Rule::DeliveryFailed, message)
                .with_remedy(problem.remedy.unwrap_or(kept))
        };
        let (installed, file) = install(folder.path(), &log).map_err(failed)?;
        self.check(client, &installed, file.as_deref(), &log)
    }

    /// Runs the channel's check, where it has one, in each build mode.
    fn check(
        &self,
        client: &str,
        installed: &Installed,
        file: Option<&Path>,
        log: &Log,
    ) -> Result<(), Diagnostic> {
        let Some(smoke) = &self.channel.smoke else { return Ok(()) };
        let script = Script { smoke, file, installed, target: self.target, version: self.version };
        let what = match client {
            DOWNLOAD => "what users download from".to_owned(),
            client => format!("what {client} installs from"),
        };
        let what = format!("{what} {}", place(self.channel.kind()));
        for mode in &self.plan.modes {
            let then = log.end();
            let ended = log.follow(&mut script.command(*mode)?)?;
            let said = log.said_since(then);
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
            let message = format!("{what} {how}\n{said}");
            return Err(Diagnostic::new(Rule::DeliveryFailed, message.trim_end())
                .with_remedy(format!("all that was said is in {}", log.path().display())));
        }
        Ok(())
    }

    /// An asset of the release.
    fn asset(&self, one: &Wanted<'_>, folder: &Path) -> Install {
        let address = self.look.address(&one.name);
        let missing = || {
            Diagnostic::new(Rule::DeliveryFailed, format!("nobody can download `{}`", one.name))
                .with_remedy("look at the release's page; of a private repository nobody can without a login")
        };
        let (path, address) = (folder.join(&one.name), address.ok_or_else(missing)?);
        if !self.web.download("GitHub", address, &path)? {
            return Err(missing());
        }
        if let Some(wanted) = &one.sha256 {
            let found = Digest::of_file(&path)?.sha256;
            if found != *wanted {
                let message = format!("users download other bytes as `{}`", one.name);
                return Err(Diagnostic::new(Rule::OtherBytes, message).differs(wanted, &found));
            }
        }
        let Some(PlannedFile::Archive(plan, _)) = one.planned else {
            executable(&path)?;
            let installed = Installed {
                folder: folder.to_owned(),
                programs: vec![folder.to_owned()],
                how: "as it is".to_owned(),
            };
            return Ok((installed, Some(path)));
        };
        let into = folder.join("unpacked");
        let names = unpack(Format::from(plan.format), &path, &into).map_err(|error| {
            Diagnostic::new(error.rule(), format!("`{}` cannot be unpacked: {error}", one.name))
        })?;
        let mut programs: Vec<PathBuf> = Vec::new();
        for name in names {
            let file = into.join(name);
            let Some(folder) = file.parent() else { continue };
            let is_program =
                fs::metadata(&file).is_ok_and(|data| data.is_file() && is_executable(&file, &data));
            if is_program && !programs.iter().any(|known| known == folder) {
                programs.push(folder.to_owned());
            }
        }
        Ok((Installed { folder: into, programs, how: "unpacked".to_owned() }, Some(path)))
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
        let version = self.version.as_str().split('+').next().unwrap_or_default();
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
        client: lockstep_schemas::model::PypiClient,
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
        let programs = vec![binstall::install(package, self.version.as_str(), folder, log)?];
        let (folder, how) = (folder.to_owned(), "by cargo-binstall".to_owned());
        Ok((Installed { folder, programs, how }, None))
    }
}

/// What was installed, and the one file that it is, where it is one.
type Install = Result<(Installed, Option<PathBuf>), Diagnostic>;

/// Makes a program of what was downloaded, as users do.
fn executable(path: &Path) -> Result<(), Diagnostic> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(|error| {
            Diagnostic::new(Rule::FileUnwritable, format!("cannot be made executable: {error}"))
                .in_file(path.display())
        })?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
