//! Whether a file that has not come is waited for, sent again, or given up.

use std::time::Duration;

use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};

use super::wave::{Step, UnderWay, now};
use super::{Answer, Publication, Registry, in_words};

/// How often a file is sent that does not get there.
const ATTEMPTS: u32 = 3;
/// After how long what was taken and cannot be seen never will be: the longest that was ever seen is an hour
/// ([apache/maka#5328](https://github.com/apache/maka/issues/5328)).
const NEVER: Duration = Duration::from_hours(6);
const AGAIN: &str = "run the failed jobs again: it is looked for first, and never published twice";

impl<R: Registry> Publication<'_, R> {
    /// How long something may take, where what is waited for in all leaves room for the attempts.
    pub(super) fn within(&self, time: Duration) -> Duration {
        time.min(self.waiting.visible / 4)
    }

    /// How long it takes until a version is to be seen that was refused because it is there.
    fn disputed(&self) -> Duration {
        // What is staged settles at once, and what was approved does not.
        match self.registry.stages() {
            Some(_) => self.within(Duration::from_mins(1)),
            None => self.within(self.registry.settles()) / 5,
        }
    }

    /// Whether a file that has not come is waited for no more. One that may be sent again becomes due.
    pub(super) fn is_given_up(
        &self,
        one: &mut UnderWay<'_>,
        is_over: bool,
        report: &mut Report,
    ) -> bool {
        let (name, label) = (&one.file.name, self.registry.kind().label());
        let settled = self.within(self.registry.settles());
        let (elapsed, tried) = (one.since.elapsed(), one.attempts);
        let answer = match &one.step {
            Step::Due => return false,
            Step::Waits | Step::Left => return self.is_not_approved(one, is_over, report),
            Step::Answered(answer) => answer,
        };
        let problem = match answer {
            Answer::Staged(_) | Answer::InHand(_) => return false,
            Answer::Taken | Answer::Conflict(_) if !is_over => return false,
            Answer::Unclear(_) if elapsed < settled && !is_over => return false,
            // That a right is missing is more often the reason, and somebody waits for the answer.
            Answer::Disputed(_) if elapsed < self.disputed() && !is_over => return false,
            Answer::NotSent(_) if elapsed < settled / 10 && !is_over => return false,
            Answer::Unclear(_) | Answer::NotSent(_) if tried < ATTEMPTS && !is_over => {
                one.to(Step::Due);
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
