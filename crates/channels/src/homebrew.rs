//! Homebrew: a formula in a tap, which is read and written by git.
//!
//! Where Lockstep pushes it, it waits on a branch of its own until the release is public; then the branch that users get goes
//! forward. What is there decides, so whatever was done by an earlier run is not done again.

use lockstep_bundle::{Digest, Verified, shipped};
use lockstep_clients::git::Tap;
use lockstep_formula::{Digests, Release, Wanted, archives, wanted};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::plan::{ChannelPlan, FormulaPlan, HomebrewPlan};
use lockstep_schemas::receipt::{Did, FileState};
use lockstep_schemas::strings::{CommitSha, FileName};

use crate::{Ledger, Permit, channel_of};

const KIND: ChannelKind = ChannelKind::Homebrew;
/// How often a push is tried, because somebody else pushes in between, or nobody answers.
const ROUNDS: u32 = 4;

/// The formula of a bundle, and the tap that it goes to.
#[derive(Debug)]
pub struct Homebrew<'a> {
    bundle: Verified<'a>,
    channel: &'a ChannelPlan,
    plan: &'a HomebrewPlan,
    tap: Tap<'a>,
    downloads: String,
}

/// What a tap has.
#[derive(Debug)]
pub struct Standing {
    /// The newest commit of the branch that users get.
    newest: CommitSha,
    /// The formula there.
    found: Option<String>,
    /// What it must say.
    wanted: Wanted,
    /// The commit of the waiting branch, where that has what must be said.
    waiting: Option<CommitSha>,
}

impl Standing {
    fn is_done(&self) -> bool {
        self.found.as_ref() == Some(&self.wanted.text)
    }
}

impl<'a> Homebrew<'a> {
    /// Of a bundle. Without a token the tap is read as everybody can read it.
    ///
    /// # Errors
    ///
    /// Where the plan has no such channel, or the tap cannot be read.
    pub fn new(
        bundle: Verified<'a>,
        server: &'a str,
        token: Option<&'a str>,
    ) -> Result<Self, Diagnostic> {
        let (channel, plan) = channel_of(&bundle, KIND, ChannelPlan::homebrew)?;
        let tap = Tap::clone(crate::apart()?, server, &plan.tap, token)?;
        let repository = &bundle.plan().project.repository;
        let downloads = format!("{server}/{repository}/releases/download");
        Ok(Self { bundle, channel, plan, tap, downloads })
    }

