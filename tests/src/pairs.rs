//! Work on both cores.

use std::sync::Mutex;

/// Does something with each of some items, two at a time.
pub fn two_at_a_time<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    at_a_time(2, items, work);
}

/// The same, so many at a time: what waits for others leaves the cores to the rest.
pub fn at_a_time<T: Sync>(most: usize, items: &[T], work: impl Fn(&T) + Sync) {
    let next = Mutex::new(items.iter());
    std::thread::scope(|scope| {
        for _ in 0..most {
            scope.spawn(|| {
                while let Some(item) = { next.lock().unwrap().next() } {
                    work(item);
                }
            });
        }
    });
}
