//! crates.io, or the registry that cargo publishes to: its index is read, and cargo publishes.
//!
//! cargo cannot upload a `.crate` that was packaged before. So each is packaged again from the release's commit, by the toolchain
//! that packaged it first, and published only where that gives the very bytes of the bundle; the index shows them afterwards.

mod again;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use lockstep_bundle::{Shipped, Verified, shipped};
use lockstep_clients::cargo::{self, Package, Publishing};
use lockstep_clients::git;
use lockstep_registries::crates::{self, Index, Release};
use lockstep_registries::{Web, at_once};
use lockstep_runner::{Report, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{ChannelPlan, CratePlan, Login, RegistryPlan};
use lockstep_schemas::receipt::{Did, FileState};
use tempfile::TempDir;

use crate::order::in_waves;
use crate::registry::{Answer, Publication, Registry, RegistryChannel, Waiting};
use crate::{Ledger, Permit, channel_of, package};

const KIND: ChannelKind = ChannelKind::CratesIo;
/// How many crates are asked for at the same time.
const ASKED: usize = 16;
/// How many versions crates.io takes at once, and how many new names, before it takes one in a while
/// ([documentation](https://crates.io/docs/rate-limits)).
const BURST: usize = 30;
const BURST_OF_NAMES: usize = 5;
const MINUTES_A_NAME: usize = 10;

/// The crates of a bundle, and the registry that they go to.
pub struct CratesIo<'a> {
    bundle: Verified<'a>,
    plan: &'a RegistryPlan,
    web: &'a Web<'a>,
    token: Option<&'a str>,
    /// The name of the registry, where it is not crates.io.
    registry: Option<String>,
    index: Index,
    files: Vec<Shipped>,
    /// What each needs of the others.
    needs: Vec<BTreeSet<String>>,
    /// Each with what it needs of them, and they need: what no registry has is packaged along.
    together: Vec<Vec<String>>,
    /// How many were sent.
    sent: AtomicUsize,
    waiting: Waiting,
    /// Where cargo works, outside of the checkout.
    folder: TempDir,
}

/// Its token is not among what is shown.
impl std::fmt::Debug for CratesIo<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CratesIo").field("files", &self.files).finish_non_exhaustive()
    }
}

/// The versions of a crate, or why the index does not say.
pub type Found = Result<Option<Vec<Release>>, Diagnostic>;

/// The versions of some crates, as an index has them; nothing of a crate that it does not have.
///
/// # Errors
///
/// Where an index in a git repository cannot be read.
pub fn releases(index: &Index, names: &[&str], web: &Web<'_>) -> Result<Vec<Found>, Diagnostic> {
    match index {
        Index::Sparse(address) => {
            Ok(at_once(names, ASKED, |name| crates::releases(web, address, name)))
        }
        Index::Git(address) => {
            let clone = crate::apart()?;
            git::clone_bare(address, clone.path())?;
            let read = |name: &&str| {
                let file = git::file_in(clone.path(), &crates::place_of(name)?)?;
                file.map(|file| crates::read(name, &file)).transpose()
            };
            Ok(names.iter().map(read).collect())
        }
    }
}

impl<'a> CratesIo<'a> {
    /// Of a bundle, at the registry that cargo publishes to, in a checkout of the release's commit. Without a token what publishes
    /// is cargo's own configuration.
    ///
    /// # Errors
    ///
    /// Where the plan has no such channel, cargo's configuration does not say where the index is, or a crate is not in the
    /// checkout.
    pub fn new(
        bundle: Verified<'a>,
        web: &'a Web<'a>,
        token: Option<&'a str>,
        waiting: Waiting,
    ) -> Result<Self, Diagnostic> {
        let (channel, plan) = channel_of(&bundle, KIND, ChannelPlan::crates_io)?;
        let files = shipped(bundle.folder(), bundle.plan(), bundle.manifest(), channel)?;
        let folder = crate::apart()?;
        let registry = cargo::default_registry()?;
        let index =
            Index::configured(registry.as_deref(), folder.path(), &cargo::version(folder.path())?)?;
        let all: Vec<&str> = files.iter().map(package).collect();
        let (mut needs, mut together) = (Vec::new(), Vec::new());
        for file in &files {
            let members = cargo::members(folder.path(), &manifest_of(&bundle, package(file))?)?;
            together.push(cargo::together(&members, package(file), &all));
            let of_it = members.into_iter().find(|member| member.name == package(file));
            needs.push(of_it.map(|member| member.needs).unwrap_or_default());
        }
        Ok(Self {
            bundle,
            plan,
            web,
            token,
            registry,
            index,
            files,
            needs,
            together,
            waiting,
            folder,
            sent: AtomicUsize::new(0),
        })
    }

