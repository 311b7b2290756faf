//! A registry: it keeps what it once took, so what it has is asked before, and again afterwards until users can have it.
//!
//! What was sent is one of five things: taken, taken before, not answered, not sent at all, or refused. In every case what the registry has
//! decides. A file that was taken and is not there yet is never sent again; one whose upload was not answered is, when it has
//! not come after a while.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lockstep_bundle::Shipped;
use lockstep_registries::as_they_come;
use lockstep_runner::{Report, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::receipt::{Did, FileState};
use lockstep_schemas::strings::Version;

use crate::{Ledger, Permit};

/// How often a file is sent whose upload is not answered.
const ATTEMPTS: u32 = 3;
/// The longest wait between two looks.
const LONGEST: Duration = Duration::from_secs(20);

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
    /// It says that it took one of this name and version before.
    TakenBefore,
    /// It did not say whether it did, and why that is.
    Unanswered(String),
    /// It was not reached: the file can be sent anew at once.
    NotSent(String),
    /// It does not take it.
    Refused(Box<Diagnostic>),
}

/// How long files are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    /// How long what was taken may take until users can have it.
    pub visible: Duration,
}

impl Waiting {
    /// How long what was not answered is looked for before it is sent again.
    fn unanswered(self) -> Duration {
        (self.visible / 10).min(Duration::from_secs(30))
    }
}

/// What is published: files in waves, each when all of the one before can be had.
pub(crate) struct Publication<'a, R> {
    pub(crate) registry: &'a R,
    pub(crate) version: &'a Version,
    pub(crate) waves: Vec<Vec<&'a Shipped>>,
    pub(crate) waiting: Waiting,
}

