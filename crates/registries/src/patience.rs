//! How long a registry is waited for.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

/// How often a question is asked that a registry fails at.
const ATTEMPTS: u32 = 5;
/// What is waited where a limit was passed, and nothing says when it ends.
const UNSAID: Duration = Duration::from_secs(30);

/// How long a program may wait for a registry, over all of its questions.
#[derive(Debug)]
pub struct Patience {
    left: Mutex<Duration>,
    first: Duration,
}

impl Default for Patience {
    /// Five minutes in all, in waits from a second on.
    fn default() -> Self {
        Self::new(Duration::from_mins(5), Duration::from_secs(1))
    }
}

impl Patience {
    /// So long in all, in waits from the first on, each twice as long as the one before.
    #[must_use]
    pub fn new(left: Duration, first: Duration) -> Self {
        Self { left: Mutex::new(left), first }
    }

    /// How long to wait after an attempt that failed, taken from what is left; `None` where it is asked no more. `told` is what
    /// the registry says.
    pub(crate) fn wait(&self, attempt: u32, told: Option<Duration>) -> Option<Duration> {
        if attempt >= ATTEMPTS {
            return None;
        }
        let wait = told.unwrap_or_else(|| self.first * 2_u32.pow(attempt.saturating_sub(1)));
        // A wait of nothing would take nothing from the patience.
        let wait = wait.max(self.first);
        let mut left = self.left.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *left = left.checked_sub(wait)?;
        Some(wait)
    }
}

/// How long a limit lasts by its [`Retry-After`](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
pub(crate) fn limit(retry_after: Option<&str>) -> Duration {
    let Some(text) = retry_after.map(str::trim) else { return UNSAID };
    if let Ok(seconds) = text.parse() {
        return Duration::from_secs(seconds);
    }
    let until = httpdate::parse_http_date(text).ok();
    until.and_then(|until| until.duration_since(SystemTime::now()).ok()).unwrap_or(UNSAID)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let patience = Patience::default();
        let waits = (1..=ATTEMPTS).map(|attempt| patience.wait(attempt, None));
        let wanted = [seconds(1), seconds(2), seconds(4), seconds(8), None];
        assert_eq!(waits.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn what_is_told_is_waited_while_there_is_patience() {
        let patience = Patience::new(Duration::from_mins(1), Duration::from_secs(1));
        let told = Some(Duration::from_secs(50));
        assert_eq!(patience.wait(1, told), told);
        assert_eq!(patience.wait(1, told), None, "only ten seconds are left");
        let nothing = Some(Duration::ZERO);
        assert_eq!(patience.wait(1, nothing), Some(Duration::from_secs(1)));
    }

    #[test]
    fn a_limit_says_how_long_it_lasts() {
        assert_eq!(limit(Some("7")), Duration::from_secs(7));
        assert_eq!(limit(None), UNSAID);
        assert_eq!(limit(Some("soon")), UNSAID);
        assert_eq!(limit(Some("Sun, 06 Nov 1994 08:49:37 GMT")), UNSAID, "it is over");
        let hour = SystemTime::now() + Duration::from_hours(1);
        let wait = limit(Some(&httpdate::fmt_http_date(hour)));
        assert!(wait > Duration::from_mins(59) && wait <= Duration::from_hours(1), "{wait:?}");
    }
}