    fn publication(&self) -> Publication<'_, Self> {
        Publication {
            registry: self,
            version: &self.bundle.manifest().version,
            waves: in_waves(&self.files, &self.needs),
            waiting: self.waiting,
        }
    }

    /// The versions of some crates, as the index has them.
    fn releases(&self, names: &[&str]) -> Result<Vec<Option<Vec<Release>>>, Diagnostic> {
        releases(&self.index, names, self.web)?.into_iter().collect()
    }

    /// Waits as long as crates.io asks for after a burst, before one more is sent.
    fn keep_pace(&self) {
        let before = self.sent.fetch_add(1, Ordering::Relaxed);
        if self.registry.is_none() && before >= BURST {
            tell("crates.io takes one version a minute after a burst: waiting a minute");
            thread::sleep(Duration::from_mins(1));
        }
    }

    fn options(&self, file: &Shipped) -> Vec<Package> {
        let plan = plan_of(&self.bundle, package(file));
        plan.filter(|plan| plan.locked).map(|_| Package::Locked).into_iter().collect()
    }

    fn client(&self, file: &Shipped, dry_run: bool) -> Result<Result<(), String>, Diagnostic> {
        let target = self.packaged_again(file, &[package(file)])?;
        let publishing = Publishing {
            manifest: &manifest_of(&self.bundle, package(file))?,
            name: package(file),
            registry: self.registry.as_deref(),
            token: self.token,
            target: target.path(),
            dry_run,
        };
        cargo::publish(publishing, &self.options(file))
    }
}

