//! One wave of files: sent where they are not there, and waited for until all of them are.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lockstep_bundle::Shipped;
use lockstep_registries::as_they_come;
use lockstep_runner::{Report, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::receipt::{Did, FileState};

use super::{Answer, Publication, Registry, in_words};
use crate::{Ledger, Permit};

/// How often a file is sent that does not get there.
const ATTEMPTS: u32 = 3;
/// The longest wait between two looks.
const LONGEST: Duration = Duration::from_secs(20);
/// After how long what was taken and cannot be seen never will be: the longest that was ever seen is an hour
/// ([apache/maka#5328](https://github.com/apache/maka/issues/5328)).
const NEVER: Duration = Duration::from_hours(6);
const AGAIN: &str = "run the failed jobs again: it is looked for first, and never published twice";

/// What of them waits for an approval.
fn staged<'a>(under_way: &[UnderWay<'a>]) -> Vec<&'a Shipped> {
    under_way.iter().filter(|one| one.is_staged()).map(|one| one.file).collect()
}

/// A file that is under way.
struct UnderWay<'a> {
    file: &'a Shipped,
    attempts: u32,
    /// Whether there was an attempt of which nobody knows what came of it.
    was_unclear: bool,
    /// When it was taken, where an earlier run was told so; in seconds since 1970.
    taken: Option<u64>,
    /// What was answered, and when; none where it is due to be sent.
    answered: Option<(Answer, Instant)>,
}

impl UnderWay<'_> {
    fn is_staged(&self) -> bool {
        matches!(self.answered, Some((Answer::Staged(_), _)))
    }
}

