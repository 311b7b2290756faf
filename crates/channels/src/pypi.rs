//! PyPI: its index is read, and uv uploads to it.

use std::collections::BTreeSet;
use std::time::Duration;

use lockstep_bundle::{Shipped, Verified, required_by, shipped};
use lockstep_clients::uv::{self, Identity};
use lockstep_registries::pypi::{self, Index, Project};
use lockstep_registries::{Web, at_once};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::plan::{ChannelPlan, Login, PypiPlan};
use lockstep_schemas::receipt::{Did, FileState};
use tempfile::TempDir;

use crate::order::in_waves;
use crate::registry::{Answer, Publication, Registry, RegistryChannel, Waiting, following};
use crate::{Ledger, Permit, channel_of, package};

const KIND: ChannelKind = ChannelKind::Pypi;
/// How many projects are asked for, and how many files are sent, at the same time.
const ASKED: usize = 8;
const SENT: usize = 4;

/// The wheels and source distributions of a bundle, and the index that they go to.
pub struct Pypi<'a> {
    bundle: Verified<'a>,
    plan: &'a PypiPlan,
    web: &'a Web<'a>,
    token: Option<&'a str>,
    /// Where packages are installed from.
    index: String,
    files: Vec<Shipped>,
    waiting: Waiting,
    /// Where uv runs, outside of any checkout.
    folder: TempDir,
}

/// Its token is not among what is shown.
impl std::fmt::Debug for Pypi<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pypi").field("files", &self.files).finish_non_exhaustive()
    }
}

impl<'a> Pypi<'a> {
    /// Of a bundle, at the index of the plan, or the one that uv is configured for. Without a token what publishes is the
    /// identity of the run, where the plan says so, or uv's own configuration.
    ///
    /// # Errors
    ///
    /// Where the plan has no such channel, or uv does not say which index it is configured for.
    pub fn new(
        bundle: Verified<'a>,
        web: &'a Web<'a>,
        token: Option<&'a str>,
        waiting: Waiting,
    ) -> Result<Self, Diagnostic> {
        let (channel, plan) = channel_of(&bundle, KIND, ChannelPlan::pypi)?;
        let mut files = shipped(bundle.folder(), bundle.plan(), bundle.manifest(), channel)?;
        files.sort_by_key(|file| !is_wheel(file));
        let folder = crate::apart()?;
        let index = match &plan.index {
            Some(index) => index.install.to_string(),
            None => uv::index(folder.path())?,
        };
        Ok(Self { bundle, plan, web, token, index, files, waiting, folder })
    }

    /// Projects after those that they require; of each its wheels, and then its source: users of a platform whose wheel is not there
    /// yet would build that.
    fn publication(&self) -> Result<Publication<'_, Self>, Diagnostic> {
        let needs: Result<Vec<_>, _> = self
            .files
            .iter()
            .map(|file| if is_wheel(file) { required_by(&file.path) } else { Ok(BTreeSet::new()) })
            .collect();
        let mut needs = needs?;
        // Names can be written in several ways.
        let same = |one: &str, other: &str| pypi::normalized(one) == pypi::normalized(other);
        for needs in &mut needs {
            let names =
                self.names().into_iter().filter(|name| needs.iter().any(|need| same(name, need)));
            *needs = names.map(str::to_owned).collect();
        }
        // A source requires what the wheels of its project do.
        for index in 0..self.files.len() {
            let of_project = (0..self.files.len())
                .filter(|other| package(&self.files[*other]) == package(&self.files[index]));
            needs[index] = of_project.flat_map(|other| needs[other].clone()).collect();
        }
        let mut waves = Vec::new();
        for wave in in_waves(&self.files, &needs) {
            let (wheels, sources): (Vec<_>, Vec<_>) =
                wave.into_iter().partition(|file| is_wheel(file));
            waves.extend([wheels, sources].into_iter().filter(|wave| !wave.is_empty()));
        }
        let version = &self.bundle.manifest().version;
        Ok(Publication { registry: self, version, waves, waiting: self.waiting })
    }

    fn identity(&self) -> Identity<'a> {
        match (self.token, &self.plan.registry.login) {
            (Some(token), _) => Identity::Token(token),
            (None, Login::TrustedPublishing) => Identity::Run,
            (None, Login::Token { .. }) => Identity::Own,
        }
    }

    fn client(
        &self,
        file: &Shipped,
        identity: Identity<'_>,
        dry_run: bool,
    ) -> Result<Result<(), String>, Diagnostic> {
        let address = self.plan.index.as_ref().map(|index| index.upload.as_str());
        uv::publish(self.folder.path(), &file.path, identity, address, dry_run)
    }

    /// The names of the projects, each once.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.files.iter().map(package).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether there is still time for what is missing of a version that users have in part.
    fn takes_more(&self, ledger: &Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        // Another index may have another rule.
        if self.plan.index.is_some() {
            return Ok(());
        }
        let any =
            |state: FileState| self.files.iter().any(|file| ledger.is(KIND, &file.name, state));
        if !(any(FileState::Ours) && any(FileState::Absent)) {
            return Ok(());
        }
        let version = &self.bundle.manifest().version;
        for (name, project) in self.names().into_iter().zip(self.projects()?) {
            let is_missing = |file: &&Shipped| {
                package(file) == name && ledger.is(KIND, &file.name, FileState::Absent)
            };
            let missing: Vec<&str> =
                self.files.iter().filter(is_missing).map(|file| file.name.as_str()).collect();
            let until = project.and_then(|project| project.takes_until(name, version));
            let Some(until) = until.filter(|_| !missing.is_empty()) else { continue };
            let (missing, day) = (missing.join(", "), until.day);
            if !until.is_over {
                report.line(format_args!(
                    "PyPI takes further files of a version for fourteen days: of {name} {version} until {day}. It does not have {missing}"
                ));
                continue;
            }
            let message = format!(
                "PyPI took files of {name} {version} until {day}, and does not have {missing}: it takes further ones of a version for fourteen days"
            );
            report.problem(Diagnostic::new(Rule::VersionUsedUp, message).with_remedy(format!(
                "the version stays as it is, for the users of what is there: tag {}",
                following(version)
            )));
        }
        Ok(())
    }

    /// Their pages.
    fn projects(&self) -> Result<Vec<Option<Project>>, Diagnostic> {
        let index = Index { address: &self.index };
        let pages = at_once(&self.names(), ASKED, |name| index.project(self.web, name));
        pages.into_iter().collect()
    }
}

