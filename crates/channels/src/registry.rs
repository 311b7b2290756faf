//! A registry: it keeps what it once took, so what it has is asked before, and again afterwards until users can have it.
//!
//! In every case what the registry has decides, and not what it answered. A file that was taken and is not there yet is not sent
//! again, also not by a later attempt that has the receipts of those before; one of which nobody knows whether it was taken is, when it has not come after a while.

mod approval;
mod arrival;
mod verdict;
mod wave;

pub(crate) use approval::Stages;
pub(crate) use wave::now;

use std::time::{Duration, Instant};

use lockstep_bundle::Shipped;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::receipt::{FileState, StageRecord};
use lockstep_schemas::strings::Version;

use crate::{Ledger, Permit};

/// How a registry is asked, and how a file gets there.
pub(crate) trait Registry: Sync {
    /// Which channel it is.
    fn kind(&self) -> ChannelKind;
    /// What it has of some files, in their order.
    fn states(&self, files: &[&Shipped]) -> Result<Vec<FileState>, Diagnostic>;
    /// Sends a file.
    fn send(&self, file: &Shipped, permit: &Permit) -> Result<Answer, Diagnostic>;
    /// Where users find a file.
    fn page(&self, file: &Shipped) -> Option<String>;
    /// How many files are sent at the same time.
    fn at_once(&self) -> usize;
    /// How long it usually takes until what it took is to be seen.
    fn settles(&self) -> Duration;
    /// What it keeps until somebody approves it, where it does that.
    fn stages(&self) -> Option<&dyn Stages> {
        None
    }
}

/// A channel that is a registry, as a job has to do with it.
pub trait RegistryChannel {
    /// What there is of each file, and what stands in the way of all of them.
    ///
    /// # Errors
    ///
    /// Where the registry does not say.
    fn look(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic>;

    /// That every name is there to publish to, for which no credentials are needed.
    ///
    /// # Errors
    ///
    /// Where the registry does not say.
    fn names_are_there(&self, report: &mut Report) -> Result<(), Diagnostic>;

    /// Tries what would publish, as far as can be without publishing: the client, the token or the identity, the names. It comes
    /// after a look.
    ///
    /// # Errors
    ///
    /// Where the client does not start, or the registry does not answer.
    fn preflight(&self, ledger: &Ledger, report: &mut Report) -> Result<(), Diagnostic>;

    /// Does with each file that is not there all but the upload.
    ///
    /// # Errors
    ///
    /// Where the client does not start, or the receipt cannot be written.
    fn rehearse(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic>;

    /// Publishes what is not there, each file when all that it needs can be had.
    ///
    /// # Errors
    ///
    /// Where the registry does not say what it has, the client does not start, or the receipt cannot be written.
    fn publish(
        &self,
        permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic>;
}

/// What a registry answered to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It took it.
    Taken,
    /// It took it, and keeps it until somebody approves it.
    Staged(StageRecord),
    /// It has something of this name and version in hand and does not show what: it waits for an approval, or was approved.
    InHand(StageRecord),
    /// It took one of this name and version before, or is busy with one: in its words.
    Conflict(String),
    /// Nobody knows whether it took it, and why that is.
    Unclear(String),
    /// It was not reached: nothing was taken.
    NotSent(String),
    /// It does not take it, and never will.
    Refused(Box<Diagnostic>),
    /// It does not take it, which can also be because it took it before.
    Disputed(Box<Diagnostic>),
}

/// How long files are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    /// How long what was taken may take until users can have it.
    pub visible: Duration,
}

/// How far the files of a wave must come before the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// They wait for an approval.
    Staged,
    /// Users can have them.
    Visible,
}

/// What is published: files in waves, each when all of the one before can be had.
pub(crate) struct Publication<'a, R> {
    pub(crate) registry: &'a R,
    pub(crate) version: &'a Version,
    pub(crate) waves: Vec<Vec<&'a Shipped>>,
    pub(crate) waiting: Waiting,
}

