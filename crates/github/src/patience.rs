//! When a question is asked again, and how long that may take.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

/// How long a program may wait for GitHub, over all of its questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// What is left of it.
    pub left: Duration,
    /// What the first wait after a failure takes; each later one takes twice as long as that before.
    pub first: Duration,
}

impl Default for Patience {
    /// Five minutes in all, in waits from a second on.
    fn default() -> Self {
        Self { left: Duration::from_mins(5), first: Duration::from_secs(1) }
    }
}

/// How often a question is asked that GitHub fails at.
pub(crate) const ATTEMPTS: u32 = 5;
/// What GitHub asks for where a limit was passed and nothing says when it ends
/// ([documentation](https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit)).
const UNSAID: Duration = Duration::from_mins(1);

/// What came of asking once, where it was no answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble<'a> {
    /// Nothing, or a part of something.
    Silence,
    /// An answer that is an error.
    Answer(StatusCode, &'a HeaderMap, &'a [u8]),
}

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// Nothing.
    No,
    /// A limit was passed: nothing was done, so it can be asked again after this, whatever it is.
    Limited(Duration),
    /// It failed, and may yet have been done: it can be asked again after this where asking changes nothing.
    Failed(Duration),
}

/// When what did not arrive may be uploaded again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Not at all: GitHub refuses it.
    Never,
    /// After a while.
    Soon,
    /// After as long as GitHub says.
    After(Duration),
}

impl Patience {
    /// What is to be done after the given number of attempts.
    pub(crate) fn again(self, trouble: Trouble<'_>, attempts: u32) -> Again {
        let failed = || match attempts {
            0..ATTEMPTS => Again::Failed(self.first * 2_u32.pow(attempts.saturating_sub(1))),
            _ => Again::No,
        };
        match trouble {
            Trouble::Silence => failed(),
            Trouble::Answer(status, ..) if status.is_server_error() => failed(),
            Trouble::Answer(status, headers, body) => match limit(status, headers, body) {
                // A wait of nothing would take nothing from the patience.
                Some(wait) => Again::Limited(wait.max(self.first)),
                None => Again::No,
            },
        }
    }
}

/// How long a limit lasts, where this answer is one.
fn limit(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<Duration> {
    if status != StatusCode::FORBIDDEN && status != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    if number("x-ratelimit-remaining") == Some(0) {
        // By GitHub's own clock: that of this machine may be another.
        let now = headers
            .get("date")
            .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        let now = now.and_then(|now| now.duration_since(std::time::UNIX_EPOCH).ok());
        let wait = number("x-ratelimit-reset").zip(now);
        let wait = wait.map(|(reset, now)| {
            Duration::from_secs(reset.saturating_sub(now.as_secs()).saturating_add(1))
        });
        return Some(wait.unwrap_or(UNSAID));
    }
    let is_secondary = String::from_utf8_lossy(body).contains("secondary rate limit");
    (status == StatusCode::TOO_MANY_REQUESTS || is_secondary).then_some(UNSAID)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, headers: &[(&'static str, &str)], body: &str, attempts: u32) -> Again {
        let map = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
        let map: HeaderMap = map.collect();
        let status = StatusCode::from_u16(status).unwrap();
        Patience::default().again(Trouble::Answer(status, &map, body.as_bytes()), attempts)
    }

    #[test]
    fn failures_wait_longer_each_time_and_end() {
        let waits = (1..=ATTEMPTS).map(|attempts| of(502, &[], "", attempts));
        let seconds = |seconds| Again::Failed(Duration::from_secs(seconds));
        let wanted = [seconds(1), seconds(2), seconds(4), seconds(8), Again::No];
        assert_eq!(waits.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn a_limit_says_how_long_it_lasts() {
        let limited = |seconds| Again::Limited(Duration::from_secs(seconds));
        assert_eq!(of(429, &[("retry-after", "7")], "", 1), limited(7));
        let primary = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "784111807"),
            ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ];
        assert_eq!(of(403, &primary, "", 1), limited(31));
        assert_eq!(of(403, &primary[..2], "", 1), limited(60));
        assert_eq!(of(429, &[], "", 1), limited(60));
        let never = ("x-ratelimit-reset", "18446744073709551615");
        let epoch = ("date", "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(of(403, &[primary[0], never, epoch], "", 1), limited(u64::MAX));
        let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
        assert_eq!(of(403, &[], secondary, 1), limited(60));
    }

    #[test]
    fn what_is_refused_is_not_asked_again() {
        assert_eq!(
            of(403, &[("x-ratelimit-remaining", "12")], "Resource not accessible", 1),
            Again::No
        );
        for status in [301, 304, 400, 401, 404, 409, 410, 422, 451] {
            assert_eq!(of(status, &[], "", 1), Again::No, "{status}");
        }
    }
}
