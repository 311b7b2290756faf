//! How long is waited, and when it is looked again: at first soon, since most of what was published is there in a minute, and then
//! less and less often.

use std::time::{Duration, Instant};

/// How much longer than the first the longest wait is.
const LONGEST: u32 = 8;

/// One deadline for all that is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    until: Instant,
    next: Duration,
    longest: Duration,
}

impl Waits {
    /// From now on so long, and at first so long until the next look.
    pub(crate) fn new(now: Instant, whole: Duration, first: Duration) -> Self {
        // A wait of nothing would ask without end.
        let first = first.max(Duration::from_secs(1));
        Self { until: now + whole, next: first, longest: first * LONGEST }
    }

    /// What is left.
    pub(crate) fn left(&self, now: Instant) -> Duration {
        self.until.saturating_duration_since(now)
    }

    /// How long to wait until the next look; none where the time is over. The last look is at the deadline.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Duration> {
        let left = self.left(now);
        if left.is_zero() {
            return None;
        }
        let wait = self.next.min(left);
        self.next = (self.next * 2).min(self.longest);
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(whole: u64, first: u64) -> Vec<u64> {
        let mut now = Instant::now();
        let mut waits = Waits::new(now, Duration::from_secs(whole), Duration::from_secs(first));
        let mut all = Vec::new();
        while let Some(wait) = waits.next(now) {
            all.push(wait.as_secs());
            now += wait;
        }
        all
    }

    #[test]
    fn waits_double_and_end_at_the_deadline() {
        assert_eq!(all(400, 10), [10, 20, 40, 80, 80, 80, 80, 10]);
        assert_eq!(all(0, 10), [0; 0]);
        assert_eq!(all(3, 10), [3]);
        assert_eq!(all(3, 0), [1, 2]);
    }
}