    /// Whether a maintainer brings the formula to the tap, and it is only looked at.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        match &self.plan.update {
            FormulaPlan::Push { .. } => false,
            FormulaPlan::Verify => true,
        }
    }

    /// What the tap has, and what the formula must say; nothing where that cannot be known, which is then among the problems.
    ///
    /// # Errors
    ///
    /// Where the tap cannot be asked, or the receipt not be written.
    pub fn look(
        &self,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<Option<Standing>, Diagnostic> {
        let version = &self.bundle.manifest().version;
        let is_of_one_version = self.plan.formula.as_str().contains('@');
        if version.is_prerelease() && !is_of_one_version {
            let message =
                format!("{version} is a prerelease, and everybody with the formula would get it");
            report.problem(Diagnostic::new(Rule::FormulaUnfit, message).with_remedy(
                "leave Homebrew out of this run: -f homebrew=false; a formula for prereleases has a name with an `@`",
            ));
            return Ok(None);
        }
        let Some(standing) = self.standing(report)? else { return Ok(None) };
        let name = self.name()?;
        let sha256 = Digest::of_bytes(standing.wanted.text.as_bytes()).sha256;
        let state = match (standing.is_done(), &standing.waiting) {
            (true, _) => FileState::Ours,
            (false, Some(_)) => FileState::Staged,
            (false, None) => FileState::Absent,
        };
        ledger.found(KIND, &name, &sha256, state)?;
        let (tap, formula) = (&self.plan.tap, &self.plan.formula);
        if standing.is_done() {
            report.line(format_args!("{formula} of {tap} says what the release has"));
        } else {
            let found = standing.found.as_deref().unwrap_or_default();
            let diff = lockstep_files::diff(formula.as_str(), found, &standing.wanted.text);
            report.group(format_args!("what {formula} of {tap} must say"), diff.trim_end());
        }
        Ok(Some(standing))
    }

    /// Says that a maintainer must bring the formula to the tap, where nobody did: a release that is not rehearsed stops there.
    pub fn verify(&self, standing: Standing, is_rehearsal: bool, report: &mut Report) {
        let (tap, formula) = (&self.plan.tap, &self.plan.formula);
        let version = &self.bundle.manifest().version;
        if standing.is_done() {
            return;
        }
        if is_rehearsal {
            report.line(format_args!(
                "a live run would stop: {formula} of {tap} is not that of {version} yet, and a maintainer brings it there"
            ));
            return;
        }
        let remedy = format!(
            "bring it there, and run the failed jobs again: `lockstep formula --bundle lockstep/bundle --tap ../{}` writes it into your clone",
            tap.as_str().rsplit('/').next().unwrap_or_default()
        );
        let differences = standing.wanted.differences.into_iter();
        report.problems(differences.map(|difference| difference.with_remedy(remedy.clone())));
    }

    /// Tries whether the tap takes a push, as far as that can be tried without one: rules of its branches are not asked.
    ///
    /// # Errors
    ///
    /// Where git does not start.
    pub fn may_push(&self, standing: &Standing, report: &mut Report) -> Result<(), Diagnostic> {
        match self.tap.push(&standing.newest, &self.branch(), true, true)? {
            Ok(()) => report.line(format_args!(
                "{} takes pushes from this token, where no rule of a branch refuses them",
                self.plan.tap
            )),
            Err(said) => report.problem(self.refused(&said)),
        }
        Ok(())
    }

    /// Says what a live run would do.
    ///
    /// # Errors
    ///
    /// Where the receipt cannot be written.
    pub fn rehearse(
        &self,
        standing: &Standing,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        if standing.is_done() {
            report.line("a live run would do nothing");
            return Ok(());
        }
        report.line(format_args!(
            "a live run would push it to `{}`, and to `{}` when the release is public",
            self.branch(),
            self.tap.branch()
        ));
        ledger.did(KIND, self.name()?.as_str(), Did::Rehearsed, None, None)
    }

    /// Pushes the formula to a branch, where it waits.
    ///
    /// # Errors
    ///
    /// Where git fails, or the receipt cannot be written.
    pub fn prepare(
        &self,
        standing: &Standing,
        _permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        if standing.is_done() || standing.waiting.is_some() {
            return Ok(());
        }
        let commit = self.commit(standing)?;
        let branch = self.branch();
        if let Err(said) = self.tap.push(&commit, &branch, true, false)?
            && self.tap.fetch(&branch)?.as_ref() != Some(&commit)
        {
            report.problem(self.refused(&said));
            return Ok(());
        }
        report.line(format_args!("it waits on the branch `{branch}`"));
        let (name, now) = (self.name()?, Some(FileState::Staged));
        ledger.did(KIND, name.as_str(), Did::Uploaded, now, None)
    }

    /// Brings the formula to users. Where somebody pushed to the tap in between, it is made anew on top of that.
    ///
    /// # Errors
    ///
    /// Where git fails, or the receipt cannot be written.
    pub fn publish(
        &self,
        standing: Standing,
        _permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let (mut standing, name) = (standing, self.name()?);
        let (mut did, mut said) = (Did::Nothing, String::new());
        for round in 0..=ROUNDS {
            if standing.is_done() {
                ledger.did(KIND, name.as_str(), did, Some(FileState::Ours), self.link())?;
                return self.tidy(report);
            }
            if round == ROUNDS {
                break;
            }
            let commit = self.commit(&standing)?;
            match self.tap.push(&commit, self.tap.branch(), false, false)? {
                Ok(()) => {
                    did = Did::Published;
                    ledger.did(KIND, name.as_str(), did, Some(FileState::Ours), self.link())?;
                }
                Err(why) => said = why,
            }
            // What the tap has counts, and not what it answered.
            let Some(next) = self.standing(report)? else { return Ok(()) };
            if next.newest == commit {
                did = Did::Published;
            }
            standing = next;
        }
        report.problem(self.refused(&said));
        Ok(())
    }

    /// What the tap has now.
    fn standing(&self, report: &mut Report) -> Result<Option<Standing>, Diagnostic> {
        let manifest = self.bundle.manifest();
        let (version, tag) = (&manifest.version, &manifest.tag);
        let plan = self.bundle.plan();
        let shipped = shipped(self.bundle.folder(), plan, manifest, self.channel)?;
        let digests = shipped.into_iter().map(|file| (file.name.to_string(), file.sha256));
        let digests: Digests = digests.collect();
        let archives = archives(plan, self.channel, version, &self.downloads, tag, &digests);
        let archives = match archives {
            Ok(archives) => archives,
            Err(problems) => {
                report.problems(problems);
                return Ok(None);
            }
        };
        let release = Release {
            plan,
            formula: self.plan,
            version,
            archives: &archives,
            downloads: &self.downloads,
        };
        let branch = self.tap.branch();
        let newest = self.tap.fetch(branch)?.ok_or_else(|| {
            let message = format!("{} has no branch `{branch}`", self.plan.tap);
            Diagnostic::new(Rule::TapRefused, message)
        })?;
        let path = self.plan.formula.as_str();
        let found = self.tap.file(&newest, path)?;
        let wanted = match wanted(&release, found.as_deref()) {
            Ok(wanted) => wanted,
            Err(problems) => {
                report.problems(problems);
                return Ok(None);
            }
        };
        let waiting = match (&self.plan.update, self.tap.fetch(&self.branch())) {
            (FormulaPlan::Push { .. }, Ok(Some(commit))) => {
                let waits = self.tap.file(&commit, path)?.as_ref() == Some(&wanted.text);
                waits.then_some(commit)
            }
            (FormulaPlan::Push { .. } | FormulaPlan::Verify, found) => found.map(|_| None)?,
        };
        Ok(Some(Standing { newest, found, wanted, waiting }))
    }

    fn commit(&self, standing: &Standing) -> Result<CommitSha, Diagnostic> {
        let manifest = self.bundle.manifest();
        let message = format!("{} {}", manifest.project, manifest.version);
        let path = self.plan.formula.as_str();
        self.tap.commit(&standing.newest, path, &standing.wanted.text, &message)
    }

    /// Takes the branch away that the formula waited on: it is not needed any more, and does no harm.
    fn tidy(&self, report: &mut Report) -> Result<(), Diagnostic> {
        let branch = self.branch();
        if self.tap.fetch(&branch)?.is_some()
            && let Err(said) = self.tap.delete(&branch)?
        {
            report.line(format_args!("the branch `{branch}` stays: {said}"));
        }
        Ok(())
    }

    /// The branch that the formula waits on.
    fn branch(&self) -> String {
        let manifest = self.bundle.manifest();
        format!("lockstep/{}/{}", manifest.project, manifest.tag)
    }

    fn name(&self) -> Result<FileName, Diagnostic> {
        let path = self.plan.formula.as_str();
        path.rsplit('/').next().unwrap_or_default().parse().map_err(|error| {
            Diagnostic::new(Rule::WrongForm, format!("`{path}` is no name of a file: {error}"))
        })
    }

    fn link(&self) -> Option<String> {
        let server = self.downloads.split_once("/releases/")?.0.rsplit_once('/')?.0;
        let server = server.rsplit_once('/')?.0;
        let Self { plan, tap, .. } = self;
        Some(format!("{server}/{}/blob/{}/{}", plan.tap, tap.branch(), plan.formula))
    }

    fn refused(&self, said: &str) -> Diagnostic {
        let message = format!("{} does not take a push: {said}", self.plan.tap);
        let remedy = match &self.plan.update {
            FormulaPlan::Push { environment, secret } => format!(
                "look whether the rules of the branch let the owner of the secret {secret} (environment `{environment}`) push to {}, and whether its token may write contents and still holds",
                self.plan.tap
            ),
            FormulaPlan::Verify => "a maintainer brings the formula to the tap".to_owned(),
        };
        Diagnostic::new(Rule::TapRefused, message).with_remedy(remedy)
    }
}
