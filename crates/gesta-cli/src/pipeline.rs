//! Works on many documents at once and gives the results back in the order of the input.
//!
//! One thread reads, some work, the calling thread writes. A fixed number of batches is under way at any time, so that
//! memory is bounded however slow one document or however fast the reading is.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

/// Documents in one batch: enough to make the channels cheap, few enough to share the work out.
const BATCH: usize = 8;

/// Stack of a working thread: parsers recurse little, but a thread's default is small on some systems.
const STACK: usize = 16 << 20;

/// Runs `work` on every item on `threads` threads and hands the results to `sink` in order. Stops early when `stop` is
/// set or `sink` says so by `false`. What panics in `work` becomes the result of `panicked`.
pub(crate) fn run<I, O, W, P, S>(
    items: impl Iterator<Item = I> + Send,
    threads: usize,
    stop: &AtomicBool,
    work: W,
    panicked: P,
    mut sink: S,
) where
    I: Send,
    O: Send,
    W: Fn(&I) -> O + Sync,
    P: Fn(&I, String) -> O + Sync,
    S: FnMut(O, bool) -> bool,
{
    let in_flight = 4 * threads + 4;
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // A batch may be read only when a permit is free, and gives it back when it has been written.
        let (permit_in, permits) = sync_channel::<()>(in_flight);
        for _ in 0..in_flight {
            let _ = permit_in.send(());
        }
        let (jobs_in, jobs) = sync_channel::<(u64, Vec<I>)>(in_flight);
        let jobs = Arc::new(Mutex::new(jobs));
        let (results_in, results) = sync_channel::<(u64, Vec<O>)>(in_flight);
        let (stopped, over) = (
            || stop.load(Ordering::Relaxed) || over.load(Ordering::Relaxed),
            &over,
        );
        scope.spawn(move || {
            let mut items = items;
            for number in 0.. {
                if permits.recv().is_err() || stopped() {
                    return;
                }
                let batch: Vec<I> = items
                    .by_ref()
                    .take(BATCH)
                    .take_while(|_| !stopped())
                    .collect();
                if batch.is_empty() || jobs_in.send((number, batch)).is_err() {
                    return;
                }
            }
        });
        for _ in 0..threads {
            let (jobs, results_in, work, panicked) =
                (jobs.clone(), results_in.clone(), &work, &panicked);
            let worker = move || work_on(&jobs, &results_in, stop, work, panicked);
            if std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, worker)
                .is_err()
            {
                break;
            }
        }
        drop((jobs, results_in));
        let mut waiting: BTreeMap<u64, Vec<O>> = BTreeMap::new();
        let mut next = 0;
        'all: while let Ok((number, batch)) = results.recv() {
            waiting.insert(number, batch);
            while let Some(batch) = waiting.remove(&next) {
                next += 1;
                let last = batch.len().saturating_sub(1);
                for (i, out) in batch.into_iter().enumerate() {
                    let idle = i == last && waiting.is_empty();
                    if !sink(out, idle) {
                        over.store(true, Ordering::Relaxed);
                        break 'all;
                    }
                }
                let _ = permit_in.try_send(());
            }
        }
        // Whoever waits for room or for a permit wakes up when these are gone.
        drop((results, permit_in));
    });
}

fn work_on<I, O>(
    jobs: &Mutex<Receiver<(u64, Vec<I>)>>,
    results: &SyncSender<(u64, Vec<O>)>,
    stop: &AtomicBool,
    work: impl Fn(&I) -> O,
    panicked: impl Fn(&I, String) -> O,
) {
    loop {
        let job = match jobs.lock() {
            Ok(jobs) => jobs.recv(),
            Err(_) => return,
        };
        let Ok((number, batch)) = job else { return };
        let mut out = Vec::with_capacity(batch.len());
        for item in &batch {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            out.push(
                catch_unwind(AssertUnwindSafe(|| work(item))).unwrap_or_else(|e| {
                    let why = e
                        .downcast_ref::<String>()
                        .cloned()
                        .or_else(|| e.downcast_ref::<&str>().map(|s| s.to_string()));
                    panicked(item, why.unwrap_or_else(|| "no reason given".into()))
                }),
            );
        }
        // After a stop, a batch that was cut short is the last that may be written: those behind it would leave a gap.
        let cut = out.len() < batch.len();
        if results.send((number, out)).is_err() || cut {
            return;
        }
    }
}
