//! The same work on many files, on as many cores as there are.

use rayon::prelude::*;

/// How many archives are read at the same time: what is kept of each is bounded, and so is that of all.
pub const ARCHIVES: usize = 2;

/// Does a work for each of some items, at most so many at the same time, and returns what came of them in the
/// items' order.
pub fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    at_once: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(at_once).min(items.len());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    match pool {
        Ok(pool) if threads > 1 => {
            pool.install(|| items.par_iter().with_max_len(1).map(&work).collect())
        }
        _ => items.iter().map(work).collect(),
    }
}
