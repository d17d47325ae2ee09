//! Cases or variants side by side on several threads; results come in their order.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Does `work` for each item and hands the results to `take`, in order, as soon as they are there.
///
/// # Errors
/// The first of `take`; the rest is not begun then.
pub(super) fn each<I: Sync, T: Send, E>(
    items: &[I],
    jobs: Option<usize>,
    work: impl Fn(&I) -> T + Sync,
    mut take: impl FnMut(&I, T) -> Result<(), E>,
) -> Result<(), E> {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let jobs = jobs.unwrap_or_else(cores).clamp(1, items.len().max(1));
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs {
            let (send, next, work) = (send.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else {
                        return;
                    };
                    // Nobody listens after an error, and then nothing more is to be done.
                    if send.send((at, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut early = BTreeMap::new();
        for (wanted, item) in items.iter().enumerate() {
            let result = loop {
                if let Some(result) = early.remove(&wanted) {
                    break Some(result);
                }
                match receive.recv() {
                    Ok((at, result)) => early.insert(at, result),
                    Err(_) => break None,
                };
            };
            let Some(result) = result else {
                // A thread that panicked: the scope passes it on.
                return Ok(());
            };
            if let Err(error) = take(item, result) {
                next.store(items.len(), Ordering::Relaxed);
                drop(receive);
                return Err(error);
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_with_any_number_of_threads() {
        let items: Vec<u64> = (0..50).collect();
        for jobs in [1, 3, 64] {
            let mut seen = Vec::new();
            let work = |item: &u64| {
                thread::sleep(std::time::Duration::from_micros(7919 * (item + 1) % 500));
                item * 2
            };
            let done: Result<(), ()> = each(&items, Some(jobs), work, |item, result| {
                seen.push((*item, result));
                Ok(())
            });
            assert_eq!(done, Ok(()));
            let expected: Vec<(u64, u64)> = items.iter().map(|i| (*i, i * 2)).collect();
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        let items: Vec<u32> = (0..1000).collect();
        let begun = AtomicUsize::new(0);
        let work = |_: &u32| begun.fetch_add(1, Ordering::Relaxed);
        let done = each(&items, Some(2), work, |item, _| {
            thread::sleep(std::time::Duration::from_micros(100));
            if *item == 3 { Err("enough") } else { Ok(()) }
        });
        assert_eq!(done, Err("enough"));
    }
}