impl RegistryChannel for CratesIo<'_> {
    fn look(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        self.publication().look(ledger, report)
    }

    fn names_are_there(&self, report: &mut Report) -> Result<(), Diagnostic> {
        let names: Vec<&str> = self.files.iter().map(package).collect();
        for (name, releases) in names.iter().zip(self.releases(&names)?) {
            if releases.is_none() {
                let message = format!("crates.io has no crate `{name}`");
                report.problem(Diagnostic::new(Rule::PackageUnknown, message).with_remedy(format!(
                    "publish a first version by hand, such as 0.0.0 with nothing in it, and then add a trusted publisher to it: repository {}, workflow release-publish.yml, environment {}",
                    self.bundle.plan().project.repository, self.plan.environment,
                )));
            }
        }
        Ok(())
    }

    fn preflight(&self, ledger: &Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        report.line(format_args!("cargo {}", cargo::version(self.folder.path())?));
        let names: Vec<&str> = self.files.iter().map(package).collect();
        let new = self.releases(&names)?.iter().filter(|releases| releases.is_none()).count();
        let minutes = minutes(names.len(), new);
        if minutes > 0 {
            report.line(format_args!(
                "crates.io takes {BURST} versions at once, and then one a minute: this takes about {minutes} minutes"
            ));
        }
        if let Login::Token { secret } = &self.plan.login
            && self.token.is_none()
        {
            let message = format!("there is no token: the secret {secret} is empty");
            report.problem(Diagnostic::new(Rule::CredentialsRefused, message).with_remedy(format!(
                "make a token that may publish these crates, and keep it as a secret of the environment `{}`",
                self.plan.environment
            )));
        }
        report.line("crates.io says only when something is published whether it takes the token");
        self.all_come_out_the_same(ledger, report);
        self.names_are_there(report)
    }

    fn rehearse(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        self.all_come_out_the_same(ledger, report);
        for (wave, files) in in_waves(&self.files, &self.needs).into_iter().enumerate() {
            for file in files {
                if report.has_problems() || !ledger.is(KIND, &file.name, FileState::Absent) {
                    continue;
                }
                // What needs others that are not published yet cargo cannot try; it came out the same.
                let tried = if wave == 0 { self.client(file, true) } else { Ok(Ok(())) };
                match report.found(tried) {
                    None => {}
                    Some(Ok(())) => {
                        ledger.did(KIND, file.name.as_str(), Did::Rehearsed, None, None)?;
                        report.line(format_args!("a live run would publish {}", file.name));
                    }
                    Some(Err(said)) => {
                        let message = format!("cargo would not publish `{}`: {said}", file.name);
                        report.problem(Diagnostic::new(Rule::NotPublished, message).with_remedy(
                            "mend what cargo says, and build again under a version of its own",
                        ));
                    }
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
        self.all_come_out_the_same(ledger, report);
        if report.has_problems() {
            return Ok(());
        }
        self.publication().publish(permit, ledger, report)
    }
}

impl Registry for CratesIo<'_> {
    fn kind(&self) -> ChannelKind {
        KIND
    }

    fn states(&self, files: &[&Shipped]) -> Result<Vec<FileState>, Diagnostic> {
        let names: Vec<&str> = files.iter().map(|file| package(file)).collect();
        let version = &self.bundle.manifest().version;
        let releases = self.releases(&names)?;
        let state = |(file, releases): (&&Shipped, &Option<Vec<Release>>)| {
            crates::has(releases.as_deref().unwrap_or_default(), version, &file.sha256)
        };
        Ok(files.iter().zip(&releases).map(state).collect())
    }

    fn send(&self, file: &Shipped, _permit: &Permit) -> Result<Answer, Diagnostic> {
        self.keep_pace();
        // cargo says in words alone what went wrong. What the index has decides.
        Ok(match self.client(file, false)? {
            Ok(()) => Answer::Taken,
            Err(said) => Answer::Unclear(said),
        })
    }

    fn page(&self, file: &Shipped) -> Option<String> {
        let place = crates::place_of(package(file)).ok()?;
        Some(format!("{}/{place}", self.index.shown().trim_end_matches('/')))
    }

    fn at_once(&self) -> usize {
        // cargo locks what it works with; those of one wave follow each other.
        1
    }

    fn settles(&self) -> Duration {
        // As long as crates.io wants after a burst.
        Duration::from_mins(1)
    }
}

/// How many minutes some versions take, of which some are the first of their crates.
fn minutes(versions: usize, new: usize) -> usize {
    let names = new.saturating_sub(BURST_OF_NAMES) * MINUTES_A_NAME;
    names.max(versions.saturating_sub(BURST))
}

fn plan_of<'a>(bundle: &Verified<'a>, name: &str) -> Option<&'a CratePlan> {
    bundle.plan().crates().find(|plan| plan.package.as_str() == name)
}

/// The manifest of a crate in the checkout.
fn manifest_of(bundle: &Verified<'_>, name: &str) -> Result<PathBuf, Diagnostic> {
    let folder = plan_of(bundle, name).map(|plan| Path::new(plan.directory.as_str()));
    let manifest = folder.unwrap_or(Path::new(".")).join("Cargo.toml");
    if manifest.is_file() {
        return Ok(manifest);
    }
    let message =
        format!("`{name}` is not in this checkout: cargo packages it again to publish it");
    Err(Diagnostic::new(Rule::CheckoutMismatch, message)
        .in_file(manifest.shown())
        .with_remedy("run this in the project's root, at the release's commit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_in_minutes() {
        assert_eq!(minutes(30, 5), 0);
        assert_eq!(minutes(109, 0), 79);
        assert_eq!(minutes(12, 8), 30);
    }
}