/// A file that is under way.
struct UnderWay<'a> {
    file: &'a Shipped,
    attempts: u32,
    /// Whether an attempt was not answered.
    was_unanswered: bool,
    /// What was answered, and when; none where it is due to be sent.
    answered: Option<(Answer, Instant)>,
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

    /// Publishes what is not there, wave by wave. What was looked at before is looked at again: it may have come since.
    pub(crate) fn publish(
        &self,
        permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        for wave in &self.waves {
            let published = self.wave(wave, permit, ledger, report);
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

    fn wave(
        &self,
        wave: &[&Shipped],
        permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let due = |file| UnderWay { file, attempts: 0, was_unanswered: false, answered: None };
        let mut under_way: Vec<UnderWay<'_>> = wave.iter().map(|file| due(*file)).collect();
        self.arrived(&mut under_way, ledger, report)?;
        if report.has_problems() {
            return Ok(());
        }
        let (mut begun, mut wait) = (Instant::now(), Duration::from_secs(1));
        loop {
            if self.send_due(&mut under_way, permit, ledger, report)? {
                (begun, wait) = (Instant::now(), Duration::from_secs(1));
            }
            self.arrived(&mut under_way, ledger, report)?;
            let is_over = begun.elapsed() >= self.waiting.visible;
            under_way.retain_mut(|one| !self.is_given_up(one, is_over, report));
            if under_way.is_empty() || report.has_problems() {
                return Ok(());
            }
            if under_way.iter().all(|one| one.answered.is_some()) {
                let left = self.waiting.visible.saturating_sub(begun.elapsed());
                let names: Vec<&str> = under_way.iter().map(|one| one.file.name.as_str()).collect();
                tell(&format!("waiting until users can have {}", names.join(", ")));
                thread::sleep(wait.min(left));
                wait = (wait * 2).min(LONGEST);
            }
        }
    }

    /// Sends what is due, several at the same time, and returns whether something was. After a refusal nothing more is begun.
    fn send_due(
        &self,
        under_way: &mut [UnderWay<'_>],
        permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<bool, Diagnostic> {
        let due: Vec<usize> =
            (0..under_way.len()).filter(|index| under_way[*index].answered.is_none()).collect();
        let files: Vec<&Shipped> = due.iter().map(|index| under_way[*index].file).collect();
        let (is_refused, mut failed) = (AtomicBool::new(false), Ok(()));
        let mut told = vec![None; files.len()];
        let begin = |file: &&Shipped| {
            if is_refused.load(Ordering::Relaxed) {
                return None;
            }
            let answer = self.registry.send(file, permit);
            if matches!(answer, Err(_) | Ok(Answer::Refused(_))) {
                is_refused.store(true, Ordering::Relaxed);
            }
            Some(answer)
        };
        as_they_come(&files, self.registry.at_once(), begin, |index, answer| {
            let one = &mut under_way[due[index]];
            match answer {
                None => {}
                Some(Ok(answer)) => {
                    one.attempts += 1;
                    let answer = after(one.was_unanswered, answer);
                    one.was_unanswered |= matches!(answer, Answer::Unanswered(_));
                    let (written, line) = self.write_down(one.file, &answer, ledger);
                    told[index] = line;
                    failed = std::mem::replace(&mut failed, Ok(())).and(written);
                    one.answered = Some((answer, Instant::now()));
                }
                Some(Err(error)) => failed = std::mem::replace(&mut failed, Ok(())).and(Err(error)),
            }
        });
        for line in told.into_iter().flatten() {
            report.line(line);
        }
        failed.map(|()| !due.is_empty())
    }

    /// Writes down what was answered, and returns that in words.
    fn write_down(
        &self,
        file: &Shipped,
        answer: &Answer,
        ledger: &mut Ledger,
    ) -> (Result<(), Diagnostic>, Option<String>) {
        let (label, name) = (self.registry.kind().label(), file.name.as_str());
        let (did, now, line) = match answer {
            Answer::Taken => (Did::Published, FileState::Accepted, format!("{label} took {name}")),
            Answer::TakenBefore => {
                let line = format!("{label} says that it took {name} before");
                (Did::Nothing, FileState::Accepted, line)
            }
            Answer::Unanswered(why) => {
                let line = format!("{label} has not taken {name} so far: {why}");
                (Did::Nothing, FileState::Unknown, line)
            }
            Answer::NotSent(why) => {
                (Did::Nothing, FileState::Absent, format!("{name} was not sent: {why}"))
            }
            Answer::Refused(_) => return (Ok(()), None),
        };
        (ledger.did(self.registry.kind(), name, did, Some(now), None), Some(line))
    }

    /// Takes out what users can have by now, and what never will be.
    fn arrived(
        &self,
        under_way: &mut Vec<UnderWay<'_>>,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let kind = self.registry.kind();
        let files: Vec<&Shipped> = under_way.iter().map(|one| one.file).collect();
        let mut states = self.registry.states(&files)?.into_iter();
        let mut written = Ok(());
        under_way.retain(|one| {
            let state = states.next().unwrap_or(FileState::Unknown);
            let name = one.file.name.as_str();
            match state {
                FileState::Ours => {
                    let link = self.registry.page(one.file);
                    let was_sent =
                        one.attempts > 0 && !matches!(one.answered, Some((Answer::TakenBefore, _)));
                    let did = if was_sent { Did::Published } else { Did::Nothing };
                    let now = ledger.did(kind, name, did, Some(state), link);
                    written = std::mem::replace(&mut written, Ok(())).and(now);
                    false
                }
                FileState::Other | FileState::Burnt => {
                    let now = ledger.did(kind, name, Did::Nothing, Some(state), None);
                    written = std::mem::replace(&mut written, Ok(())).and(now);
                    report.problems(self.in_the_way(one.file, state));
                    false
                }
                FileState::Unknown
                | FileState::Absent
                | FileState::Staged
                | FileState::Accepted => true,
            }
        });
        written
    }

    /// Whether a file that has not come is waited for no more. One that may be sent again becomes due.
    fn is_given_up(&self, one: &mut UnderWay<'_>, is_over: bool, report: &mut Report) -> bool {
        let Some((answer, when)) = &one.answered else { return false };
        let (name, label) = (&one.file.name, self.registry.kind().label());
        let again = "run the failed jobs again: it is looked for first, and never published twice";
        match answer {
            Answer::Taken if is_over => {
                let waited = in_words(self.waiting.visible);
                let message = format!("{label} took `{name}`, and does not show it after {waited}");
                report.problem(Diagnostic::new(Rule::NotVisibleYet, message).with_remedy(
                    "a registry looks through what it takes, which can take an hour: run the failed jobs again then; nothing is published twice",
                ));
                true
            }
            Answer::TakenBefore if is_over => {
                report.problem(
                    self.used_up(one.file, "says that it took it before, and shows nothing"),
                );
                true
            }
            Answer::Unanswered(why) if when.elapsed() >= self.waiting.unanswered() => {
                if one.attempts < ATTEMPTS && !is_over {
                    one.answered = None;
                    return false;
                }
                let tried = one.attempts;
                let message = format!("`{name}` is not on {label} after {tried} attempts: {why}");
                report.problem(Diagnostic::new(Rule::NotPublished, message).with_remedy(again));
                true
            }
            Answer::NotSent(why) => {
                if one.attempts < ATTEMPTS {
                    one.answered = None;
                    return false;
                }
                let message = format!("`{name}` could not be sent to {label}: {why}");
                report.problem(Diagnostic::new(Rule::NotPublished, message).with_remedy(again));
                true
            }
            Answer::Refused(problem) => {
                report.problem(*problem.clone());
                true
            }
            Answer::Taken | Answer::TakenBefore | Answer::Unanswered(_) => false,
        }
    }

    /// What of a state stops everything.
    fn in_the_way(&self, file: &Shipped, state: FileState) -> Option<Diagnostic> {
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
        self.version
            .following()
            .map_or_else(|| "the next version".to_owned(), |next| next.to_string())
    }
}

/// What an answer says after an attempt that was not answered: a refusal can be of the file that was taken then.
fn after(was_unanswered: bool, answer: Answer) -> Answer {
    match answer {
        Answer::Refused(problem) if was_unanswered => Answer::Unanswered(problem.message),
        answer => answer,
    }
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        1 => "a second".to_owned(),
        seconds if seconds < 120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds / 60),
    }
}