impl<R: Registry> Publication<'_, R> {
    /// What the registry has of each file, written down, and what of it stands in the way of all of them.
    pub(crate) fn look(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        let files = self.waves.concat();
        let kind = self.registry.kind();
        if files.is_empty() {
            let message = format!("nothing of the bundle is for {}", kind.label());
            return Err(Diagnostic::new(Rule::WrongInput, message)
                .with_remedy("what the plan ships there is not in the bundle: build it again"));
        }
        let states = self.registry.states(&files)?;
        for (file, state) in files.into_iter().zip(states) {
            ledger.found(kind, &file.name, &file.sha256, state)?;
            report.problems(self.in_the_way(file, state));
        }
        Ok(())
    }

    /// Publishes what a look found that is not there, wave by wave. What a person must approve is all staged first: nobody can
    /// install it.
    pub(crate) fn publish(
        &self,
        permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let is_staged = self.registry.stages().is_some();
        let all = [self.waves.concat()];
        let staging = all.iter().filter(|_| is_staged).map(|all| (all, Goal::Staged));
        let waves = staging.chain(self.waves.iter().map(|wave| (wave, Goal::Visible)));
        // All waves together have what a person is waited for.
        let until = is_staged.then(|| Instant::now() + self.waiting.visible);
        // Where the look that ends a wave asks for the next one too, that need not be asked for again.
        let mut later = self.waves.iter().skip(1).filter(|_| !is_staged);
        let mut seen = None;
        for (wave, goal) in waves {
            let next = later.next().map_or(&[][..], Vec::as_slice);
            let mut wave = self.begin(wave, goal, until, seen.take(), ledger, report)?;
            let published = self.publish_wave(&mut wave, next, permit, ledger, report);
            seen = wave.seen_next.take();
            if published.is_err() || report.has_problems() {
                self.account(ledger, report);
                return published;
            }
        }
        Ok(())
    }

    /// What is there in the end, where it is not all of it.
    fn account(&self, ledger: &Ledger, report: &mut Report) {
        let kind = self.registry.kind();
        let names = |is_live: bool| {
            let files = ledger.files().filter(|file| file.channel == kind);
            let files = files.filter(|file| (file.now == FileState::Ours) == is_live);
            let names: Vec<&str> = files.map(|file| file.name.as_str()).collect();
            if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
        };
        let label = kind.label();
        report.line(format_args!("users can have from {label}: {}", names(true)));
        report.line(format_args!("they cannot yet have: {}", names(false)));
        report.line(
            "run the failed jobs again when the reason is gone: what is there stays, and only the rest is published",
        );
    }

    /// What of a state stops everything.
    pub(crate) fn in_the_way(&self, file: &Shipped, state: FileState) -> Option<Diagnostic> {
        let (name, label) = (&file.name, self.registry.kind().label());
        match state {
            FileState::Other => {
                let message = format!("{label} has another file under the name of `{name}`");
                let problem = Diagnostic::new(Rule::OtherBytes, message);
                Some(problem.with_remedy(format!(
                    "what users may have is never replaced: publish the build that made it, or tag {}",
                    self.next()
                )))
            }
            FileState::OtherStaged => Some(self.staged_otherwise(file)),
            FileState::Burnt => Some(self.used_up(file, "had it once, and it was taken back")),
            FileState::Unknown
            | FileState::Absent
            | FileState::Staged
            | FileState::Accepted
            | FileState::Ours => None,
        }
    }

    fn used_up(&self, file: &Shipped, why: &str) -> Diagnostic {
        let label = self.registry.kind().label();
        let message = format!("`{}` can be published no more: {label} {why}", file.name);
        Diagnostic::new(Rule::VersionUsedUp, message)
            .with_remedy(format!("the version is used up: tag {}", self.next()))
    }

    /// What comes after a version that cannot be published.
    fn next(&self) -> String {
        following(self.version)
    }
}

/// What comes after a version, in words.
pub(crate) fn following(version: &Version) -> String {
    version.following().map_or_else(|| "the next version".to_owned(), |next| next.to_string())
}

pub(crate) fn in_words(time: Duration) -> String {
    match time.as_secs() {
        1 => "a second".to_owned(),
        seconds if seconds < 120 => format!("{seconds} seconds"),
        seconds if seconds < 7200 => format!("{} minutes", seconds / 60),
        seconds => format!("{} hours", seconds / 3600),
    }
}
