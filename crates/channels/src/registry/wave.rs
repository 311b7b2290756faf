//! One wave of files: sent where they are not there, and waited for until all of them are.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lockstep_bundle::Shipped;
use lockstep_registries::as_they_come;
use lockstep_runner::{Report, tell};
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::receipt::{Did, FileState};

use super::{Answer, Goal, Publication, Registry};
use crate::{Ledger, Permit};

/// The first wait between two looks.
pub(super) const SHORTEST: Duration = Duration::from_secs(1);
/// The longest one.
const LONGEST: Duration = Duration::from_secs(20);

/// Files that are published together, as far as they are not there.
pub(super) struct Wave<'a> {
    pub(super) under_way: Vec<UnderWay<'a>>,
    goal: Goal,
    /// When the waiting began.
    begun: Instant,
    /// When it ends, where that is fixed.
    until: Option<Instant>,
    /// How long it is waited until the next look.
    pub(super) wait: Duration,
    /// The commands by which a person was asked to approve something.
    pub(super) asked: BTreeSet<String>,
    /// What the last look saw of the files that come after these.
    pub(super) seen_next: Option<Vec<FileState>>,
}

/// A file that is under way.
pub(super) struct UnderWay<'a> {
    pub(super) file: &'a Shipped,
    /// How often it was sent.
    pub(super) attempts: u32,
    /// Whether there was an attempt of which nobody knows what came of it.
    pub(super) was_unclear: bool,
    /// When it was taken, where an earlier run was told so; in seconds since 1970.
    pub(super) taken: Option<u64>,
    /// Whether this run staged it.
    pub(super) is_staged_now: bool,
    pub(super) step: Step,
    /// Since when it is there.
    pub(super) since: Instant,
}

/// How far a file is.
pub(super) enum Step {
    /// It is to be sent.
    Due,
    /// It was sent, or an earlier run sent it, and this was answered.
    Answered(Answer),
    /// It waits for an approval.
    Waits,
    /// It waited for one and does no more: it was approved, or rejected.
    Left,
}

impl UnderWay<'_> {
    pub(super) fn to(&mut self, step: Step) {
        (self.step, self.since) = (step, Instant::now());
    }

    pub(super) fn is_due(&self) -> bool {
        matches!(self.step, Step::Due)
    }

    pub(super) fn waits(&self) -> bool {
        matches!(self.step, Step::Waits)
    }

    /// Whether the registry has it in hand, and a person or time decides what comes of it.
    pub(super) fn is_in_hand(&self) -> bool {
        matches!(self.step, Step::Waits | Step::Left | Step::Answered(Answer::Conflict(_)))
    }

    fn is_disputed(&self) -> bool {
        matches!(self.step, Step::Answered(Answer::Disputed(_)))
    }
}