impl<R: Registry> Publication<'_, R> {
    /// Publishes what of a wave is not there, and waits until all of it can be had.
    pub(super) fn publish_wave(
        &self,
        wave: &[&Shipped],
        permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let mut under_way = self.begin(wave, ledger, report)?;
        if report.has_problems() {
            return Ok(());
        }
        let (mut begun, mut wait) = (Instant::now(), Duration::from_secs(1));
        let mut is_asked_for = false;
        loop {
            if self.send_due(&mut under_way, permit, ledger, report)? {
                (begun, wait) = (Instant::now(), Duration::from_secs(1));
            }
            self.arrived(&mut under_way, ledger, report)?;
            let is_over = begun.elapsed() >= self.waiting.visible;
            let staged = staged(&under_way);
            // When nothing else is under way, there is no more to do than that.
            if !is_asked_for && (is_over || staged.len() == under_way.len()) {
                is_asked_for = true;
                self.ask_for_approval(&staged, ledger, report);
            }
            if is_over {
                self.not_approved(&staged, report);
                under_way.retain(|one| !one.is_staged());
            }
            under_way.retain_mut(|one| !self.is_given_up(one, is_over, report));
            if under_way.is_empty() || report.has_problems() {
                return Ok(());
            }
            let is_waiting =
                |one: &UnderWay<'_>| matches!(one.answered, Some((Answer::Disputed(_), _)));
            if under_way.iter().all(|one| one.answered.is_some())
                || under_way.iter().any(is_waiting)
            {
                let left = self.waiting.visible.saturating_sub(begun.elapsed());
                let names: Vec<&str> = under_way.iter().map(|one| one.file.name.as_str()).collect();
                tell(&format!("waiting until users can have {}", names.join(", ")));
                thread::sleep(wait.min(left));
                wait = (wait * 2).min(LONGEST);
            }
        }
    }

    /// What of a wave is not there, by the look that came before: the registry says itself where something has come since.
    fn begin<'f>(
        &self,
        wave: &[&'f Shipped],
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<Vec<UnderWay<'f>>, Diagnostic> {
        let kind = self.registry.kind();
        let found: Vec<FileState> = wave.iter().map(|file| ledger.now(kind, &file.name)).collect();
        let mut under_way = Vec::new();
        for (file, state) in wave.iter().zip(&found) {
            let taken = ledger.taken_earlier(kind, &file.name);
            if taken.is_some() && *state == FileState::Absent {
                let now = Some(FileState::Accepted);
                ledger.did(kind, file.name.as_str(), Did::Nothing, now, None)?;
            }
            let answered = taken.map(|_| (Answer::Taken, Instant::now()));
            under_way.push(UnderWay { file, attempts: 0, was_unclear: false, taken, answered });
        }
        self.sort(&mut under_way, found, ledger, report)?;
        Ok(under_way)
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
        let is_disputed =
            |one: &UnderWay<'_>| matches!(one.answered, Some((Answer::Disputed(_), _)));
        if under_way.iter().any(is_disputed) {
            return Ok(false);
        }
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
                    let answer = after(one.was_unclear, answer);
                    one.was_unclear |= matches!(answer, Answer::Unclear(_));
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
            Answer::Staged(stage) => {
                let (did, line) = match stage {
                    Some(stage) => (Did::Uploaded, format!("{label} staged {name} as {stage}")),
                    None => (Did::Nothing, format!("{label} has {name} staged from before")),
                };
                let kind = self.registry.kind();
                return (ledger.staged(kind, &file.name, did, stage.clone()), Some(line));
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
        (ledger.did(self.registry.kind(), name, did, Some(now), None), Some(line))
    }

    /// Takes out what users can have by now, and what never will be.
    fn arrived(
        &self,
        under_way: &mut Vec<UnderWay<'_>>,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let files: Vec<&Shipped> = under_way.iter().map(|one| one.file).collect();
        let found = self.registry.states(&files)?;
        self.sort(under_way, found, ledger, report)
    }

    /// The same, of what was found.
    fn sort(
        &self,
        under_way: &mut Vec<UnderWay<'_>>,
        found: Vec<FileState>,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let mut found = found.into_iter();
        let mut written = Ok(());
        under_way.retain_mut(|one| {
            let state = found.next().unwrap_or(FileState::Unknown);
            let now = match state {
                FileState::Unknown | FileState::Absent | FileState::Accepted => return true,
                FileState::Staged => self.waits(one, ledger),
                FileState::Ours => self.came(one, ledger),
                FileState::Other | FileState::OtherStaged | FileState::Burnt => {
                    report.problems(self.in_the_way(one.file, state));
                    let (kind, name) = (self.registry.kind(), one.file.name.as_str());
                    ledger.did(kind, name, Did::Nothing, Some(state), None)
                }
            };
            written = std::mem::replace(&mut written, Ok(())).and(now);
            state == FileState::Staged
        });
        written
    }

    /// Writes down that users can have a file.
    fn came(&self, one: &UnderWay<'_>, ledger: &mut Ledger) -> Result<(), Diagnostic> {
        let is_taken = one.attempts > 0 && matches!(one.answered, Some((Answer::Taken, _)));
        let did = if matches!(one.answered, Some((Answer::Staged(Some(_)), _))) {
            Did::Uploaded
        } else if is_taken || one.was_unclear {
            Did::Published
        } else {
            Did::Nothing
        };
        let (kind, name) = (self.registry.kind(), one.file.name.as_str());
        ledger.did(kind, name, did, Some(FileState::Ours), self.registry.page(one.file))
    }

    /// Writes down that a file is seen to wait for an approval, and that it need not be sent.
    fn waits(&self, one: &mut UnderWay<'_>, ledger: &mut Ledger) -> Result<(), Diagnostic> {
        let (kind, file) = (self.registry.kind(), one.file);
        let id = self.registry.stages().and_then(|stages| stages.of(file));
        if one.is_staged() && ledger.stage(kind, &file.name) == id.as_ref() {
            return Ok(());
        }
        if !one.is_staged() {
            one.answered = Some((Answer::Staged(None), Instant::now()));
        }
        let did = if one.attempts > 0 { Did::Uploaded } else { Did::Nothing };
        ledger.staged(kind, &file.name, did, id)
    }

    /// Whether a file that has not come is waited for no more. One that may be sent again becomes due.
    fn is_given_up(&self, one: &mut UnderWay<'_>, is_over: bool, report: &mut Report) -> bool {
        let Some((answer, when)) = &one.answered else { return false };
        let (name, label) = (&one.file.name, self.registry.kind().label());
        // What is waited for in all leaves room for the attempts.
        let settled = self.registry.settles().min(self.waiting.visible / 4);
        let (is_settled, tried) = (when.elapsed() >= settled, one.attempts);
        let problem = match answer {
            // All that wait for a person are told of at once.
            Answer::Staged(_) => return false,
            Answer::Taken | Answer::Conflict(_) if !is_over => return false,
            Answer::Unclear(_) if !is_settled && !is_over => return false,
            // That a right is missing is more often the reason, and somebody waits for the answer.
            Answer::Disputed(_) if when.elapsed() < settled / 5 && !is_over => return false,
            Answer::NotSent(_) if when.elapsed() < settled / 10 => return false,
            Answer::Unclear(_) | Answer::NotSent(_) if tried < ATTEMPTS && !is_over => {
                one.answered = None;
                return false;
            }
            Answer::Taken => self.not_visible(one),
            Answer::Conflict(why) => {
                let waited = in_words(self.waiting.visible);
                let message =
                    format!("{label} does not show `{name}` after {waited}, and says: {why}");
                Diagnostic::new(Rule::NotVisibleYet, message).with_remedy(format!(
                    "run the failed jobs again in an hour, which it can take: where it is still not there, its version is used up, and {} is the next",
                    self.next()
                ))
            }
            Answer::Unclear(why) | Answer::NotSent(why) => {
                let message = format!("`{name}` is not on {label} after {tried} attempts: {why}");
                Diagnostic::new(Rule::NotPublished, message).with_remedy(format!(
                    "where the reason is a right that is missing or a token, mend that; where it is a name that is used up, tag {}; then {AGAIN}",
                    self.next()
                ))
            }
            Answer::Refused(problem) | Answer::Disputed(problem) => *problem.clone(),
        };
        report.problem(problem);
        true
    }

    /// That what was taken is not there.
    fn not_visible(&self, one: &UnderWay<'_>) -> Diagnostic {
        let (name, label) = (&one.file.name, self.registry.kind().label());
        let age = one.taken.map(|taken| Duration::from_secs(now().saturating_sub(taken)));
        if let Some(age) = age.filter(|age| *age >= NEVER) {
            return self
                .used_up(one.file, &format!("took it {} ago, and shows nothing", in_words(age)));
        }
        let waited = in_words(self.waiting.visible);
        let message = format!("{label} took `{name}`, and does not show it after {waited}");
        Diagnostic::new(Rule::NotVisibleYet, message).with_remedy(
            "a registry looks through what it takes, which can take an hour: run the failed jobs again then; nothing is published twice",
        )
    }
}

/// What an answer says after an attempt of which nobody knows what came of it: a refusal can be of the file that was taken then.
fn after(was_unclear: bool, answer: Answer) -> Answer {
    match answer {
        Answer::Refused(problem) if was_unclear => Answer::Disputed(problem),
        answer => answer,
    }
}

/// The time, in seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