impl RegistryChannel for Pypi<'_> {
    fn look(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        self.publication()?.look(ledger, report)?;
        self.takes_more(ledger, report)
    }

    fn names_are_there(&self, report: &mut Report) -> Result<(), Diagnostic> {
        for (name, project) in self.names().iter().zip(self.projects()?) {
            if project.is_none() {
                let message = format!("PyPI has no project `{name}`");
                let plan = self.bundle.plan();
                report.problem(Diagnostic::new(Rule::PackageUnknown, message).with_remedy(format!(
                    "add a pending trusted publisher to your account (project {name}, repository {}, workflow release-publish.yml, environment {}), which makes it with the first release, or upload a first version by hand",
                    plan.project.repository, self.plan.registry.environment,
                )));
            }
        }
        Ok(())
    }

    fn preflight(&self, _ledger: &Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        report.line(uv::version()?);
        let trusted = self.identity() == Identity::Run;
        for (name, project) in self.names().iter().zip(self.projects()?) {
            let of_it = self.files.iter().find(|file| package(file) == *name);
            let Some(file) = of_it.filter(|_| trusted) else { continue };
            if project.is_none() {
                // To ask for a token would make the project, also in a rehearsal.
                report.line(format_args!(
                    "PyPI has no project {name}: where a pending trusted publisher is named for it, the first upload makes it"
                ));
            } else if let Err(said) = self.client(file, self.identity(), true)? {
                let message =
                    format!("uv would not upload {name} with the identity of this run: {said}");
                let plan = self.bundle.plan();
                report.problem(Diagnostic::new(Rule::CredentialsRefused, message).with_remedy(format!(
                    "where it is not trusted, add a trusted publisher to the project: repository {}, workflow release-publish.yml, environment {}",
                    plan.project.repository, self.plan.registry.environment,
                )));
            } else {
                report.line(format_args!("PyPI trusts this workflow with {name}"));
            }
        }
        if let Login::Token { secret } = &self.plan.registry.login
            && self.plan.index.is_none()
            && !self.token.is_some_and(|token| token.starts_with("pypi-"))
        {
            let message =
                format!("the secret {secret} has no token of PyPI's, which begins with `pypi-`");
            report.problem(Diagnostic::new(Rule::CredentialsRefused, message).with_remedy(format!(
                "make a token that may upload to the project, and keep it as a secret of the environment `{}`",
                self.plan.registry.environment
            )));
        }
        // A trusted publisher makes the project with the first release.
        if trusted { Ok(()) } else { self.names_are_there(report) }
    }

    fn rehearse(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        let is_absent = |file: &&Shipped| ledger.is(KIND, &file.name, FileState::Absent);
        let absent: Vec<&Shipped> = self.files.iter().filter(is_absent).collect();
        let tried = at_once(&absent, SENT, |file| self.client(file, Identity::Own, true));
        for (file, tried) in absent.iter().zip(tried) {
            match tried? {
                Ok(()) => {
                    ledger.did(KIND, file.name.as_str(), Did::Rehearsed, None, None)?;
                    report.line(format_args!("a live run would publish {}", file.name));
                }
                Err(said) => {
                    let message = format!("uv would not upload `{}`: {said}", file.name);
                    report.problem(Diagnostic::new(Rule::NotPublished, message).with_remedy(
                        "mend what uv says, and build again under a version of its own",
                    ));
                }
            }
        }
        Ok(())
    }

    fn publish(
        &self,
        permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        self.publication()?.publish(permit, ledger, report)
    }
}

impl Registry for Pypi<'_> {
    fn kind(&self) -> ChannelKind {
        KIND
    }

    fn states(&self, files: &[&Shipped]) -> Result<Vec<FileState>, Diagnostic> {
        let (names, projects) = (self.names(), self.projects()?);
        let state = |file: &&Shipped| {
            let project = names.iter().zip(&projects).find(|(name, _)| **name == package(file));
            let there = project.and_then(|(_, project)| project.as_ref());
            there.map_or(Ok(FileState::Absent), |there| there.has(file.name.as_str(), &file.sha256))
        };
        files.iter().map(state).collect()
    }

    fn send(&self, file: &Shipped, _permit: &Permit) -> Result<Answer, Diagnostic> {
        // uv says in words alone what went wrong, after it tried again where that may help. What the index has decides.
        Ok(match self.client(file, self.identity(), false)? {
            Ok(()) => Answer::Taken,
            Err(said) => Answer::Unclear(said),
        })
    }

    fn page(&self, file: &Shipped) -> Option<String> {
        let name = pypi::normalized(package(file));
        let index = lockstep_registries::shown(&self.index);
        Some(format!("{}/{name}/", index.trim_end_matches('/')))
    }

    fn at_once(&self) -> usize {
        SENT
    }

    fn settles(&self) -> Duration {
        Duration::from_secs(30)
    }
}

fn is_wheel(file: &Shipped) -> bool {
    file.path.extension().is_some_and(|extension| extension == "whl")
}