impl<R: Registry> Publication<'_, R> {
    /// What of a wave is not there: of the first by the look that came before, of the others by what was seen when the one before them
    /// had come, or by another look. A wave can take an hour, in which `latest` may have moved.
    pub(super) fn begin<'f>(
        &self,
        files: &[&'f Shipped],
        goal: Goal,
        until: Option<Instant>,
        seen: Option<Vec<FileState>>,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<Wave<'f>, Diagnostic> {
        let kind = self.registry.kind();
        let is_first = self.waves.first().is_some_and(|first| first[0].name == files[0].name);
        let found = match seen {
            Some(seen) => seen,
            None if is_first || self.registry.stages().is_some() => {
                files.iter().map(|file| ledger.now(kind, &file.name)).collect()
            }
            None => self.registry.states(files)?,
        };
        let mut under_way = Vec::new();
        for (file, state) in files.iter().zip::<&Vec<FileState>>(&found) {
            let is_absent = *state == FileState::Absent;
            let taken = ledger.taken_earlier(kind, &file.name);
            let step = match taken {
                Some(_) => {
                    if is_absent {
                        let now = Some(FileState::Accepted);
                        ledger.did(kind, file.name.as_str(), Did::Nothing, now, None)?;
                    }
                    Step::Answered(Answer::Taken)
                }
                None if is_absent => self.staged_earlier(file, ledger)?,
                // Only what was staged and is so no more is not known after a look.
                None if *state == FileState::Unknown && self.registry.stages().is_some() => {
                    Step::Left
                }
                None => Step::Due,
            };
            under_way.push(UnderWay {
                file,
                attempts: 0,
                was_unclear: false,
                taken,
                is_staged_now: ledger.did_upload(kind, &file.name),
                step,
                since: Instant::now(),
            });
        }
        self.sort(&mut under_way, found, ledger, report)?;
        let (begun, wait) = (Instant::now(), SHORTEST);
        Ok(Wave { under_way, goal, begun, until, wait, asked: BTreeSet::new(), seen_next: None })
    }

    /// Publishes what of a wave is not there, and waits until all of it is where it must be. What comes `next` is looked at too.
    pub(super) fn publish_wave(
        &self,
        wave: &mut Wave<'_>,
        next: &[&Shipped],
        permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        while !wave.under_way.is_empty() && !report.has_problems() {
            if self.send_due(&mut wave.under_way, permit, ledger, report)? {
                (wave.begun, wave.wait) = (Instant::now(), SHORTEST);
            }
            self.arrived(wave, next, ledger, report)?;
            let left = self.left(wave);
            match wave.goal {
                Goal::Staged => wave.under_way.retain(|one| !one.is_in_hand()),
                Goal::Visible => self.approvals(wave, left.is_zero(), ledger, report),
            }
            let is_over = left.is_zero();
            wave.under_way.retain_mut(|one| !self.is_given_up(one, is_over, report));
            let under_way = &wave.under_way;
            let is_busy = !under_way.iter().any(UnderWay::is_disputed);
            if under_way.is_empty()
                || report.has_problems()
                || is_busy && under_way.iter().any(UnderWay::is_due)
            {
                continue;
            }
            let names: Vec<&str> = under_way.iter().map(|one| one.file.name.as_str()).collect();
            let names = names.join(", ");
            tell(&match wave.goal {
                Goal::Staged => format!("waiting until {names} can be staged"),
                Goal::Visible => format!("waiting until users can have {names}"),
            });
            thread::sleep(wave.wait.min(left));
            wave.wait = (wave.wait * 2).min(LONGEST);
        }
        Ok(())
    }

    /// How long a wave is still waited for.
    fn left(&self, wave: &Wave<'_>) -> Duration {
        match wave.until {
            Some(until) => until.saturating_duration_since(Instant::now()),
            None => self.waiting.visible.saturating_sub(wave.begun.elapsed()),
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
        // While one of them is in dispute, the others may be of a release that cannot be finished.
        if under_way.iter().any(UnderWay::is_disputed) {
            return Ok(false);
        }
        let due: Vec<usize> =
            (0..under_way.len()).filter(|index| under_way[*index].is_due()).collect();
        let files: Vec<&Shipped> = due.iter().map(|index| under_way[*index].file).collect();
        let (is_refused, mut failed) = (AtomicBool::new(false), Ok(()));
        let mut told = vec![None; files.len()];
        let begin = |file: &&Shipped| {
            if is_refused.load(Ordering::Relaxed) {
                return None;
            }
            let answer = self.registry.send(file, permit);
            if matches!(answer, Err(_) | Ok(Answer::Refused(_) | Answer::Disputed(_))) {
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
                    let answer = self.after(one, answer, ledger);
                    one.was_unclear |= matches!(answer, Answer::Unclear(_));
                    let (written, line) = self.write_down(one, &answer, ledger);
                    told[index] = line;
                    failed = std::mem::replace(&mut failed, Ok(())).and(written);
                    one.to(match answer {
                        Answer::Staged(_) | Answer::InHand(_) => Step::Waits,
                        answer => Step::Answered(answer),
                    });
                }
                Some(Err(error)) => failed = std::mem::replace(&mut failed, Ok(())).and(Err(error)),
            }
        });
        for line in told.into_iter().flatten() {
            report.line(line);
        }
        failed.map(|()| !due.is_empty())
    }

    /// What an answer says, by what came before it: a refusal can be of the file that an attempt got there of which nobody knows,
    /// and a conflict of one that waits where it is not shown.
    fn after(&self, one: &UnderWay<'_>, answer: Answer, ledger: &Ledger) -> Answer {
        match answer {
            Answer::Refused(problem) if one.was_unclear => Answer::Disputed(problem),
            Answer::Conflict(why) => match self.in_hand(one, ledger) {
                Some(stage) => Answer::InHand(stage),
                None => Answer::Conflict(why),
            },
            answer => answer,
        }
    }

    /// Writes down what was answered, and returns that in words.
    fn write_down(
        &self,
        one: &UnderWay<'_>,
        answer: &Answer,
        ledger: &mut Ledger,
    ) -> (Result<(), Diagnostic>, Option<String>) {
        let (kind, name) = (self.registry.kind(), one.file.name.as_str());
        let label = kind.label();
        let (did, now, line) = match answer {
            Answer::Staged(stage) => {
                let id = stage.id.as_ref().map(|id| format!(" as {id}")).unwrap_or_default();
                let written = ledger.staged(kind, &one.file.name, Did::Uploaded, stage.clone());
                return (written, Some(format!("{label} staged {name}{id}")));
            }
            Answer::InHand(stage) => {
                let did = if one.was_unclear { Did::Uploaded } else { Did::Nothing };
                let written = ledger.staged(kind, &one.file.name, did, stage.clone());
                let line = format!(
                    "{label} has something staged under {name}, or looks through what was approved"
                );
                return (written, Some(line));
            }
            Answer::Taken => (Did::Published, FileState::Accepted, format!("{label} took {name}")),
            Answer::Conflict(why) => {
                let line = format!("{label} took {name} before, or is busy with it: {why}");
                (Did::Nothing, FileState::Unknown, line)
            }
            Answer::Unclear(why) => {
                let line = format!("{label} has not taken {name} so far: {why}");
                (Did::Nothing, FileState::Unknown, line)
            }
            Answer::NotSent(why) => {
                (Did::Nothing, FileState::Absent, format!("{name} was not sent: {why}"))
            }
            Answer::Disputed(problem) => {
                (Did::Nothing, FileState::Unknown, problem.message.clone())
            }
            Answer::Refused(_) => return (Ok(()), None),
        };
        (ledger.did(kind, name, did, Some(now), None), Some(line))
    }
}

/// The time, in seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
