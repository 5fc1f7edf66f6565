//! Work on seeds by all cores, with results in the order of the seeds.

use std::thread;

/// Seeds that the cores share between two looks at the results.
const BATCH: u64 = 512;

/// Works on every seed, and gives the results to `take` in the order of the seeds, until it declines by an error.
pub(crate) fn in_order<T: Send, E>(
    seeds: impl Iterator<Item = u64>,
    work: impl Fn(u64) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut seeds = seeds.peekable();
    while seeds.peek().is_some() {
        let batch: Vec<u64> = (0..BATCH).map_while(|_| seeds.next()).collect();
        let share = batch.len().div_ceil(cores);
        let results: Vec<T> = thread::scope(|scope| {
            let work = &work;
            let begin =
                |seeds| scope.spawn(move || -> Vec<T> { <[u64]>::iter(seeds).map(|seed| work(*seed)).collect() });
            let workers: Vec<_> = batch.chunks(share.max(1)).map(begin).collect();
            let join = |worker: thread::ScopedJoinHandle<'_, Vec<T>>| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            workers.into_iter().flat_map(join).collect()
        });
        results.into_iter().try_for_each(&mut take)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn results_come_in_the_order_of_the_seeds_until_one_is_declined() {
        let mut taken = Vec::new();
        let ended = in_order(
            1..=2_000,
            |seed| seed * 2,
            |double| {
                taken.push(double);
                if double == 1_800 { Err("enough") } else { Ok(()) }
            },
        );
        assert_eq!(ended, Err("enough"));
        assert!(taken.iter().copied().eq((1..=900).map(|seed| seed * 2)));
    }
}
