//! The same question about many things, several at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Does a work for each of some items, at most so many at the same time, and returns what came of them in the items' order.
/// Unlike what takes cores, what waits for an answer is done for more items at once than there are cores.
pub fn at_once<T: Sync, R: Send>(
    items: &[T],
    most: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let mut done = Vec::with_capacity(items.len());
    as_they_come(items, most, work, |index, result| done.push((index, result)));
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The same, but each result is told as soon as it is there, with the index of its item, to one who hears them one after
/// another.
pub fn as_they_come<T: Sync, R: Send>(
    items: &[T],
    most: usize,
    work: impl Fn(&T) -> R + Sync,
    mut told: impl FnMut(usize, R),
) {
    let next = AtomicUsize::new(0);
    let (sender, results) = mpsc::channel();
    let one_after_another = |sender: mpsc::Sender<(usize, R)>| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return };
            // Whoever hears them hears all of them.
            let _ = sender.send((index, work(item)));
        }
    };
    thread::scope(|scope| {
        for _ in 0..most.min(items.len()) {
            let sender = sender.clone();
            scope.spawn(|| one_after_another(sender));
        }
        drop(sender);
        for (index, result) in results {
            told(index, result);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn the_results_have_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        assert_eq!(at_once(&items, 7, |item| item * 2), (0..200).step_by(2).collect::<Vec<_>>());
        assert_eq!(at_once(&Vec::<u32>::new(), 7, |item| *item), Vec::<u32>::new());
    }

    #[test]
    fn as_many_as_asked_for_are_under_way() {
        // Each waits for the three others: fewer at the same time would never end.
        let all = Barrier::new(4);
        at_once(&[(); 8], 4, |()| all.wait());
    }
}
